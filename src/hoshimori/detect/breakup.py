"""A parent that became many: new clouds found between two catalogues, dated, placed, and their parent named with odds.

New objects are grouped by launch, and where they have no designator yet by planes side by side. Each group is asked when its
orbits met; only a group that met, at one moment and with room for nothing else, is a break-up. How many pieces there are decides
nothing. What was merely let go, launched, renamed or catalogued late is told as that. Docs: docs/breakups.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from hoshimori.detect import kicks
from hoshimori.detect.breakup_record import BREAK_UP, EARLIER, LAUNCH, BreakUp, NearbyBody, Untold
from hoshimori.detect.causes import CauseOdds, Parent, SecondBody, cause
from hoshimori.detect.fresh import LEAST, LINK_RAD, Group, fresh, linked, newest, released
from hoshimori.detect.origin import DAY, SECOND, NotDated, Origin, joins, origin
from hoshimori.detect.parents import FRESH_DAYS, Parentage, kin, launch_of_most, nearest, parentage, streams, there_too
from hoshimori.facts import Bools, DataMode, ElementSets, Floats, Ints, Watchlist
from hoshimori.findings import Event, Evidence, Explanation, Quantity, Reason, iso
from hoshimori.ports import Progress, View, silent
from hoshimori.sky import fragmentation
from hoshimori.sky.relative import rtn_basis
from hoshimori.tracking.satellites import satellites_of

__all__ = ["Breakup", "Found", "Settings", "find", "numbered_before", "of_fragments"]


@dataclass(frozen=True)
class Settings:
    """margin_days: a date so long before the older catalogue is still looked for, and told as an earlier event.

    least_fast_m_s: pieces thrown more slowly in the middle were let go. launch_fast_m_s: the same for pieces of a new launch,
    whose stages and satellites part at some metres a second. comparable: share of the objects with sets in the window that must
    have been known before it: a first catalogue is not news. second_body_sought: whether a whole catalogue was at hand in which
    a second body at the place would have been found; None: judged by how many fresh sets there are. A claim records it, since a
    re-run holds the sets of the claim alone.
    """

    margin_days: float = 30.0
    least_fast_m_s: float = 5.0
    launch_fast_m_s: float = 50.0
    comparable: float = 0.8
    second_body_sought: bool | None = None


@dataclass(frozen=True)
class Found:
    """What two catalogues tell: break-ups, groups about which none is told and why, and how much was compared."""

    breakups: tuple[BreakUp, ...]
    untold: tuple[Untold, ...]
    before: int
    after: int
    new: int
    renamed: tuple[tuple[int, int], ...]
    since_utc: np.datetime64


def find(
    before: ElementSets,
    after: ElementSets,
    *,
    settings: Settings | None = None,
    since_utc: np.datetime64 | None = None,
    until_utc: np.datetime64 | None = None,
    progress: Progress = silent,
) -> Found:
    """Break-ups between two catalogues, as many sets of each object as there are. since_utc: what `before` holds is known up to
    then; its middle epoch if not given."""
    chosen = settings or Settings()
    progress("comparing catalogues", 0, 0)
    new = fresh(before, after)
    since = since_utc if since_utc is not None else _middle(before)
    until = until_utc if until_utc is not None else (after.epoch_utc.max() if len(after) else since)
    told: list[BreakUp] = []
    untold: list[Untold] = []
    nameless = [g for g in new.groups if not g.launch]
    loose = np.concatenate([np.zeros(0, np.int64), *(g.rows for g in nameless), new.single]).astype(np.int64)
    loose = loose[new.sets.cospar_id[loose] == ""]
    for done, group in enumerate([g for g in new.groups if g.launch] + nameless):
        progress("dating clouds", done, len(new.groups))
        rows = group.rows if group.launch else np.intersect1d(group.rows, loose)
        if len(rows) < LEAST:
            continue
        for found in _of_group(new.sets, rows, group, loose, before, since, until, chosen):
            if isinstance(found, BreakUp):
                told.append(found)
                loose = loose[~np.isin(new.sets.norad_id[loose], found.fragments.norad_id)]
            else:
                untold.append(found)
    told.sort(key=lambda b: (b.where.t_utc, b.subject))
    return Found(tuple(told), tuple(untold), _count(before), _count(after), len(new.sets), new.renamed, since)


def _count(sets: ElementSets) -> int:
    return len(np.unique(sets.norad_id))


def _middle(sets: ElementSets) -> np.datetime64:
    return np.sort(sets.epoch_utc)[len(sets) // 2] if len(sets) else np.datetime64("NaT", "us")


def _of_group(
    new: ElementSets,
    rows: Ints,
    group: Group,
    loose: Ints,
    before: ElementSets,
    since: np.datetime64,
    until: np.datetime64,
    settings: Settings,
    within_rad: float = LINK_RAD,
) -> Iterator[BreakUp | Untold]:
    """One break-up out of a group, and a second out of what does not fit the first; or why none."""
    mine = new.take(rows)
    numbers = tuple(sorted(mine.norad_id.tolist()))
    if released(mine):
        yield Untold(numbers, group.launch, Reason("let go side by side", {"pieces": float(len(rows))}))
        return
    first = since - np.timedelta64(round(settings.margin_days * 86400e6), "us")
    where = origin(mine, first, until)
    if isinstance(where, NotDated):
        closer = [] if group.launch else _closer(mine, within_rad)
        for part in closer:
            yield from _of_group(new, rows[part], group, loose, before, since, until, settings, 0.5 * within_rad)
        if not closer:
            yield Untold(numbers, group.launch, where.reason, kin(mine, before) if group.launch_was_known else ())
        return
    others = np.setdiff1d(loose, rows)
    join = others[joins(new.take(others), where)]
    found = told(new, rows, join, where, group.launch, before, (first, until), settings.second_body_sought)
    yield judged(found, group, since, settings)
    left = rows[~where.fits]
    if LEAST <= len(left) < len(rows):
        rest = np.setdiff1d(loose, np.concatenate([join, rows[where.fits]]))
        again = list(_of_group(new, left, group, rest, before, since, until, settings))
        yield from (x for x in again if not (isinstance(x, BreakUp) and same(x.where, where)))


def of_fragments(
    pieces: ElementSets,
    candidates: ElementSets,
    *,
    first_utc: np.datetime64 | None = None,
    last_utc: np.datetime64 | None = None,
) -> BreakUp | Untold:
    """One cloud, given as its pieces: when, where and whose. candidates: sets of objects that may be the parent.

    Who among the pieces was numbered long before the rest is a candidate, not a piece. Of several sets of one object the newest
    counts. A cloud whose moment is lost still points to its kin, by inclination, height and designator. first_utc: SEARCH_DAYS
    before the first epoch if not given.
    """
    every = newest(pieces)
    every = every.take(satellites_of(every).error == 0)
    elders = numbered_before(every.norad_id)
    known = ElementSets.concat([candidates.take(~np.isin(candidates.norad_id, every.norad_id[~elders])), every.take(elders)])
    mine = every.take(~elders)
    numbers = tuple(mine.norad_id.tolist())
    if len(mine) < LEAST:
        return Untold(numbers, "", Reason("too few pieces", {"pieces": float(len(mine)), "least": float(LEAST)}))
    first = mine.epoch_utc.min() - SEARCH if first_utc is None else first_utc
    last = mine.epoch_utc.max() if last_utc is None else last_utc
    numbered = mine.norad_id[(mine.norad_id < ANALYST[0]) | (mine.norad_id > ANALYST[1])]
    before = known.take(known.norad_id < numbered.min()) if len(numbered) else known  # numbers are given in order
    where = origin(mine, first, last)
    if isinstance(where, NotDated):
        return Untold(numbers, launch_of_most(mine), where.reason, kin(mine, before))
    return told(mine, np.arange(len(mine)), np.zeros(0, np.int64), where, launch_of_most(mine), before, (first, last))


SEARCH = np.timedelta64(150, "D")
"""So far before their first epoch is the moment of a cloud looked for: beyond, drag has undone what planes could tell."""
ANALYST = (80_000, 89_999)
"""Numbers that are given to objects that nobody has named yet: they tell no order of cataloguing."""
GAP = 500


def numbered_before(norad_id: Ints) -> Bools:
    """(n,) whose number was given long before those of the rest: a gap of GAP below all but a tenth of them."""
    order = np.sort(norad_id)
    for k in range(max(1, len(order) // 10)):
        if k + 1 < len(order) and order[k + 1] - order[k] > GAP:
            return np.asarray(norad_id <= order[k])
    return np.zeros(len(norad_id), bool)


def same(one: Origin, other: Origin) -> bool:
    """Are these one event? Pieces with large errors that did not fit the first time meet at the same moment once more."""
    apart_s = abs(float((one.t_utc - other.t_utc) / SECOND))
    apart_km = float(np.linalg.norm(one.r_km - other.r_km))
    return apart_s < 5.0 * (one.sigma_s + other.sigma_s) and apart_km < 5.0 * (one.sigma_km + other.sigma_km)


def _closer(sets: ElementSets, within_rad: float) -> list[Ints]:
    """A chain of planes that does not date, broken where its links are longest: strangers may hang on to a cloud."""
    if within_rad < 0.3 * LINK_RAD:
        return []
    parts = [p for p in linked(sets, 0.5 * within_rad) if len(p) >= LEAST]
    return parts if sum(map(len, parts)) < len(sets) else []


def judged(found: BreakUp, group: Group, since: np.datetime64, settings: Settings) -> BreakUp | Untold:
    """A break-up in the time looked at, an earlier one, pieces of a launch, or pieces that were let go."""
    fast = float(np.nanmedian(np.linalg.norm(found.dv_rtn_m_s, axis=1)))
    is_launch = bool(group.launch) and not group.launch_was_known
    if fast < (settings.launch_fast_m_s if is_launch else settings.least_fast_m_s):
        code = "parted slowly after launch" if is_launch else "let go slowly"
        return Untold(tuple(found.fragments.norad_id.tolist()), group.launch, Reason(code, {"m_s": fast}))
    late = found.where.t_utc + np.timedelta64(round(2.0 * found.where.sigma_s * 1e6), "us")
    label = LAUNCH if is_launch else EARLIER if late < since else BREAK_UP
    return replace(found, label=label)


def told(
    sets: ElementSets,
    rows: Ints,
    join: Ints,
    where: Origin,
    launch: str,
    candidates: ElementSets,
    window: tuple[np.datetime64, np.datetime64],
    sought: bool | None = None,
) -> BreakUp:
    """Everything that can be said of one dated cloud. rows: of the group that was dated; join: strangers that come from there.

    sought: see `Settings.second_body_sought`.
    """
    if sought is None:
        sought = int((np.abs((candidates.epoch_utc - where.t_utc) / DAY) < FRESH_DAYS).sum()) > WHOLE
    mine = sets.take(rows)
    fits = np.flatnonzero(where.fits)
    parts = tuple(parentage(where, mine, stream, candidates) for stream in streams(where))
    dv, sigma = _kicks(where, mine, parts)
    area = kicks.area_mass_m2_kg(mine.bstar_per_er)
    order = fits[np.argsort(mine.norad_id[fits], kind="stable")]
    named = {c.norad_id for p in parts for c in [p.named] if c is not None}
    beside = tuple(NearbyBody(*b) for b in there_too(where, candidates, named))
    age_days = float((np.sort(mine.epoch_utc)[len(mine) // 2] - where.t_utc) / DAY)
    odds = _cause(where, (dv[order], sigma[order], area[order]), age_days, parts, beside, sought)
    joined = sets.take(join)
    inputs = [*mine.digest_texts(), *joined.digest_texts()]
    inputs += [d for p in parts for c in p.candidates for d in c.row.digest_texts()]
    inputs += nearest(candidates.take(np.isin(candidates.norad_id, [b.norad_id for b in beside])), where.t_utc).digest_texts()
    extra = np.full((len(join), 3), np.nan)
    return BreakUp(
        label=BREAK_UP,
        launch=launch,
        where=where,
        parents=parts,
        fragments=ElementSets.concat([mine.take(order), joined]),
        strays=tuple(sorted(mine.norad_id[~where.fits].tolist())),
        dv_rtn_m_s=np.concatenate([dv[order], extra]),
        dv_sigma_m_s=np.concatenate([sigma[order], extra[:, 0]]),
        area_mass_m2_kg=np.concatenate([area[order], kicks.area_mass_m2_kg(joined.bstar_per_er)]),
        cause=odds,
        there_too=beside,
        counts=_counts(len(order) + len(join)),
        explanations=_explanations(where, parts, odds, len(order) + len(join)),
        first_utc=window[0],
        last_utc=window[1],
        data_mode=DataMode(int(mine.data_mode.max())),
        second_body_sought=sought,
        inputs=tuple(dict.fromkeys(inputs)),
    )


def _kicks(where: Origin, sets: ElementSets, parts: Sequence[Parentage]) -> tuple[Floats, Floats]:
    """(n, 3) change of velocity along R, T, N of each piece's own parent, or of the middle of its stream, and its sigma, m/s."""
    dv, sigma = np.full((len(sets), 3), np.nan), np.full(len(sets), np.nan)
    for part in parts:
        rows, parent = part.rows, part.named
        if parent is not None and parent.along_known:
            found = kicks.from_states(sets.take(rows), parent.row, where.t_utc, where.r_km)
            dv[rows], sigma[rows] = found.dv_rtn_m_s, found.sigma_m_s
            continue
        middle = np.median(where.velocity_km_s[rows], axis=0)
        apart = (where.velocity_km_s[rows] - middle) @ rtn_basis(where.r_km, middle).T * 1000.0
        dv[rows], sigma[rows] = apart, where.velocity_sigma_km_s[rows] * 1000.0
        if parent is not None:  # shapes and planes against the parent's own; the sign along R is that of the turned perigees
            u = kicks.argument_of_latitude_rad(where.r_km, middle)
            old = kicks.from_elements(sets.take(rows), parent.row, where.t_utc, u)
            sign = np.column_stack([np.sign(apart[:, 0]), np.ones((len(rows), 2))])
            dv[rows], sigma[rows] = old.dv_rtn_m_s * sign, old.sigma_m_s
    return dv, sigma


def _cause(
    where: Origin,
    pieces: tuple[Floats, Floats, Floats],
    age_days: float,
    parts: Sequence[Parentage],
    beside: Sequence[NearbyBody],
    sought: bool,
) -> CauseOdds:
    """The odds of the cause, with a second body where the moment is known well enough to look for one."""
    middle = np.median(where.velocity_km_s[where.fits], axis=0)
    second = None
    if where.method == "pinch point":
        others = [p.named for p in parts[1:]]
        bodies = [(c.miss_km, c.sigma_km) for c in others if c is not None] + [(b.miss_km, b.sigma_km) for b in beside]
        if bodies:
            miss, near = min(bodies)
            second = SecondBody(miss, near, min(1.0, 4.0 / 3.0 * np.pi * (3.0 * near) ** 3 * CROWD_KM3))
        elif len(parts) < 2 and sought:
            second = SecondBody(float("inf"), where.sigma_km, 0.0)
    return cause(*pieces, parent=Parent(where.r_km, middle, max(age_days, 0.0)), second_body=second)


CROWD_KM3 = 5e-8
"""Catalogued objects in a cubic kilometre of crowded low orbit (the density near 800 km, to a factor of two)."""
WHOLE = 5000
"""Only a catalogue of so many fresh sets can say that no second body was there."""


def _counts(tracked: int) -> dict[str, float]:
    """What was counted, and what the explosion model would add below the catalogue's limit: a factor, nothing seen."""
    ratio = fragmentation.explosion_count(0.01) / fragmentation.explosion_count(0.1)
    crash = fragmentation.collision_count(0.01, 1000.0) / fragmentation.collision_count(0.1, 1000.0)
    return {
        "tracked": float(tracked),
        "model_above_1_cm_for_each_above_10_cm_explosion": float(ratio),
        "model_above_1_cm_for_each_above_10_cm_collision": float(crash),
    }


def _explanations(where: Origin, parts: Sequence[Parentage], odds: CauseOdds, pieces: int) -> tuple[Explanation, ...]:
    """What else it could be, dull first, and what cannot be excluded."""
    out = [Explanation("catalogued late", "rejected", Reason("orbits met in the window", {"pieces": float(pieces)}))]
    if where.method != "pinch point":
        out = [Explanation("catalogued late", "possible", Reason("dated by planes alone", {"days": where.sigma_s / 86400.0}))]
    none = max((p.none_odds for p in parts), default=1.0)
    verdict = "rejected" if none < 0.01 else "possible"
    out.append(Explanation("parent in no catalogue", verdict, Reason("odds of none", {"odds": none})))
    verdict = "rejected" if odds.told_apart and odds.collision < 0.01 else "cannot tell"
    out.append(Explanation("accident", verdict, Reason("cause by the cloud alone", {"collision": odds.collision})))
    out.append(Explanation("intent", "cannot tell", Reason("fragments do not show intent", {})))
    return tuple(out)


class Breakup:
    """The detector `breakup`: events of kind "breakup", whose subject is the parent. Satisfies ports.Detector."""

    name = "breakup"
    version = "1"

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def with_settings(self, settings: Mapping[str, Any]) -> Breakup:
        return Breakup(Settings(**settings))

    def detect(self, view: View, watchlist: Watchlist, *, progress: Progress = silent) -> list[Event]:
        """Break-ups inside the window of the view, of anything in the catalogue: a cloud endangers whoever crosses it."""
        before, after = compared(view)
        if not len(before) or not len(after):
            return []
        if np.isin(np.unique(after.norad_id), before.norad_id).mean() < self.settings.comparable:
            return []
        found = find(before, after, settings=self.settings, since_utc=view.start_utc, until_utc=view.as_of_utc, progress=progress)
        return [self._event(view, b) for b in found.breakups if b.label == BREAK_UP]

    def _event(self, view: View, found: BreakUp) -> Event:
        parameters = {
            "start": iso(view.start_utc),
            "stop": iso(view.stop_utc),
            "as_of": iso(view.as_of_utc),
            "asset": found.subject,
            "cospar_id": found.parent.cospar_id if found.parent else "",
            "declared": False,
            # that the catalogues can be compared was seen on the whole view; a re-run holds the pieces and the parents alone
            "settings": asdict(replace(self.settings, comparable=0.0, second_body_sought=found.second_body_sought)),
            "record": {k: v for k, v in found.to_json().items() if k not in ("schema", "fragments", "explanations")},
        }
        span = np.timedelta64(round(found.where.sigma_s * 1e6), "us")
        return Event(
            kind="breakup",
            start_utc=found.where.t_utc - span,
            stop_utc=found.where.t_utc + span,
            subject=found.subject,
            others=tuple(str(k) for k in found.fragments.norad_id.tolist()),
            label=found.label,
            normal=False,
            quantities=_quantities(found),
            evidence=(
                Evidence(
                    f"{found.subject}: {len(found.fragments)} pieces from one point at {iso(found.where.t_utc)}",
                    f"{self.name}@{self.version}",
                    found.inputs,
                    parameters,
                    "orbits of unrelated pieces do not meet at one moment; no group of five new numbers with one origin",
                ),
            ),
            explanations=found.explanations,
            as_of_utc=view.as_of_utc,
            data_mode=found.data_mode,
        )


def compared(view: View) -> tuple[ElementSets, ElementSets]:
    """What was known with epochs before the window, and inside it, as known at the view's moment."""
    sets = view.sets()
    inside = sets.epoch_utc >= view.start_utc
    after = sets.take(inside & (sets.epoch_utc <= view.as_of_utc))
    return sets.take(~inside), after


def _quantities(found: BreakUp) -> dict[str, Quantity]:
    lat, lon, height = found.where.place()
    size = np.linalg.norm(found.dv_rtn_m_s, axis=1)
    out = {
        "pieces": Quantity(float(len(found.fragments)), "1"),
        "moment_sigma_s": Quantity(found.where.sigma_s, "s"),
        "latitude_deg": Quantity(lat, "deg"),
        "height_km": Quantity(height, "km", found.where.sigma_km),
        "delta_v_median_m_s": Quantity(float(np.nanmedian(size)), "m/s"),
        "cause_explosion": Quantity(found.cause.explosion, "1"),
        "cause_collision": Quantity(found.cause.collision, "1"),
        "cause_deliberate": Quantity(found.cause.deliberate, "1"),
    }
    if lon is not None:
        out["longitude_deg_e"] = Quantity(lon, "deg")
    if found.parent is not None:
        out["parent_odds"] = Quantity(found.parent.odds, "1")
        out["miss_km"] = Quantity(found.parent.miss_km, "km", found.parent.sigma_km)
    return out

"""From minima of distance to events: numbers with their sigma, the shape of a stay, the dull explanations that were tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from hoshimori.detect import shape, uncertainty
from hoshimori.detect.neighbourhood import US_PER_DAY, Bodies, Watched
from hoshimori.detect.pairs import Pair, Settings
from hoshimori.detect.series import SERIES_GAP, Series
from hoshimori.detect.soundness import Suspicion
from hoshimori.detect.staying import Found
from hoshimori.facts import DataMode, Floats, Times
from hoshimori.findings import Event, Evidence, Explanation, Minimum, Quantity, Reason, iso
from hoshimori.ports import View
from hoshimori.sky import relative, screening

CROSSING_TURNS = 3.0
RTN = ("radial_km", "in_track_km", "cross_track_km")
DRIFT_STEADY_DEG_DAY = 0.02
"""A drift in longitude that stays this constant over the record needs no thrust."""
DRIFT_PASSING_DEG_DAY = 0.1


def moment(minimum: screening.Minima) -> np.datetime64:
    """The time of the first minimum, to the microsecond."""
    return np.datetime64(int(minimum.moment_us[0]), "us")


def approach(view: View, around: Bodies, pair: Pair, one: screening.Minima, settings: Settings, method: str) -> Event:
    """One pass: when, how near, in which direction, how fast, and how sure."""
    t = moment(one)
    quantities = _distance(around, pair, one) | _ages(around, pair, one)
    speed = float(np.sqrt((one.dv_km_s[0] ** 2).sum()))
    quantities["relative_speed_km_s"] = Quantity(speed, "km/s")
    tests = _explanations(around, pair, _oldest_days(around, pair, t), settings)
    drift = _unforced_drift(around, pair)
    tests += [drift] if drift else []
    return Event(
        kind="approach",
        start_utc=t,
        stop_utc=t,
        subject=pair.body.subject,
        others=(str(pair.other_key),),
        label="predicted" if t > view.as_of_utc else "past",
        normal=any(x.verdict == "wins" and x.name != "unforced drift" for x in tests),
        quantities=quantities,
        evidence=(_evidence(view, around, pair, settings, method, f"passes within {pair.within_km:g} km"),),
        explanations=tuple(tests),
        as_of_utc=view.as_of_utc,
        data_mode=_mode(around, pair),
    )


def stay(view: View, around: Bodies, pair: Pair, found: Series, settings: Settings, method: str) -> Found | None:
    """A series that comes back every revolution or does not leave: how long, how near, in what shape, and whether it is usual.

    None where it is no stay: a visitor that swings far out in between and is gone within `CROSSING_TURNS` revolutions only
    crosses a few times.
    """
    start, stop = _extent(view, pair, found)
    t_utc, dr_rtn = relative_motion(around, pair.body, pair.other_key, start, stop)
    motion = _motion(pair, t_utc, dr_rtn)
    turns = (stop - start) / np.timedelta64(round(pair.body.period_s * 1e6), "us")
    if motion.largest_km > shape.CROSSING * 2.0 * pair.within_km and turns < CROSSING_TURNS:
        return None
    nearest = _nearest(around, pair, found)
    quantities = _distance(around, pair, nearest) | _ages(around, pair, nearest) | _shape_quantities(motion)
    closest_at = (moment(nearest) - start) / np.timedelta64(US_PER_DAY, "us")
    quantities["closest_at_days"] = Quantity(float(closest_at), "d")
    oldest = _oldest_days(around, pair, moment(nearest), min(stop, view.as_of_utc))
    tests = [_known(around, pair, motion, start, stop, settings), *_explanations(around, pair, oldest, settings)]
    normal = any(x.verdict == "wins" for x in tests)
    event = Event(
        kind="stay",
        start_utc=start,
        stop_utc=stop,
        subject=pair.body.subject,
        others=(str(pair.other_key),),
        label=f"shared slot ({motion.shape})" if normal and motion.shape != "drift-by" else motion.shape,
        normal=normal,
        quantities=quantities,
        evidence=(_evidence(view, around, pair, settings, method, f"stays within {2 * pair.within_km:g} km"),),
        explanations=tuple(tests),
        as_of_utc=view.as_of_utc,
        data_mode=_mode(around, pair),
        minima=_passes(found.minima, view.start_utc, pair.within_km),
    )
    return Found(event, around, pair, t_utc, dr_rtn)


def _passes(minima: screening.Minima, start_utc: np.datetime64, within_km: float) -> tuple[Minimum, ...]:
    """The closest approaches within the range since the window began."""
    every = zip(minima.moment_us.astype("datetime64[us]"), minima.miss_km.tolist(), strict=True)
    return tuple(Minimum(t, km) for t, km in every if km <= within_km and t >= start_utc)


def doubts(view: View, around: Bodies, group: Sequence[Watched], method: str, settings: Mapping[str, Any]) -> list[Event]:
    """What was found wrong with the watched bodies' own sets, as events of their own."""
    out = []
    for body in group:
        for s in (s for s in around.suspicions if s.norad_id == body.key):
            if view.start_utc <= s.t_utc <= view.stop_utc:
                out.append(_doubt(view, around, body, s, method, settings))
    return out


def _doubt(view: View, around: Bodies, body: Watched, s: Suspicion, method: str, settings: Mapping[str, Any]) -> Event:
    keys = [body.key, *([s.other] if s.other is not None else [])]
    everything = view.sets([k for k in keys if k >= 0])
    quantities = {"jump_km": Quantity(s.size_km, "km")} if np.isfinite(s.size_km) else {}
    evidence = Evidence(s.kind, method, tuple(everything.digest_texts()), _parameters(view, body, None, settings, False))
    return Event(
        kind="doubtful set",
        start_utc=s.t_utc,
        stop_utc=s.t_utc,
        subject=body.subject,
        others=() if s.other is None else (str(s.other),),
        label=s.kind,
        normal=True,
        quantities=quantities,
        evidence=(evidence,),
        explanations=(Explanation(s.kind, "wins", s.reason),),
        as_of_utc=view.as_of_utc,
        data_mode=_mode_of(everything.data_mode),
    )


def _distance(around: Bodies, pair: Pair, one: screening.Minima) -> dict[str, Quantity]:
    """Miss distance and its RTN parts with one sigma from the age of both sets, or from the covariance of an owner's ephemeris.

    The sigma of the miss is that of the relative position along the miss itself. Where it exceeds the miss, the direction is
    not known either, and `worst_sigma_km`, the longest axis of the error ellipsoid, is the honest number.
    """
    covariance = uncertainty.combined_km2(around, one, {pair.body.key: pair.body.ephemerides} if pair.body.ephemerides else {})[0]
    basis = relative.rtn_basis(one.r_km, one.v_km_s)[0]
    parts = basis @ one.dr_km[0]
    sigmas = np.sqrt(np.diag(basis @ covariance @ basis.T))
    worst = float(np.sqrt(np.linalg.eigvalsh(covariance)[-1]))
    miss_km = float(one.miss_km[0])
    along = one.dr_km[0] / max(miss_km, 1e-9)
    sigma = float(np.sqrt(along @ covariance @ along)) if miss_km > 0.0 else worst
    out = {"miss_km": Quantity(miss_km, "km", sigma)}
    out |= {name: Quantity(float(x), "km", float(s)) for name, x, s in zip(RTN, parts, sigmas, strict=True)}
    out["worst_sigma_km"] = Quantity(worst, "km")
    speed = np.sqrt((one.dv_km_s[0] ** 2).sum())
    heading = one.dv_km_s[0] / max(float(speed), 1e-12)
    out["tca_sigma_s"] = Quantity(float(np.sqrt(heading @ covariance @ heading) / max(float(speed), 1e-12)), "s")
    return out


def _extent(view: View, pair: Pair, found: Series) -> tuple[np.datetime64, np.datetime64]:
    """From when to when: what comes within a turn of an end of the search reaches beyond it, and is cut there."""
    turn_us = round(SERIES_GAP * pair.body.period_s * 1e6)
    first, last = (int(t.astype("datetime64[us]").astype(np.int64)) for t in (pair.search_start_utc, view.stop_utc))
    start_us = first if found.start_us - first < turn_us else found.start_us
    stop_us = last if last - found.stop_us < turn_us else found.stop_us
    return np.datetime64(start_us, "us"), np.datetime64(stop_us, "us")


def _nearest(around: Bodies, pair: Pair, found: Series) -> screening.Minima:
    """The deepest minimum; in a series without one, the grid time that came nearest."""
    if len(found.minima.miss_km):
        return found.minima.take([int(np.argmin(found.minima.miss_km))])
    t_us, zero = np.array([found.nearest_us]), np.zeros(1)
    rows = np.array([around.row(pair.body.key)]), np.array([around.row(pair.other_key)])
    r, v = around.trajectories.at(rows[0], t_us.astype("datetime64[us]"), zero)
    r2, v2 = around.trajectories.at(rows[1], t_us.astype("datetime64[us]"), zero)
    miss = np.sqrt(((r2 - r) ** 2).sum(axis=1))
    return screening.Minima(*rows, t_us, zero, miss, r2 - r, v2 - v, r, v)


def _ages(around: Bodies, pair: Pair, one: screening.Minima) -> dict[str, Quantity]:
    t_us = one.moment_us
    out = {}
    for name, row in (("age_days", one.watched), ("other_age_days", one.other)):
        if int(row[0]) not in around.trajectories.given:
            out[name] = Quantity(float(around.trajectories.age_us(row, t_us)[0]) / US_PER_DAY, "d")
    return out


def _motion(pair: Pair, t_utc: Times, dr_rtn: Floats) -> shape.Motion:
    t_days = (t_utc - t_utc[0]) / np.timedelta64(US_PER_DAY, "us")
    return shape.describe(dr_rtn, t_days, pair.body.period_s / 86400.0, pair.within_km, 2.0 * pair.within_km)


def relative_motion(
    around: Bodies, body: Watched, other: int, start: np.datetime64, stop: np.datetime64, *, per_revolution: int = 96
) -> tuple[np.ndarray, Floats]:
    """Times (m,) and positions (m, 3) in RTN of the watched body, of one object about it."""
    count = max(3, round((stop - start) / np.timedelta64(1, "us") / (body.period_s * 1e6 / per_revolution)))
    t_utc = start + (np.arange(count + 1) * ((stop - start) / np.timedelta64(1, "us") / count)).astype("timedelta64[us]")
    t_utc = t_utc.astype("datetime64[us]")
    zero = np.zeros(len(t_utc))
    r, v = around.trajectories.at(np.full(len(t_utc), around.row(body.key)), t_utc, zero)
    r2, _ = around.trajectories.at(np.full(len(t_utc), around.row(other)), t_utc, zero)
    return t_utc, relative.to_rtn(r2 - r, r, v)


def _shape_quantities(motion: shape.Motion) -> dict[str, Quantity]:
    values = asdict_motion(motion)
    units = {"in_track_drift_km_day": "km/d", "turns_per_revolution": "1", "hours_within": "h"}
    return {key: Quantity(value, units.get(key, "km")) for key, value in values.items()}


def asdict_motion(motion: shape.Motion) -> dict[str, float]:
    return {key: float(value) for key, value in motion._asdict().items() if key != "shape"}


def _known(
    around: Bodies, pair: Pair, motion: shape.Motion, start: np.datetime64, stop: np.datetime64, settings: Settings
) -> Explanation:
    """Is this a neighbour that was always there, declared or learnt?"""
    if pair.declared:
        return Explanation("known neighbour", "wins", Reason("declared co-located"))
    if motion.shape == "drift-by":
        return Explanation("known neighbour", "rejected", Reason("passes through", {"km_day": motion.in_track_drift_km_day}))
    since = max(start, pair.record_start_utc)
    lasted = float((min(stop, _last_epoch(around, pair)) - since) / np.timedelta64(US_PER_DAY, "us"))
    begins = _record_begins(around, pair)
    appeared = (pair.record_start_utc - begins) / np.timedelta64(US_PER_DAY, "us") > 2.0
    if start > begins or appeared:
        return Explanation("known neighbour", "rejected", Reason("not there before", {"since": iso(since)}))
    if lasted < settings.known_after_days:
        return Explanation("known neighbour", "cannot tell", Reason("short record", {"days": lasted}))
    return Explanation("known neighbour", "wins", Reason("there since the record begins", {"days": lasted}))


def _record_begins(around: Bodies, pair: Pair) -> np.datetime64:
    """Since when the watched body's surroundings are searched with knowledge of it: a stay seen then was there before."""
    given = [e.t_utc[0] for e in pair.body.ephemerides]
    first = min(given) if given else around.sets_of(pair.body.key).epoch_utc[0]
    return max(pair.search_start_utc, first)


def _last_epoch(around: Bodies, pair: Pair) -> np.datetime64:
    epochs = around.sets_of(pair.other_key).epoch_utc
    return np.datetime64(epochs[-1], "us") if len(epochs) else np.datetime64("9999-01-01", "us")


def _oldest_days(around: Bodies, pair: Pair, *moments: np.datetime64) -> float:
    """The age of the older set at these moments, the greatest; a stay is as doubtful as its last known day."""
    t_us = np.array([t.astype("datetime64[us]").astype(np.int64) for t in moments])
    rows = [r for r in (around.row(pair.body.key), around.row(pair.other_key)) if r not in around.trajectories.given]
    ages = [around.trajectories.age_us(np.full(len(t_us), row), t_us) for row in rows]
    return max((float(age.max()) / US_PER_DAY for age in ages), default=0.0)


def _explanations(around: Bodies, pair: Pair, oldest: float, settings: Settings) -> list[Explanation]:
    """Stale sets, and whatever `soundness` found about either body that speaks through sets."""
    out = []
    speaking = {pair.other_key} if pair.body.ephemerides else {pair.body.key, pair.other_key}
    verdict = "possible" if oldest > settings.stale_days else "rejected"
    out.append(Explanation("stale element set", verdict, Reason("age of the older set", {"days": oldest})))
    for s in around.suspicions:
        if s.norad_id not in speaking:
            continue
        out.append(Explanation(s.kind, _verdict(s), s.reason))
    return out


def _verdict(s: Suspicion) -> str:
    """A swap of two numbers explains an arrival. A cross-tag may, but so may a real visitor: a person has to look. A set that
    was left out explains nothing, since the event is there without it."""
    return "wins" if s.kind == "identity swap" else "possible" if s.reason.code == "cross-tag" else "rejected"


def _unforced_drift(around: Bodies, pair: Pair) -> Explanation | None:
    """Does the other body drift in longitude at a steady rate that needs no thrust? Only asked near GEO."""
    sets = around.sets_of(pair.other_key)
    if len(sets) < 2 or abs(sets.mean_motion_rev_day[-1] - 1.0027) > 0.05:
        return None
    drift = 360.9856 * (sets.mean_motion_rev_day / 1.00273791 - 1.0)
    spread = float(np.ptp(drift))
    if abs(float(np.median(drift))) < DRIFT_PASSING_DEG_DAY:
        return None
    verdict = "wins" if spread < DRIFT_STEADY_DEG_DAY else "rejected"
    reason = Reason("drift", {"deg_day": float(np.median(drift)), "spread": spread, "sets": float(len(sets))})
    return Explanation("unforced drift", verdict, reason)


def _evidence(view: View, around: Bodies, pair: Pair, settings: Settings, method: str, claim: str) -> Evidence:
    keys = {pair.body.key, pair.other_key}
    keys |= {s.other for s in around.suspicions if s.norad_id in keys and s.other is not None}
    digests = [d for key in sorted(keys) for d in around.sets_of(key).digest_texts()]
    digests += [f"sha256:{e.source}" for e in pair.body.ephemerides]
    parameters = _parameters(view, pair.body, pair.search_start_utc, asdict(settings), pair.declared)
    expected = f"nothing but known neighbours within {pair.within_km:g} km"
    return Evidence(f"{pair.other_key} {claim} of {pair.body.subject}", method, tuple(digests), parameters, expected)


def _parameters(
    view: View, body: Watched, search_start: np.datetime64 | None, settings: Mapping[str, Any], declared: bool
) -> dict[str, Any]:
    """All that a re-run needs beside the inputs."""
    return {
        "start": iso(view.start_utc),
        "stop": iso(view.stop_utc),
        "as_of": iso(view.as_of_utc),
        "asset": body.asset.asset_id,
        "cospar_id": body.asset.cospar_id,
        "declared": declared,
        "search_start": "" if search_start is None else iso(search_start),
        "settings": dict(settings),
    }


def _mode(around: Bodies, pair: Pair) -> DataMode:
    modes = np.concatenate([around.sets_of(k).data_mode for k in (pair.body.key, pair.other_key)])
    return _mode_of(modes, *(e.data_mode for e in pair.body.ephemerides))


def _mode_of(modes: Any, *more: DataMode) -> DataMode:
    """The mode farthest from REAL among the inputs: one exercise record makes the finding an exercise finding."""
    return DataMode(max([0, *np.asarray(modes).tolist(), *(int(m) for m in more)]))

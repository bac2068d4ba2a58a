"""One object's silence: its rhythm, how long nothing was heard, how likely that is, and the odds of every reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from hoshimori.detect import silence_life
from hoshimori.detect.rhythm import DAY_US, LEAST_GAPS, RECORD, Rhythm, gaps_days, moments
from hoshimori.detect.silence_around import LEAST_PAUSE_DAYS, Around
from hoshimori.detect.silence_heir import Heir
from hoshimori.detect.silence_odds import LATE_CHANCE, YEAR_DAYS, odds
from hoshimori.detect.silence_rates import Rates
from hoshimori.facts import NOT_A_TIME, ElementSets, Floats, Times
from hoshimori.findings import Reason

OBSERVED = ("on time", "late", "silent", "nobody heard", "rhythm not known")
UNSEEN = ("not observable", "never catalogued")
LASTING = ("lost", "not published any more", "decayed", "renumbered")
"""Reasons after which nothing more comes under this number."""
SURE = 0.9
FADED_GAPS = 5
FADED_CHANCE = 0.02


@dataclass(frozen=True)
class Limits:
    """Stated rates of false alarms, a year and object: below the first a silence is told, below the second it is an alarm."""

    notice_per_year: float = 1.0
    alarm_per_year: float = 0.1


@dataclass(frozen=True)
class Account:
    """What can be said of one object. state: one of `OBSERVED` or `UNSEEN`.

    silent_days: since its last news, to when others were last heard; NaN where nothing is known. p_value: the chance that a gap
    lasts so long while all is as before; false_alarms_per_year: how often a year that happens. older_share: of the others in its
    shell, how many were heard no later; all that can be said without a rhythm. sets: what it rests on.
    """

    norad_id: int | None
    asset_id: str
    name: str
    state: str
    last_epoch_utc: np.datetime64 = NOT_A_TIME
    last_known_utc: np.datetime64 = NOT_A_TIME
    usual_days: float = np.nan
    mean_days: float = np.nan
    longest_days: float = np.nan
    gaps: int = 0
    silent_days: float = np.nan
    p_value: float = np.nan
    false_alarms_per_year: float = np.nan
    older_share: float = np.nan
    odds: Mapping[str, float] = field(default_factory=dict)
    left_days: float = np.nan
    faded: bool = False
    around: Around | None = None
    heir: Heir | None = None
    open_to: tuple[Reason, ...] = ()
    """What cannot be excluded, and what limits the answer."""
    sets: ElementSets = field(default_factory=ElementSets.empty)
    neighbour_of: str = ""
    """The catalogue number of the asset that it is a neighbour of; "" for an asset itself."""

    @property
    def likeliest(self) -> str:
        return max(self.odds, key=lambda k: self.odds[k]) if self.odds else ""

    @property
    def gone(self) -> float:
        """The odds that nothing more comes under this number."""
        return sum(self.odds.get(k, 0.0) for k in LASTING)


def recorded(history: ElementSets, as_of_utc: np.datetime64) -> tuple[ElementSets, Times]:
    """The newest sets that a rhythm is learnt from, by epoch, and their moments."""
    known = history.take(history.known_utc <= as_of_utc)
    times = moments(known).known_utc[-RECORD - 1 :]
    if len(times):
        known = known.take(known.known_utc >= times[0])
    return known.take(np.argsort(known.epoch_utc, kind="stable")), times


def mean_gap(times: Times) -> float:
    gaps = gaps_days(times)
    return float(gaps.mean()) if len(gaps) else float("nan")


def without_rhythm(account: Account, older_share: float, as_of_utc: np.datetime64) -> Account:
    """A few sets only: nothing but its age beside that of others can be said, and whether it was about to come down."""
    why = [Reason("silence no rhythm", {"sets": float(account.gaps + 1)})]
    left = silence_life.days_left(account.sets)
    if _days(as_of_utc - account.sets.epoch_utc[-1]) > left:
        why.append(Reason("silence would be down", {"days": left}))
    if np.isfinite(older_share):
        why.append(Reason("silence older than others", {"share": 1.0 - older_share}))
    return replace(account, state="rhythm not known", left_days=left, older_share=older_share, open_to=tuple(why))


def judge(
    first: Account, times: Times, around: Around, heir: Heir | None, as_of_utc: np.datetime64, limits: Limits, rates: Rates
) -> Account:
    """The account of an object that has a rhythm. first: number, asset, name and sets; times: its moments."""
    sets, gaps = first.sets, gaps_days(times)
    motion = float(sets.mean_motion_rev_day[-1])
    rhythm = Rhythm(np.sort(gaps), rates.tail(motion, float(gaps.mean())), rates.weight)
    heard = np.datetime64(around.heard_utc.rstrip("Z"), "us")
    silent = max(_days(heard - times[-1]), 0.0)
    p = rhythm.survival(max(silent - around.dead_days, 0.0))
    hanging = _days(as_of_utc - max(heard, times[-1]))
    hanging = hanging if hanging > LEAST_PAUSE_DAYS else 0.0
    a_year = p * YEAR_DAYS / rhythm.mean_days
    faded = _faded(gaps, rhythm)
    left, perigee = silence_life.days_left(sets), silence_life.perigee_km(sets)
    elapsed = _days(as_of_utc - sets.epoch_utc[-1])
    found = odds(rhythm, silent + hanging, around.dead_days + hanging, elapsed, left, perigee, motion, faded, around, heir, rates)
    account = Account(
        first.norad_id, first.asset_id, first.name, "on time", sets.epoch_utc[-1], times[-1], rhythm.usual_days, rhythm.mean_days,
        rhythm.longest_days, rhythm.count, silent, p, a_year, odds=found, left_days=left, faded=faded, around=around, heir=heir,
        sets=sets, neighbour_of=first.neighbour_of,
    )  # fmt: skip
    return _stated(account, limits)


def _stated(account: Account, limits: Limits) -> Account:
    """With its state, and what cannot be excluded."""
    outage = account.odds["provider outage"]
    told = account.false_alarms_per_year <= limits.notice_per_year
    alarm = account.false_alarms_per_year <= limits.alarm_per_year or (account.gone >= SURE and account.p_value <= LATE_CHANCE)
    state = "nobody heard" if outage >= 0.5 else "silent" if alarm else "late" if told else "on time"
    return replace(account, state=state, open_to=tuple(_open_to(account, state)))


def _open_to(account: Account, state: str) -> list[Reason]:
    if state == "on time":
        return []
    if state == "nobody heard":
        return [Reason("silence nobody heard", {"since": str(np.datetime_as_string(account.last_known_utc, unit="us"))})]
    out = [Reason("silence manoeuvre possible"), Reason("silence reason unseen")]
    if account.around is not None and account.around.peers < 5:
        out.append(Reason("silence few others", {"objects": float(account.around.heard)}))
    if account.around is not None and not account.around.whole:
        out.append(Reason("silence new numbers unseen"))
    return out


def _faded(gaps: Floats, rhythm: Rhythm) -> bool:
    """Did its last gaps lengthen before it fell silent?"""
    return bool(len(gaps) >= 2 * FADED_GAPS and max(gaps[-FADED_GAPS:]) > rhythm.reached(FADED_CHANCE))


def _days(span: np.timedelta64) -> float:
    return float(span.astype("timedelta64[us]").astype(np.int64)) / DAY_US


def enough(times: Times) -> bool:
    return len(times) > LEAST_GAPS

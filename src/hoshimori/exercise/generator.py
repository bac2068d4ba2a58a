"""A whole practice sky from one seed: the bytes that a watch reads, and the truth against which it is judged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hoshimori.alliance import watchlist
from hoshimori.errors import UsageError
from hoshimori.exercise import script
from hoshimori.exercise.arcs import US_PER_DAY, Track
from hoshimori.exercise.population import geo_crowd, leo_crowd
from hoshimori.exercise.publication import GEO_CARE, LEO_CARE, Showing, by_day, published
from hoshimori.exercise.truth import StaleAsset, Truth
from hoshimori.facts import Received, Watchlist

DEFAULT_SEED = 20230112
DEFAULT_STOP_UTC = np.datetime64("2026-06-01T00:00:00", "us")
MIN_DAYS, MAX_DAYS = 12, 15

_LEO_DAYS = 7


@dataclass(frozen=True)
class PracticeSky:
    """`received` is what a source would have handed over; `truth` is for the judge alone; `watchlist` is the one to watch."""

    received: tuple[Received, ...]
    truth: Truth
    watchlist: Watchlist


def practice_sky(*, seed: int = DEFAULT_SEED, stop_utc: np.datetime64 | None = None, days: int = 14) -> PracticeSky:
    """About 500 GEO and 3,000 LEO objects over `days` days up to `stop_utc`, every record marked EXERCISE.

    The same seed gives the same bytes. Low orbit is published for the last 7 days only. Nothing in it is a real event, and
    the orbits under real catalogue numbers are invented too.
    Raises UsageError: a negative seed, or days outside 12 to 15 (the play needs twelve; satellites in their slots make no burn
    of their own, and in a longer time would drift out of them).

    >>> sky = practice_sky(days=12)
    >>> sky.received[0].data_mode.name, sky.truth.intruder.norad_id
    ('EXERCISE', 799500001)
    """
    start_us, stop_us = _window(seed, stop_utc, days)
    watched = watchlist("japan-comms")
    stage = script.set_stage(seed, start_us, stop_us, watchlist("japan-all"), watched)
    visitor, intruder = script.intruder(stage)
    keepers = list(script.station_keepers(stage))
    slots = list(script.shared_slots(stage))
    near, far, swap = script.identity_swap(stage)
    stale_id, silent_us = script.stale_asset(stage)

    clear_deg_e = [a.longitude_deg_e for a in watchlist("japan-all").assets if a.longitude_deg_e is not None]
    low_assets = [t for t in stage.assets.values() if _is_low(t)]
    ring = [
        *(t for t in stage.assets.values() if not _is_low(t)),
        visitor,
        *(t for t, _ in keepers),
        *(t for tracks, _ in slots for t in tracks),
        *geo_crowd(seed, stage.middle_us, clear_deg_e),
    ]
    low = low_assets + list(leo_crowd(seed, stage.middle_us))
    swap_us = int(swap.at_utc.astype(np.int64))
    showings = [Showing(t, GEO_CARE, start_us, silent_us if t.norad_id == stale_id else stop_us) for t in ring]
    showings += [Showing(a, GEO_CARE, start_us, stop_us, swap_us, b) for a, b in ((near, far), (far, near))]
    showings += [Showing(t, LEO_CARE, max(start_us, stop_us - _LEO_DAYS * US_PER_DAY), stop_us) for t in low]
    sets = published(seed, showings, stop_us)
    truth = Truth(
        seed=seed,
        start_utc=np.datetime64(start_us, "us"),
        stop_utc=np.datetime64(stop_us, "us"),
        intruder=intruder,
        station_keepers=tuple(k for _, k in keepers),
        shared_slots=tuple(n for _, n in slots),
        swap=swap,
        stale=StaleAsset(stale_id, sets.epoch_utc[sets.norad_id == stale_id].max()),
        tracks={t.norad_id: t for t in (*ring, near, far, *low)},
    )
    return PracticeSky(tuple(by_day(seed, sets)), truth, watched)


def _is_low(track: Track) -> bool:
    return track.pieces[0][1].mean.sma_km < 10_000.0


def _window(seed: int, stop_utc: np.datetime64 | None, days: int) -> tuple[int, int]:
    if seed < 0:
        raise UsageError(f"practice sky: seed={seed}: a whole number from 0 is expected")
    if not MIN_DAYS <= days <= MAX_DAYS:
        raise UsageError(f"practice sky: days={days}: {MIN_DAYS} to {MAX_DAYS} are expected, the time that the play takes")
    stop = DEFAULT_STOP_UTC if stop_utc is None else stop_utc.astype("datetime64[us]")
    if np.isnat(stop):
        raise UsageError("practice sky: stop_utc is not a time: give one such as np.datetime64('2026-06-01T00:00')")
    stop_us = int(stop.astype(np.int64))
    return stop_us - days * US_PER_DAY, stop_us

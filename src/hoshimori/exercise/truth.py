"""What happened in a practice sky: the answers against which a watch is judged. Distances are SGP4's own, without noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.exercise.arcs import Track
from hoshimori.facts import Floats, Times


@dataclass(frozen=True, slots=True)
class Burn:
    """An impulse along the velocity; negative is against it."""

    at_utc: np.datetime64
    dv_m_s: float


@dataclass(frozen=True, slots=True)
class Nearness:
    """Two objects close to each other from one time to another: smallest, median and largest distance."""

    norad_ids: tuple[int, int]
    start_utc: np.datetime64
    stop_utc: np.datetime64
    min_km: float
    median_km: float
    max_km: float


@dataclass(frozen=True, slots=True)
class Intruder:
    """Drifts in, burns twice and stays. `arrival_utc` is the second burn, after which it no longer drifts."""

    norad_id: int
    target_norad_id: int
    burns: tuple[Burn, Burn]
    arrival_utc: np.datetime64
    stay: Nearness


@dataclass(frozen=True, slots=True)
class StationKeeper:
    """A benign neighbour that keeps its slot with one burn east or west inside the window."""

    norad_id: int
    neighbour_norad_id: int
    longitude_deg_e: float
    burn: Burn


@dataclass(frozen=True, slots=True)
class IdentitySwap:
    """Two catalogue numbers exchange their orbits in the published sets, and nothing moves; the first stood beside the asset."""

    norad_ids: tuple[int, int]
    at_utc: np.datetime64
    asset_norad_id: int


@dataclass(frozen=True, slots=True)
class StaleAsset:
    """An asset for which nothing has been published since."""

    norad_id: int
    last_epoch_utc: np.datetime64


@dataclass(frozen=True)
class Truth:
    seed: int
    start_utc: np.datetime64
    stop_utc: np.datetime64
    intruder: Intruder
    station_keepers: tuple[StationKeeper, ...]
    shared_slots: tuple[Nearness, ...]
    swap: IdentitySwap
    stale: StaleAsset
    tracks: Mapping[int, Track]
    """Every object by its catalogue number before the swap."""

    def states(self, norad_id: int, t_utc: Times) -> tuple[Floats, Floats]:
        """r_km, v_km_s: (m, 3) in TEME, where the object truly was. Raises UsageError for an unknown number."""
        track = self.tracks.get(norad_id)
        if track is None:
            raise UsageError(f"no object {norad_id} in this practice sky; its numbers are those of PracticeSky.truth.tracks")
        return track.states(t_utc)


def nearness(a: Track, b: Track, start_us: int, stop_us: int) -> Nearness:
    """How close two tracks are, looked at every ten minutes: in GEO the distance changes by less than 1 % between looks."""
    times = np.arange(start_us, stop_us, 600_000_000).astype("datetime64[us]")
    distance_km = np.linalg.norm(a.states(times)[0] - b.states(times)[0], axis=1)
    return Nearness(
        norad_ids=(a.norad_id, b.norad_id),
        start_utc=np.datetime64(start_us, "us"),
        stop_utc=np.datetime64(stop_us, "us"),
        min_km=float(distance_km.min()),
        median_km=float(np.median(distance_km)),
        max_km=float(distance_km.max()),
    )

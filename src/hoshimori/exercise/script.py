"""The play: who does what in a practice sky, and the truth of it.

The assets of the built-in watchlists stand at their public longitudes under their own catalogue numbers; everything else is
invented, and so is all that happens. Which asset plays which part is drawn from the asset's own stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import cos, pi, radians, sin

import numpy as np

from hoshimori.exercise.arcs import MIN_PER_DAY, TAU, US_PER_MIN, Arc, Mean, Track, beside, burnt
from hoshimori.exercise.population import FIRST_FICTIONAL_ID, fictional, kept_vectors, leo_arc
from hoshimori.exercise.slots import GEO_SMA_KM, M_S_PER_DEG_DAY, acceleration_deg_day2, geo_arc
from hoshimori.exercise.streams import stream
from hoshimori.exercise.truth import Burn, IdentitySwap, Intruder, Nearness, StationKeeper, nearness
from hoshimori.facts import Asset, Watchlist

Pieces = tuple[tuple[int, Arc], ...]

STATION_KEEPERS = 10

_ALONE_DEG = 1.0
_QZSS_DEG_E = (125.0, 150.0)


@dataclass(frozen=True)
class Stage:
    """The assets in their places, before anything happens. `parts` ranks those that stand alone; `watched` is japan-comms."""

    seed: int
    start_us: int
    stop_us: int
    assets: Mapping[int, Track]
    watched: tuple[Asset, ...]
    parts: tuple[Asset, ...]

    @property
    def middle_us(self) -> int:
        return (self.start_us + self.stop_us) // 2

    def days_before_stop(self, days: float) -> int:
        """A moment, to the minute."""
        return self.stop_us - int(days * MIN_PER_DAY) * US_PER_MIN


def set_stage(seed: int, start_us: int, stop_us: int, every: Watchlist, watched: Watchlist) -> Stage:
    """Assets of `every` with a public orbit take their places; those of `watched` that stand alone are ranked for parts."""
    t_us = (start_us + stop_us) // 2
    assets = {a.norad_id: _asset_track(seed, a, every, t_us) for a in every.assets if a.norad_id and a.public_orbit}
    ring = tuple(a for a in watched.assets if a.norad_id in assets and a.longitude_deg_e is not None)
    alone = [a for a in ring if _gap_deg(a, every.assets) > _ALONE_DEG and not any(a.norad_id in g for g in every.co_located)]
    return Stage(seed, start_us, stop_us, assets, _by_lot(seed, ring), _by_lot(seed, alone))


def intruder(stage: Stage) -> tuple[Track, Intruder]:
    """Drifts in from the emptier side at some 0.45 deg/day, slows, stops about 30 km short of its target and stays.

    Built backwards: from the last orbit, beside the target's, each burn is undone and the orbit followed back.
    """
    target = stage.parts[0]
    rng = stream(stage.seed, "intruder", "script")
    side = _emptier_side(target, stage.watched)
    offset_km = side * rng.uniform(27.0, 33.0)
    times = stage.days_before_stop(rng.uniform(7.8, 8.6)), stage.days_before_stop(rng.uniform(4.2, 4.8))
    dv_m_s = -side * rng.uniform(0.32, 0.38), -side * rng.uniform(0.85, 0.95)
    host = stage.assets[_number(target)]
    last = Arc(times[1], _relative(host.mean_at(times[1]), rng, east_km=offset_km, size_km=4.0))
    middle = Arc(times[1], burnt(last.mean, -dv_m_s[1]))
    first = Arc(times[0], burnt(middle.mean_at(times[0]), -dv_m_s[0]))
    norad_id, name = fictional(FIRST_FICTIONAL_ID)
    track = Track(norad_id, name, "", ((stage.start_us, first), (times[0], middle), (times[1], last)))
    burns = Burn(_utc(times[0]), dv_m_s[0]), Burn(_utc(times[1]), dv_m_s[1])
    return track, Intruder(norad_id, host.norad_id, burns, _utc(times[1]), nearness(track, host, times[1], stage.stop_us))


def station_keepers(stage: Stage) -> Iterator[tuple[Track, StationKeeper]]:
    """Ten neighbours, about a third of a degree from an asset, that turn round at the edge of their box with one burn.

    Before the burn the triaxial pull has carried them to the edge, after it they drift back: within 0.05 deg of the middle.
    """
    taken = [o.longitude_deg_e for o in stage.watched if o.longitude_deg_e is not None]
    numbers = iter(range(FIRST_FICTIONAL_ID + 1, FIRST_FICTIONAL_ID + 1 + STATION_KEEPERS))
    for asset in (a for a in stage.watched if a not in stage.parts[:3]):
        rng = stream(stage.seed, f"keeper/{asset.norad_id}", "script")
        longitude = _free_place(asset, taken, rng)
        number = next(numbers, None) if longitude is not None else None
        if longitude is None or number is None:
            continue
        taken.append(longitude)
        norad_id, name = fictional(number)
        burn_us = stage.days_before_stop(rng.uniform(3.5, 10.5))
        pieces, burn = _turn_round(stage.start_us, burn_us, longitude, rng)
        yield Track(norad_id, name, "", pieces), StationKeeper(norad_id, _number(asset), longitude, burn)


def shared_slots(stage: Stage) -> Iterator[tuple[list[Track], Nearness]]:
    """Two slots shared on purpose: an asset and its companion, and two invented objects of one owner, 20-60 km apart."""
    host = stage.assets[_number(stage.parts[1])]
    companion = _companion(stage, host, FIRST_FICTIONAL_ID + 20)
    yield [companion], nearness(host, companion, stage.start_us, stage.stop_us)
    rng = stream(stage.seed, "shared", "script")
    e_vector, i_vector = kept_vectors(rng)
    arc = geo_arc(stage.middle_us, 180.0 + rng.uniform(2, 20), 0.0, e_vector=e_vector, i_vector=i_vector)
    one = Track(*fictional(FIRST_FICTIONAL_ID + 21), "", ((stage.start_us, arc),))
    other = _companion(stage, one, FIRST_FICTIONAL_ID + 22)
    yield [one, other], nearness(one, other, stage.start_us, stage.stop_us)


def identity_swap(stage: Stage) -> tuple[Track, Track, IdentitySwap]:
    """A long-standing neighbour of an asset and an object half a degree away exchange catalogue numbers; nothing moves."""
    asset = stage.parts[2]
    rng = stream(stage.seed, "swap", "script")
    host = stage.assets[_number(asset)]
    near = _companion(stage, host, FIRST_FICTIONAL_ID + 30)
    e_vector, i_vector = kept_vectors(rng)
    longitude = (asset.longitude_deg_e or 0.0) + rng.choice([-1.0, 1.0]) * rng.uniform(0.45, 0.6)
    far_arc = geo_arc(stage.middle_us, longitude, 0.0, e_vector=e_vector, i_vector=i_vector)
    far = Track(*fictional(FIRST_FICTIONAL_ID + 31), "", ((stage.start_us, far_arc),))
    at_us = stage.days_before_stop(rng.uniform(3.0, 5.0))
    return near, far, IdentitySwap((near.norad_id, far.norad_id), _utc(at_us), host.norad_id)


def stale_asset(stage: Stage) -> tuple[int, int]:
    """The asset that falls silent, and the last moment at which it may have an epoch: more than eight days before the end."""
    rng = stream(stage.seed, "stale", "script")
    return _number(stage.parts[3]), stage.days_before_stop(rng.uniform(8.2, 9.2))


def _turn_round(start_us: int, burn_us: int, longitude: float, rng: np.random.Generator) -> tuple[Pieces, Burn]:
    e_vector, i_vector = kept_vectors(rng)
    still = geo_arc(burn_us, longitude, 0.0, e_vector=e_vector, i_vector=i_vector)
    pull = acceleration_deg_day2(still, burn_us)
    way = 1.0 if pull >= 0 else -1.0
    drift = way * min(max(abs(pull) * 7.0, 0.004), 0.014)
    edge = longitude + drift * 7.0 / 4.0
    after = geo_arc(burn_us, edge, -drift, e_vector=e_vector, i_vector=i_vector)
    dv_m_s = 2.0 * drift * M_S_PER_DEG_DAY
    before = Arc(burn_us, burnt(after.mean, -dv_m_s))
    return ((start_us, before), (burn_us, after)), Burn(_utc(burn_us), dv_m_s)


def _companion(stage: Stage, host: Track, number: int) -> Track:
    """An object that shares the host's slot, kept apart by parallel eccentricity and inclination vectors (Eckstein 1987)."""
    norad_id, name = fictional(number)
    rng = stream(stage.seed, name, "orbit")
    arc = Arc(stage.middle_us, _relative(host.mean_at(stage.middle_us), rng, east_km=0.0, size_km=rng.uniform(18.5, 21.0)))
    return Track(norad_id, name, "", ((stage.start_us, arc),))


def _relative(mean: Mean, rng: np.random.Generator, *, east_km: float, size_km: float) -> Mean:
    """An orbit around the host's, or east of it; radial and cross-track swings of one size, in step so that they never meet."""
    angle = rng.uniform(0, TAU)
    size = size_km / GEO_SMA_KM
    vector = size * cos(angle), size * sin(angle)
    return beside(mean, east_km / GEO_SMA_KM, vector, vector)


def _asset_track(seed: int, asset: Asset, every: Watchlist, t_us: int) -> Track:
    number = _number(asset)
    rng = stream(seed, f"asset/{number}", "orbit")
    return Track(number, f"EXERCISE {asset.name}", asset.cospar_id, ((t_us, _asset_arc(rng, asset, every, t_us)),))


def _asset_arc(rng: np.random.Generator, asset: Asset, every: Watchlist, t_us: int) -> Arc:
    e_vector, i_vector = kept_vectors(rng)
    if asset.orbit == "LEO":
        return leo_arc(rng, "sun-synchronous", t_us)
    if asset.orbit == "IGSO":
        angle = rng.uniform(0, TAU)
        i_vector = radians(40.0) * cos(angle), radians(40.0) * sin(angle)
        perigee = angle + 1.5 * pi
        e_vector = 0.075 * cos(perigee), 0.075 * sin(perigee)
        return geo_arc(t_us, rng.uniform(*_QZSS_DEG_E), 0.0, e_vector=e_vector, i_vector=i_vector)
    for group in every.co_located:
        if asset.norad_id in group:
            angle = TAU * sorted(group).index(asset.norad_id) / len(group)
            e_vector = 3e-4 * cos(angle), 3e-4 * sin(angle)
            i_vector = radians(0.04) * cos(angle), radians(0.04) * sin(angle)
    return geo_arc(t_us, asset.longitude_deg_e or 0.0, 0.0, e_vector=e_vector, i_vector=i_vector)


def _number(asset: Asset) -> int:
    """The catalogue number of an asset on the stage; all of them have one."""
    assert asset.norad_id is not None
    return asset.norad_id


def _by_lot(seed: int, assets: list[Asset] | tuple[Asset, ...]) -> tuple[Asset, ...]:
    return tuple(sorted(assets, key=lambda a: stream(seed, f"asset/{a.norad_id}", "part").random()))


def _free_place(asset: Asset, taken: list[float], rng: np.random.Generator) -> float | None:
    """A longitude 0.28-0.36 deg to one side or the other that keeps 0.26 deg from those taken; None where there is none."""
    middle = asset.longitude_deg_e or 0.0
    for away in rng.choice([-1.0, 1.0]) * np.array([1.0, -1.0]) * rng.uniform(0.28, 0.36):
        if all(_apart_deg(middle + away, other) > 0.26 for other in taken):
            return float(middle + away) % 360.0
    return None


def _emptier_side(target: Asset, others: tuple[Asset, ...]) -> float:
    """-1 where there is more room to the west of the target than to its east, else +1."""
    east = [((o.longitude_deg_e or 0.0) - (target.longitude_deg_e or 0.0)) % 360.0 for o in others if o is not target]
    return 1.0 if min(east) >= 360.0 - max(east) else -1.0


def _gap_deg(asset: Asset, others: tuple[Asset, ...]) -> float:
    """The distance in longitude to the nearest other asset."""
    here = asset.longitude_deg_e or 0.0
    there = [o.longitude_deg_e for o in others if o.norad_id != asset.norad_id and o.longitude_deg_e is not None]
    return min(_apart_deg(here, longitude) for longitude in there)


def _apart_deg(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)


def _utc(t_us: int) -> np.datetime64:
    return np.datetime64(t_us, "us")

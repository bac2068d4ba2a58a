"""Small skies whose truth is known by construction: objects on mean orbits of SGP4, and the element sets that tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import pi, radians

import numpy as np

from hoshimori.catalogue import MemoryView
from hoshimori.detect.burns import UNKNOWN, Burn
from hoshimori.detect.encounter import Encounter
from hoshimori.exercise.arcs import Arc, Mean, Track, beside, burnt
from hoshimori.facts import Asset, ElementSets, Ephemeris, Watchlist
from hoshimori.findings import Event, Evidence

NOON = np.datetime64("2026-03-20T12:00:00", "us")
DAY_US = 86_400_000_000
GEO_KM = 42164.2
GEO_M_S = 3074.7
ASSET, OTHER, THIRD = 41000, 42000, 43000

RING = Mean(1.00273 * 2.0 * pi / 1440.0, 1.5e-4, radians(0.05), radians(80.0), radians(30.0), radians(200.0))
LOW = Mean(15.2 * 2.0 * pi / 1440.0, 1e-3, radians(51.6), radians(10.0), radians(90.0), radians(5.0))


def us(days: float) -> int:
    """µs since 1970 at so many days from `NOON`."""
    return int(NOON.astype(np.int64)) + round(days * DAY_US)


def at(days: float) -> np.datetime64:
    return np.datetime64(us(days), "us")


def track(number: int, mean: Mean, *later: tuple[float, Mean]) -> Track:
    """An object on `mean` as of NOON, and on other orbits from later days on (each given as of that day)."""
    pieces = [(us(-1000.0), Arc(us(0.0), mean)), *((us(day), Arc(us(day), m)) for day, m in later)]
    return Track(number, str(number), "", tuple(pieces))


def east(km: float, *, de: tuple[float, float] = (0.0, 0.0), di: tuple[float, float] = (0.0, 0.0), of: Mean = RING) -> Mean:
    """An orbit in GEO so many km east of another one, its eccentricity and inclination vectors changed by de and di."""
    return beside(of, km / GEO_KM, de, di)


def touring(number: int, host: Track, *stops: tuple[float, float], travel_days: float = 5.0) -> tuple[Track, tuple[float, ...]]:
    """A visitor that stops so many km east of the host on these days, and the days of its burns.

    stops: (km east of the host, day of arrival). Two burns to each move: one to set off `travel_days` before, one to stop.
    """
    (first_km, first_day), *later = stops
    arc = Arc(us(first_day), beside(host.mean_at(us(first_day)), first_km / GEO_KM, (1e-4, 0.0), (0.0, 0.0)))
    pieces, days = [(us(-1000.0), arc)], []
    for km, day in later:
        leaves, arrives, goal = us(day - travel_days), us(day), host.mean_at(us(day))
        dv_m_s = 0.0
        for _ in range(4):
            drifting = Arc(leaves, burnt(arc.mean_at(leaves), dv_m_s))
            short = (goal.mean_longitude + km / GEO_KM - drifting.mean_at(arrives).mean_longitude + pi) % (2.0 * pi) - pi
            dv_m_s -= short / (3.0 * 2.0 * pi * travel_days) * GEO_M_S
        landed = drifting.mean_at(arrives)
        arc = Arc(arrives, burnt(landed, (1.0 - goal.n_rad_min / landed.n_rad_min) / 3.0 * GEO_M_S))
        pieces += [(leaves, drifting), (arrives, arc)]
        days += [day - travel_days, day]
    return Track(number, str(number), "", tuple(pieces)), tuple(days)


def burn(number: int, day: float, *, routine: bool | None = False, gap_days: float = 0.5, probability: float = 0.99) -> Burn:
    """A burn as `detect.manoeuvre` would tell of it, in the middle of a gap between two sets."""
    before, after = at(day - gap_days / 2.0), at(day + gap_days / 2.0)
    label = "station-keeping" if routine else "relocation"
    evidence = Evidence("by hand", "test@1", ())
    return Burn(
        number,
        at(day),
        3600.0,
        UNKNOWN,
        UNKNOWN,
        probability,
        label,
        routine,
        (),
        after,
        before,
        after,
        at(day),
        at(day),
        evidence,
        {},
    )


def sets_of(one: Track, days: Iterable[float], *, number: int | None = None) -> ElementSets:
    """The element sets that tell of a track, one on each of these days."""
    days = list(days)
    means = [one.mean_at(us(d)) for d in days]
    degrees = {
        "inc_deg": [m.inc for m in means],
        "raan_deg": [m.raan for m in means],
        "argp_deg": [m.argp for m in means],
        "ma_deg": [m.ma for m in means],
    }
    return ElementSets.build(
        {
            "norad_id": np.full(len(days), one.norad_id if number is None else number),
            "epoch_utc": [at(d) for d in days],
            "mean_motion_rev_day": [m.n_rad_min * 1440.0 / (2.0 * pi) for m in means],
            "eccentricity": [m.ecc for m in means],
            **{name: np.degrees(values) for name, values in degrees.items()},
        }
    )


def daily(one: Track, first: float = -10.0, last: float = 0.0, *, number: int | None = None, every: float = 0.5) -> ElementSets:
    return sets_of(one, np.arange(first, last + 1e-9, every), number=number)


def raised(number: int, *burns: tuple[float, float]) -> ElementSets:
    """A low satellite that burns, (day, m/s forward), in a record of 200 days, a set every 0.8 days, four digits of angles."""
    path = track(number, LOW)
    for day, dv_m_s in burns:
        path = track(number, LOW, *pieces(path), (day, burnt(path.mean_at(us(day)), dv_m_s)))
    sets = sets_of(path, np.arange(-150.0, 50.0, 0.8))
    angles = {k: np.round(getattr(sets, k), 4) for k in ("inc_deg", "raan_deg", "argp_deg", "ma_deg")}
    return sets.having(
        **angles, mean_motion_rev_day=np.round(sets.mean_motion_rev_day, 8), known_utc=sets.epoch_utc + np.timedelta64(6, "h")
    )


def pieces(path: Track) -> list[tuple[float, Mean]]:
    """What `track` was given for the days after the first."""
    return [((start - us(0.0)) / DAY_US, arc.mean_at(start)) for start, arc in path.pieces[1:]]


def sky(*parts: ElementSets) -> ElementSets:
    return ElementSets.concat(list(parts))


def seen(
    sets: ElementSets, *, start: float = -5.0, stop: float = 0.0, as_of: float = 1.0, oem: Sequence[Ephemeris] = ()
) -> MemoryView:
    """A view of the days from start to stop as known at as_of."""
    return MemoryView(sets, at(start), at(stop), at(as_of), oem)


def asset(number: int | None, name: str = "") -> Asset:
    return Asset(name or str(number), number, "", name or str(number), "", "", "GEO", None, True, "", "")


def watching(*numbers: int, together: Sequence[frozenset[int]] = ()) -> Watchlist:
    return Watchlist("few", "few", "", "2026-03-01", tuple(asset(n) for n in numbers), tuple(together))


def events(view: MemoryView, watchlist: Watchlist | None = None) -> list[Event]:
    return Encounter().detect(view, watchlist or watching(ASSET))


def of_kind(found: Sequence[Event], kind: str) -> list[Event]:
    return [e for e in found if e.kind == kind]


def verdicts(event: Event) -> dict[str, str]:
    return {x.name: x.verdict for x in event.explanations}

"""One object's life on one time axis: mean elements, burns, who stayed near, where the record is silent. Numbers only."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.detect.burns import Burn, Untold
from hoshimori.errors import NothingFound
from hoshimori.facts import DataMode, ElementSets, Floats, Times
from hoshimori.findings import Event
from hoshimori.sky import secular, time

EARTH_RADIUS_KM = 6378.137
SIDEREAL_REV_DAY = 1.00273791
SYNCHRONOUS_REV_DAY = 0.1
"""Mean motions within this much of one revolution a sidereal day are drawn by longitude: drifts of up to 36 degrees a day."""
ROUND = 0.1
"""Above this eccentricity one altitude says little: semi-major axis and perigee are drawn instead."""
AIR_KM = 1500.0
"""Below this perigee B* says something about drag."""
SUN_DEG_DAY, SUN_SYNCHRONOUS_DEG_DAY = 0.98565, 0.05
LEAST_GAP = np.timedelta64(2, "D")
GAP_SPACINGS = 5
"""A silence is a gap from two days on, and from five times the record's own median spacing."""
SPIKE_SPREADS = 20.0
LEAST_SPAN = {
    "mean longitude": 0.02, "longitude drift": 1e-3, "mean altitude": 0.02, "semi-major axis": 0.02, "perigee altitude": 0.02,
    "eccentricity": 2e-5, "inclination": 2e-3, "local time of node": 0.02, "bstar": 2e-5,
}  # fmt: skip
"""What an axis shows at least, so that the last digit of an element set does not look like an event."""


@dataclass(frozen=True)
class Panel:
    """One quantity over time. `y` is NaN where the pen is lifted. `low`, `high`: what the axis must cover; lone wild sets do not
    set it. `small` panels are context, such as B*.
    """

    key: str  # of its name in `words`
    t_utc: Times
    y: Floats
    low: float
    high: float
    small: bool = False


@dataclass(frozen=True)
class Span:
    """Another object that stayed near. `usual` None: not judged."""

    other: str
    start_utc: np.datetime64
    stop_utc: np.datetime64
    miss_km: float
    sigma_km: float | None
    label: str
    usual: bool | None

    @classmethod
    def of(cls, event: Event) -> Span:
        """From an event of kind "stay"; not judged where the record is too short to learn what is usual."""
        miss = event.quantities["miss_km"]
        doubt = any(x.name == "known neighbour" and x.verdict == "cannot tell" for x in event.explanations)
        usual = True if event.normal else None if doubt else False
        return cls(event.others[0], event.start_utc, event.stop_utc, miss.value, miss.sigma, event.label, usual)


@dataclass(frozen=True)
class Timeline:
    """What there is to draw of one object between two moments, as known at `as_of_utc`."""

    norad_id: int
    name: str
    start_utc: np.datetime64
    stop_utc: np.datetime64
    as_of_utc: np.datetime64
    epoch_utc: Times
    panels: tuple[Panel, ...]
    burns: tuple[Burn, ...]
    stays: tuple[Span, ...]
    gaps: tuple[tuple[np.datetime64, np.datetime64], ...]
    untold: tuple[Untold, ...]
    data_modes: tuple[DataMode, ...]

    @property
    def exercise(self) -> bool:
        return DataMode.EXERCISE in self.data_modes


def timeline(
    sets: ElementSets,
    burns: Sequence[Burn] = (),
    stays: Sequence[Span] = (),
    *,
    untold: Sequence[Untold] = (),
    start_utc: np.datetime64 | None = None,
    stop_utc: np.datetime64 | None = None,
    as_of_utc: np.datetime64 | None = None,
) -> Timeline:
    """The timeline of one object from its sets, sorted by epoch; burns and stays outside the window are left out.

    Without `start_utc` and `stop_utc` it runs from the first set to the last set, burn or stay. NothingFound where the window
    holds no set.
    """
    if not len(sets):
        raise NothingFound("no element set to draw")
    start = sets.epoch_utc[0] if start_utc is None else start_utc
    stop = max([sets.epoch_utc[-1], *(b.t_utc for b in burns), *(s.stop_utc for s in stays)]) if stop_utc is None else stop_utc
    inside = sets.take((sets.epoch_utc >= start) & (sets.epoch_utc <= stop))
    if not len(inside):
        raise NothingFound("no element set lies inside the window asked for: widen --start and --stop")
    return Timeline(
        norad_id=int(inside.norad_id[-1]),
        name=str(inside.name[-1]),
        start_utc=start,
        stop_utc=stop,
        as_of_utc=inside.known_utc.max() if as_of_utc is None else as_of_utc,
        epoch_utc=inside.epoch_utc,
        panels=tuple(panels(inside)),
        burns=tuple(b for b in burns if start <= b.t_utc <= stop),
        stays=tuple(s for s in stays if s.stop_utc >= start and s.start_utc <= stop),
        gaps=tuple(gaps(inside.epoch_utc)),
        untold=tuple(untold),
        data_modes=tuple(DataMode(int(m)) for m in np.unique(inside.data_mode)),
    )


def panels(sets: ElementSets) -> Iterator[Panel]:
    """The elements worth a look in this kind of orbit, in the order in which they are drawn."""
    draw = _drawer(sets.epoch_utc)
    a_km = semi_major_axis_km(sets)
    e, motion = float(np.median(sets.eccentricity)), float(np.median(sets.mean_motion_rev_day))
    perigee_km = a_km * (1.0 - sets.eccentricity) - EARTH_RADIUS_KM
    if abs(motion - SIDEREAL_REV_DAY) < SYNCHRONOUS_REV_DAY and e < ROUND:
        yield draw("mean longitude", _turns(mean_longitude_deg(sets), 360.0))
        yield draw("longitude drift", drift_deg_day(sets))
    elif e < ROUND:
        yield draw("mean altitude", a_km - EARTH_RADIUS_KM)
    else:
        yield draw("semi-major axis", a_km)
        yield draw("perigee altitude", perigee_km)
    yield draw("eccentricity", sets.eccentricity)
    yield draw("inclination", sets.inc_deg)
    if _sun_synchronous(sets):
        yield draw("local time of node", _turns(local_time_of_node_h(sets), 24.0))
    if float(np.median(perigee_km)) < AIR_KM and np.any(sets.bstar_per_er):
        yield draw("bstar", sets.bstar_per_er, small=True)


def semi_major_axis_km(sets: ElementSets) -> Floats:
    """(n,) mean semi-major axis as SGP4 has it, the secular J2 part of the mean motion undone; NaN where SGP4 has none."""
    return secular.mean_axis_km(sets.mean_motion_rev_day, sets.eccentricity, sets.inc_deg)


def mean_longitude_deg(sets: ElementSets) -> Floats:
    """(n,) degrees east in [0, 360): node + perigee + mean anomaly - sidereal time, at each set's own epoch."""
    return np.asarray((sets.raan_deg + sets.argp_deg + sets.ma_deg - np.degrees(time.gmst_rad(sets.epoch_utc))) % 360.0)


def drift_deg_day(sets: ElementSets) -> Floats:
    """(n,) drift over the ground of a nearly synchronous object, degrees a day, east positive; without that of the node."""
    return np.asarray(360.9856 * (sets.mean_motion_rev_day / SIDEREAL_REV_DAY - 1.0))


def local_time_of_node_h(sets: ElementSets) -> Floats:
    """(n,) mean local solar time of the ascending node, hours in [0, 24). Mean Sun: 280.46 + 0.9856474 deg a day from J2000."""
    days = (sets.epoch_utc - np.datetime64("2000-01-01T12:00", "us")) / np.timedelta64(86_400_000_000, "us")
    return np.asarray(((sets.raan_deg - 280.46 - 0.9856474 * days) / 15.0 + 12.0) % 24.0)


def gaps(epoch_utc: Times) -> Iterator[tuple[np.datetime64, np.datetime64]]:
    """Where the record is silent for long, by its own measure."""
    steps = np.diff(epoch_utc)
    if len(steps):
        for k in np.flatnonzero(steps > max(LEAST_GAP, GAP_SPACINGS * np.median(steps))):
            yield epoch_utc[k], epoch_utc[k + 1]


def _sun_synchronous(sets: ElementSets) -> bool:
    """Does the node keep up with the mean Sun, by the secular rate of J2?"""
    cos_i, e = np.cos(np.radians(sets.inc_deg)), sets.eccentricity
    rate = -9.9641 * (6378.137 / semi_major_axis_km(sets)) ** 3.5 * cos_i / (1.0 - e * e) ** 2  # J2, degrees a day
    return bool(abs(float(np.median(rate)) - SUN_DEG_DAY) < SUN_SYNCHRONOUS_DEG_DAY)


def _turns(angle: Floats, turn: float) -> Floats:
    """An angle without the jump at the full turn, its last value in [0, turn); as it was where it goes round more than once."""
    smooth = np.unwrap(angle, period=turn)
    smooth = smooth + (angle[-1] - smooth[-1])
    return np.asarray(smooth if np.ptp(smooth) < turn else angle)


def _drawer(epoch_utc: Times) -> Callable[..., Panel]:
    """A maker of panels that lifts the pen inside every gap."""
    silent = list(gaps(epoch_utc))
    middles = np.array([a + (b - a) / 2 for a, b in silent], "datetime64[us]")
    order = np.argsort(np.concatenate([epoch_utc, middles]), kind="stable")

    def draw(key: str, y: Floats, *, small: bool = False) -> Panel:
        lifted = np.concatenate([y, np.full(len(middles), np.nan)])[order]
        low, high = extent(y)
        pad = max(0.5 * (LEAST_SPAN[key] - (high - low)), 0.03 * (high - low))
        return Panel(key, np.concatenate([epoch_utc, middles])[order], lifted, low - pad, high + pad, small)

    return draw


def extent(y: Floats) -> tuple[float, float]:
    """The least and greatest value, lone spikes left out: a value far from both neighbours while these agree."""
    y = y[np.isfinite(y)]
    if len(y) < 5:
        return (float(y.min()), float(y.max())) if len(y) else (0.0, 1.0)
    before, here, after = y[:-2], y[1:-1], y[2:]
    off = np.minimum(np.abs(here - before), np.abs(here - after))
    usual = float(np.median(np.abs(np.diff(y))))
    spike = off > SPIKE_SPREADS * usual + 5.0 * np.abs(after - before)
    kept = np.concatenate([y[:1], here[~spike], y[-1:]])
    return float(kept.min()), float(kept.max())

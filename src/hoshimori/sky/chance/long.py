"""Collision probabilities that hold for slow, long and bent encounters: collisions counted as they happen, over all the time.

The expected number of collisions is the flux of the relative state's probability inward through the sphere of the summed
radius, over the sphere and over time. Both orbits are two-body ellipses whose epoch errors are Gaussian in equinoctial
elements; at each time the map from elements to states is made linear where the two clouds overlap most, not at their means.
That number is the probability of at least one collision as long as few pairs could collide twice.

References: Hall, "Expected Collision Rates for Tracked Satellites", JSR 58(3), 2021, 715-728 (3D-Nc); Hall, Baars and Casali,
"A Multistep Probability of Collision Algorithm", AAS 23-398 (2D-Nc); Coppola, "Including Velocity Uncertainty in the
Probability of Collision Between Space Objects", AAS 12-247 (the flux).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hoshimori.errors import DataError, UsageError
from hoshimori.sky.chance.equinoctial_covariance import Errors, errors
from hoshimori.sky.chance.meeting import Chance, Floats, Meeting, Why

STEPS = 60
"""Most steps towards the overlap; the 35 real messages of NASA CARA need at most a dozen."""
CUT = 60.0
"""Above its least, of squared Mahalanobis distance plus log of determinant: what is farther carries exp(-30) = 1e-13."""
GRID = 301
"""Times at which the encounter is looked over before its minima are refined."""
VALLEYS = 12
"""Minima followed at once, the deepest first. One orbit of two brings two close passages; the rest is bends of the covariance."""
HALVINGS = 40
"""Of the grid's step about a minimum, at most: from 10 s to 10 ps."""
CLOSE_ENOUGH = 1e-4
"""Relative change at which more nodes are no longer worth their time."""
DOUBTED = 1e-3
"""Relative change that remains and is worth a word."""
EVEN = ((6, 16, 0.0), (12, 32, 0.0), (24, 64, 0.0))
"""Nodes on each half of the sphere's axis and around it, tried in this order."""
MESHES = ((6, 0, 3.0), (6, 0, 1.5), (6, 0, 0.75))
"""Nodes along each side of a patch, and the sigmas that half a patch may span, tried after those or instead."""
NARROW = 12.0
"""Radius in sigmas of the narrowest direction above which even nodes, at most 4 degrees apart, are not tried."""
BELLS = ((6, 16), (12, 32), (24, 64), (48, 128), (96, 256))
WIDE = 3.0
"""Sigmas of time that the sphere may take to cross its radius: a bell drawn about the middle says little of what is farther."""
WAIT = 0.5
"""Sigmas between the three times from which a bell is drawn."""
PANELS = (4, 8, 16, 32, 64, 128)
NODES = 8
"""Gauss and Legendre's nodes in each panel of time."""
PARABOLA = 0.1
"""Departure from a parabola two sigmas (and the sphere's passing) off, as a share of its rise of 4: the rate there is then wrong
by a fifth, and as a twentieth of all collisions happen farther out, the number by a few per cent."""


class Flux(NamedTuple):
    """What a time integral gave. share_cut: the rate at the ends against its most; change: the last relative one, by nodes on
    the sphere or in time, whichever was more."""

    number: float
    times: Floats
    rate: Floats
    weights: Floats
    lost: int
    share_cut: float
    evaluations: int
    change: float


class Bell(NamedTuple):
    """What the closed form gave. misfit: of the parabola; wide: time to cross
    the radius in sigmas; lost: points where it opens upward."""

    number: float
    time_s: float
    sigma_s: float
    misfit: float
    wide: float
    lost: int
    change: float


class Problem(NamedTuple):
    """What the compiled core is asked about: see _long_kernel."""

    elements: Floats
    senses: Floats
    covariances: Floats
    radius_km: float
    most: int


def hall_3d_nc_2021(meeting: Meeting, *, start_s: float | None = None, stop_s: float | None = None) -> Chance:
    """Expected number of collisions, at most 1, over the whole encounter: between the farthest points before and after.

    start_s, stop_s: another span, in seconds after the meeting's moment; for objects that keep company without end there is no
    encounter, and only a probability for a span has a meaning.
    Assumes: two-body motion over the encounter, errors Gaussian in equinoctial elements at the meeting's moment, spheres.
    """
    return _counted("hall_3d_nc_2021", meeting, STEPS, start_s, stop_s)


def hall_2d_nc_2021(meeting: Meeting) -> Chance:
    """The same number with time integrated in closed form: each point of the sphere sees a Gaussian bell about one moment.

    Assumes what hall_3d_nc_2021 does, and an encounter so brief that the squared Mahalanobis distance is a parabola in time.
    """
    method = "hall_2d_nc_2021"
    posed = _posed(method, meeting, STEPS)
    if isinstance(posed, Chance):
        return posed
    problem, why = posed
    segment = _segment(problem)
    every = _windows(problem, *segment)
    windows = _own(every, *segment)
    bell = _bell(problem, windows)
    if bell is None:
        return Chance(method, math.nan, why=(*why, Why("overlap_not_found", {"start_s": segment[0], "stop_s": segment[1]})))
    doubts = []
    if bell.lost:
        doubts.append(Why("bell_opens_upward", {"points": float(bell.lost)}))
    if bell.misfit > PARABOLA:
        doubts.append(Why("encounter_not_brief", {"misfit": bell.misfit, "sigma_s": bell.sigma_s}))
    if bell.wide > WIDE:
        doubts.append(Why("radius_wide", {"sigmas": bell.wide}))
    if bell.change > DOUBTED:
        doubts.append(Why("number_not_converged", {"change": bell.change}))
    if len(windows) > 1:
        doubts.append(Why("several_peaks", {"peaks": float(len(windows))}))
    doubts += _neighbours(every, windows)
    details = {
        "number": bell.number,
        "peak_time_s": bell.time_s,
        "sigma_s": bell.sigma_s,
        "misfit": bell.misfit,
        "wide": bell.wide,
    }
    return Chance(method, math.nan if bell.lost else min(1.0, bell.number), why=(*why, *doubts), details=details)


def coppola_2012(meeting: Meeting, *, start_s: float | None = None, stop_s: float | None = None) -> Chance:
    """The same flux with the linear maps laid at the mean orbits: right while the clouds are small against their orbits' bend."""
    return _counted("coppola_2012", meeting, 0, start_s, stop_s)


def _counted(method: str, meeting: Meeting, most: int, start_s: float | None, stop_s: float | None) -> Chance:
    posed = _posed(method, meeting, most)
    if isinstance(posed, Chance):
        return posed
    problem, why = posed
    given = start_s is not None or stop_s is not None
    segment = _segment(problem)
    start, stop = segment[0] if start_s is None else start_s, segment[1] if stop_s is None else stop_s
    if not start < stop:
        raise UsageError(f"start_s={start}, stop_s={stop}: a span of time starts before it stops")
    windows = _windows(problem, start, stop)
    if not windows:
        return Chance(method, math.nan, why=(*why, Why("overlap_not_found", {"start_s": start, "stop_s": stop})))
    kept = windows if given else _own(windows, start, stop)
    flux = _integrated(problem, kept)
    details = _details(problem, flux, kept, start, stop)
    doubts = (*_doubts(flux, details, given), *_neighbours(windows, kept))
    return Chance(method, min(1.0, flux.number), why=(*why, *doubts), details=details)


def _neighbours(every: list[tuple[float, float]], kept: list[tuple[float, float]]) -> tuple[Why, ...]:
    left = len(every) - len(kept)
    return (Why("neighbouring_encounter", {"left_out": float(left)}),) if left else ()


def _own(windows: list[tuple[float, float]], start: float, stop: float) -> list[tuple[float, float]]:
    """Without those that an end of the segment cuts, if any is whole: they are half of the encounter before or after."""
    whole = [one for one in windows if one[0] > start and one[1] < stop]
    return whole or windows


def _posed(method: str, meeting: Meeting, most: int) -> tuple[Problem, tuple[Why, ...]] | Chance:
    """The meeting as a problem for the core, or the answer that there is none."""
    if not (math.isfinite(meeting.radius_km) and meeting.radius_km > 0):
        raise UsageError(f"radius_km={meeting.radius_km}: a collision probability needs a summed radius above 0 km")
    known = all(bool(np.isfinite(one).all()) for one in (meeting.covariance1, meeting.covariance2, meeting.cross))
    if not known:
        return Chance(method, math.nan, why=(Why("velocity_covariance_unknown", {}),))
    for name, one in (("covariance1", meeting.covariance1), ("covariance2", meeting.covariance2)):
        if np.diag(one).min() < 0.0:
            raise DataError(f"{name}: variance {np.diag(one).min():.6g} on the diagonal: a variance is never negative; refused")
    found = errors(meeting)
    if found is None:
        return Chance(method, math.nan, why=(Why("orbit_not_elliptic", {}),))
    return _problem(found, meeting.radius_km, most), _clipped(found)


def _problem(found: Errors, radius_km: float, most: int) -> Problem:
    return Problem(
        np.array([found.first.mean, found.second.mean]),
        np.array([found.first.sense, found.second.sense]),
        np.array([found.covariance1, found.covariance2, found.cross]),
        radius_km,
        most,
    )


def _clipped(found: Errors) -> tuple[Why, ...]:
    if not found.clipped:
        return ()
    return (Why("elements_covariance_clipped", {"objects": float(found.clipped), "least_eigenvalue": found.worst}),)


def _period_s(problem: Problem) -> float:
    """Of the quicker of the two."""
    return float(2.0 * np.pi / problem.elements[:, 0].max())


def _segment(problem: Problem) -> tuple[float, float]:
    """The encounter: from the last time before that the mean orbits are farthest apart to the next; half a period each side
    where they have no such times (they co-orbit)."""
    from hoshimori.sky.chance._long_kernel import separations

    periods = 2.0 * np.pi / problem.elements[:, 0]
    reach = min(1.1 * periods.max(), 2.2 * periods.min())
    t = np.linspace(-reach, reach, 2 * GRID + 1)
    apart = separations(t, problem.elements, problem.senses)
    top = np.flatnonzero((apart[1:-1] >= apart[:-2]) & (apart[1:-1] > apart[2:])) + 1
    before, after = top[t[top] < 0], top[t[top] > 0]
    half = 0.5 * float(periods.min())
    if not (len(before) and len(after)):
        return -half, half
    return float(t[before[-1]]), float(t[after[0]])


def _windows(problem: Problem, start: float, stop: float) -> list[tuple[float, float]]:
    """The spans of time that carry all but 1e-13 of the rate, in order."""
    grid = np.linspace(start, stop, GRID)
    seen = _surface(problem, grid)
    if not np.isfinite(seen).any():
        return []
    grid, seen = _refined(problem, grid, seen)
    bound = float(seen.min()) + CUT
    inside = seen < bound
    edges = np.flatnonzero(np.diff(inside.astype(np.int8)))
    ends = [_edge(problem, grid[i], grid[i + 1], bound, bool(inside[i])) for i in edges]
    if inside[0]:
        ends.insert(0, start)
    if inside[-1]:
        ends.append(stop)
    return list(zip(ends[::2], ends[1::2], strict=True))


def _surface(problem: Problem, times: Floats) -> Floats:
    from hoshimori.sky.chance._long_kernel import surfaces

    return np.asarray(surfaces(times, problem.elements, problem.senses, problem.covariances, problem.radius_km, problem.most))


def _refined(problem: Problem, grid: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """The grid made denser about its deepest minima until their depth is known to a tenth."""
    for _ in range(HALVINGS):
        padded = np.where(np.isfinite(seen), seen, -np.inf)  # beside a time without an overlap there is nothing to be known
        padded = np.concatenate([[-np.inf], padded, [-np.inf]])
        inner = np.isfinite(seen) & (seen <= np.where(np.isinf(padded[:-2]), np.inf, padded[:-2]))
        low = np.flatnonzero(inner & (seen <= np.where(np.isinf(padded[2:]), np.inf, padded[2:])))
        low = low[np.maximum(padded[low], padded[low + 2]) - seen[low] > 0.1]
        low = low[np.argsort(seen[low], kind="stable")[:VALLEYS]]
        left, right = low[low > 0], low[low < len(grid) - 1]
        more = np.unique(np.concatenate([0.5 * (grid[left] + grid[left - 1]), 0.5 * (grid[right] + grid[right + 1])]))
        more = np.setdiff1d(more, grid)
        if not len(more):
            break
        order = np.argsort(np.concatenate([grid, more]), kind="stable")
        grid, seen = np.concatenate([grid, more])[order], np.concatenate([seen, _surface(problem, more)])[order]
    return grid, seen


def _edge(problem: Problem, a: float, b: float, bound: float, falling: bool) -> float:
    """Where the measure crosses the bound between a and b, on the outer side."""
    for _ in range(12):
        middle = 0.5 * (a + b)
        if (float(_surface(problem, np.array([middle]))[0]) < bound) == falling:
            a = middle
        else:
            b = middle
    return float(b if falling else a)


def _rates(problem: Problem, times: Floats, sphere: tuple[int, int, float]) -> tuple[Floats, int]:
    """Collisions per second at each time, and at how many of them no overlap was found."""
    from hoshimori.sky.chance._long_kernel import rates

    along, around, size = sphere
    nodes, weights = np.polynomial.legendre.leggauss(along)
    steps = np.zeros(len(times), np.int64)
    posed = times, problem.elements, problem.senses, problem.covariances, problem.radius_km, problem.most
    found = rates(*posed, 0.5 * (nodes + 1.0), 0.5 * weights, around, size, steps)
    return np.asarray(found), int((steps < 0).sum())


def _spheres(problem: Problem, times: Floats) -> tuple[tuple[int, int, float], ...]:
    """The rules worth trying: where the radius is many sigmas, even nodes could miss the peak and only the mesh is safe."""
    from hoshimori.sky.chance._long_kernel import narrowness

    posed = times, problem.elements, problem.senses, problem.covariances, problem.radius_km, problem.most
    return MESHES if float(narrowness(*posed)) > NARROW else (*EVEN, *MESHES)


def _rule(windows: list[tuple[float, float]], panels: int) -> tuple[Floats, Floats]:
    """Times and weights: each window cut into even panels of Gauss and Legendre's nodes."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    edges = np.concatenate([np.linspace(a, b, panels + 1)[:-1] for a, b in windows])
    wide = np.repeat([(b - a) / panels for a, b in windows], panels)
    times = edges[:, None] + 0.5 * wide[:, None] * (nodes + 1.0)
    return times.ravel(), (0.5 * wide[:, None] * weights).ravel()


def _integrated(problem: Problem, windows: list[tuple[float, float]]) -> Flux:
    """Nodes are added on the sphere, then in time, until the number stands still."""
    spent, by_sphere, by_time = 0, math.inf, math.inf
    times, weights = _rule(windows, PANELS[0])
    number, chosen = math.nan, MESHES[0]
    for sphere in _spheres(problem, times):
        rate, lost = _rates(problem, times, sphere)
        spent += len(times)
        before, number, chosen = number, float(rate @ weights), sphere
        by_sphere = _change(before, number)
        if by_sphere <= CLOSE_ENOUGH:
            break
    for panels in PANELS[1:]:
        times, weights = _rule(windows, panels)
        rate, lost = _rates(problem, times, chosen)
        spent += len(times)
        before, number = number, float(rate @ weights)
        by_time = _change(before, number)
        if by_time <= CLOSE_ENOUGH:
            break
    ends, lost_ends = _rates(problem, np.array([windows[0][0], windows[-1][1]]), chosen)
    most = float(rate.max())
    cut = float(ends.max()) / most if most > 0 else 0.0
    return Flux(number, times, rate, weights, lost + lost_ends, cut, spent, max(by_sphere, by_time))


def _change(before: float, now: float) -> float:
    """Relative; 0 where both are nothing, infinite where there was none before."""
    if not (math.isfinite(before) and math.isfinite(now)):
        return math.inf
    return 0.0 if now == before else abs(now - before) / abs(now)


def _details(problem: Problem, flux: Flux, windows: list[tuple[float, float]], start: float, stop: float) -> dict[str, float]:
    total = np.cumsum(flux.rate * flux.weights)
    first, last = np.searchsorted(total, [5e-7 * total[-1], (1.0 - 5e-7) * total[-1]])
    centre = float((flux.rate * flux.weights) @ flux.times / total[-1]) if total[-1] > 0 else math.nan
    busy = np.concatenate([[False], flux.rate > 0.1 * flux.rate.max(), [False]])
    peaks = int((busy[1:] & ~busy[:-1]).sum())
    return {
        "number": flux.number,
        "segment_start_s": start,
        "segment_stop_s": stop,
        "start_s": float(flux.times[first]),
        "stop_s": float(flux.times[min(last, len(flux.times) - 1)]),
        "duration_s": float(flux.times[min(last, len(flux.times) - 1)] - flux.times[first]),
        "mean_time_s": centre,
        "peak_time_s": float(flux.times[int(flux.rate.argmax())]),
        "peaks": float(peaks),
        "windows": float(len(windows)),
        "evaluations": float(flux.evaluations),
        "share_cut": flux.share_cut,
        "period_s": _period_s(problem),
        "lost": float(flux.lost),
        "change": flux.change,
    }


def _doubts(flux: Flux, details: dict[str, float], given: bool) -> list[Why]:
    """What speaks against taking the number for the probability."""
    doubts = []
    if flux.change > DOUBTED:
        doubts.append(Why("number_not_converged", {"change": flux.change}))
    if flux.lost:
        doubts.append(Why("overlap_not_found_at_times", {"times": details["lost"]}))
    if flux.share_cut > 1e-6 and not given:
        doubts.append(Why("encounter_cut", {"share": flux.share_cut}))
    if details["peaks"] > 1:
        doubts.append(Why("several_peaks", {"peaks": details["peaks"]}))
    return doubts


def _bell(problem: Problem, windows: list[tuple[float, float]]) -> Bell | None:
    """The closed form about the moment, within the windows, at which zero distance is least far in sigmas."""
    centre = problem._replace(radius_km=0.0)
    found = [_refined(centre, grid, _surface(centre, grid)) for grid in (np.linspace(*one, GRID) for one in windows)]
    if not found:
        return None
    grid, seen = min(found, key=lambda one: float(one[1].min()))
    at = int(np.clip(seen.argmin(), 1, len(grid) - 2))
    time_s, wait, sigma_s = float(grid[at]), 0.5 * float(grid[at + 1] - grid[at - 1]), math.nan
    for _ in range(30):
        low, here, high = _surface(centre, time_s + wait * np.array([-1.0, 0.0, 1.0]))
        bend = (high - 2.0 * here + low) / wait**2
        if not (math.isfinite(bend) and bend > 0):
            return None
        shift, sigma_s = float(0.5 * (low - high) / wait / bend), float(math.sqrt(2.0 / bend))
        time_s += float(np.clip(shift, -wait, wait))
        if abs(shift) < 1e-3 * sigma_s and abs(wait - WAIT * sigma_s) < 1e-2 * wait:
            break
        wait = WAIT * sigma_s
    return _summed(problem, time_s, sigma_s)


def _misfit(problem: Problem, time_s: float, sigma_s: float, passing_s: float) -> float:
    """How far from its parabola, as a share of the parabola's rise, the measure is at the last times that matter."""
    reach = 2.0 * sigma_s + passing_s
    low, here, high = _surface(problem._replace(radius_km=0.0), time_s + reach * np.array([-1.0, 0.0, 1.0]))
    rise = (reach / sigma_s) ** 2
    return float(max(abs(low - here - rise), abs(high - here - rise)) / rise)


def _summed(problem: Problem, time_s: float, sigma_s: float) -> Bell | None:
    """The bells of all the sphere's points, with more points until the number stands still."""
    from hoshimori.sky.chance._long_kernel import relative
    from hoshimori.sky.chance._long_sphere import bell_number

    wait = WAIT * sigma_s
    m, c, lower, logdet = np.empty((3, 6)), np.empty((3, 6, 6)), np.empty((3, 3, 3)), np.empty(3)
    times = time_s + wait * np.array([-1.0, 0.0, 1.0])
    if not relative(times, problem.elements, problem.senses, problem.covariances, problem.most, m, c, lower, logdet):
        return None
    number, lost, change = math.nan, 0, math.inf
    for along, around in BELLS:
        nodes, weights = np.polynomial.legendre.leggauss(along)
        half = 0.5 * (nodes + 1.0), 0.5 * weights
        before = number
        number, lost = bell_number(m, c, lower, logdet, wait, problem.radius_km, *half, around)
        change = _change(before, number)
        if change <= CLOSE_ENOUGH:
            break
    speed = float(np.linalg.norm(m[1, 3:]))
    passing_s = problem.radius_km / speed if speed > 0 else math.inf
    misfit = _misfit(problem, time_s, sigma_s, min(passing_s, WIDE * sigma_s))
    return Bell(float(number), time_s, sigma_s, misfit, passing_s / sigma_s, int(lost), change)

"""What a break-up leaves: numbers, sizes, area-to-mass ratios and speeds of fragments, as distributions.

The NASA standard break-up model: Johnson, Krisko, Liou, Anz-Meador, "NASA's new breakup model of EVOLVE 4.0", Adv. Space Res.
28(9), 2001, 1377-1384. The paper itself was not at hand: every constant below was compared with public implementations that do
not stem from each other: for counts, a mission simulator in C++ and a program in Python; for areas and A/m, these two and a
program in C++ published with a thesis; for speeds, the simulator (explosions) and two Python programs (explosion, collision).
They agree but for one slip of a sign in one of them, and for what is said at `collision_mass_kg`. The range of S is believed,
not checked. Lengths m, masses kg, speeds m/s; lambda = log10(length), chi = log10(area / mass).

Known limits. It is a mean over few events: real counts were 1.1 to 4 times the model's (see docs/breakup-cause.md), and the
simulator named above gives up the speed law for collisions as too fast, after Wang, Science & Global Security 18, 2010, in favour
of 100 m/s with a spread of 0.3. How the two branches of A/m join between 8 and 11 cm is not in the paper; here the weight rises
linearly with the length.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from hoshimori.errors import UsageError

Floats = npt.NDArray[np.float64]
Cause = Literal["explosion", "collision"]
Kind = Literal["satellite", "rocket body"]

CATASTROPHIC_J_G = 40.0
"""Impact energy for each gram of the target from which all of the target is taken to break up."""

COLLISION_EXPONENT, EXPLOSION_EXPONENT = 1.71, 1.6
SPEED_SIGMA = 0.4
_SPEED_LAW: dict[Cause, tuple[float, float]] = {"collision": (0.9, 2.9), "explosion": (0.2, 1.85)}
_SMALL_M, _LARGE_M = 0.08, 0.11
_LN10 = float(np.log(10.0))


class Mixture(NamedTuple):
    """chi as up to three normal laws: weight, mean and sigma, each (..., 3)."""

    weight: Floats
    mean: Floats
    sigma: Floats


def explosion_count(length_m: npt.ArrayLike, scale: float = 1.0) -> Floats:
    """Fragments longer than `length_m` from an explosion: 6 S L^-1.6.

    `scale` S is 1 for upper stages of 600 to 1,000 kg, from which the law was fitted, and 0.1 to 1 for other classes.
    """
    return np.asarray(6.0 * scale * np.asarray(length_m, dtype=np.float64) ** -EXPLOSION_EXPONENT)


def collision_count(length_m: npt.ArrayLike, mass_kg: float) -> Floats:
    """Fragments longer than `length_m` from a collision: 0.1 M^0.75 L^-1.71, with M from `collision_mass_kg`."""
    return np.asarray(0.1 * mass_kg**0.75 * np.asarray(length_m, dtype=np.float64) ** -COLLISION_EXPONENT)


def collision_mass_kg(target_kg: float, impactor_kg: float, speed_km_s: float) -> float:
    """M of the collision law: both masses where the impact is catastrophic, else the impactor's mass times its speed squared.

    Paper and NASA's later note (Krisko, Orbital Debris Quarterly News 15(4), 2011) differ on the power of the speed, and so do
    implementations: the simulator squares it, by the note; the Python program does not. Here it is squared.
    """
    if impact_energy_j_g(target_kg, impactor_kg, speed_km_s) >= CATASTROPHIC_J_G:
        return target_kg + impactor_kg
    return impactor_kg * speed_km_s**2


def impact_energy_j_g(target_kg: float, impactor_kg: float, speed_km_s: float) -> float:
    """Kinetic energy of the lighter body for each gram of the heavier: 1 km2/s2 is 1,000 J/g."""
    if not min(target_kg, impactor_kg) > 0.0:
        raise UsageError(f"masses {target_kg} and {impactor_kg} kg: expected both above 0")
    light, heavy = sorted((target_kg, impactor_kg))
    return 500.0 * light / heavy * speed_km_s**2


def sample_length_m(rng: np.random.Generator, n: int, cause: Cause, from_m: float, to_m: float) -> Floats:
    """(n,) lengths between two bounds, by the power law of the counts."""
    k = COLLISION_EXPONENT if cause == "collision" else EXPLOSION_EXPONENT
    low, high = to_m**-k, from_m**-k
    return np.asarray((low + (high - low) * rng.random(n)) ** (-1.0 / k))


def area_m2(length_m: npt.ArrayLike) -> Floats:
    """Mean cross-section of a fragment of this length: eqs. 8 and 9 of the paper."""
    length = np.asarray(length_m, dtype=np.float64)
    return np.where(length < 0.00167, 0.540424 * length**2, 0.556945 * length**2.0047077)


def area_to_mass(length_m: npt.ArrayLike, kind: Kind = "satellite") -> Mixture:
    """The law of chi at each length: two normals for large fragments of this kind of parent, one for small ones, blended."""
    length = np.asarray(length_m, dtype=np.float64)
    lam = np.log10(length)
    large = np.clip((length - _SMALL_M) / (_LARGE_M - _SMALL_M), 0.0, 1.0)
    alpha, mean1, sigma1, mean2, sigma2 = _spacecraft(lam) if kind == "satellite" else _rocket_body(lam)
    small_mean = _ramp(lam, -1.75, -1.25, -0.3, -1.0)
    small_sigma = 0.2 + 0.1333 * np.maximum(lam + 3.5, 0.0)
    weight = np.stack([large * alpha, large * (1.0 - alpha), 1.0 - large], axis=-1)
    return Mixture(weight, np.stack([mean1, mean2, small_mean], axis=-1), np.stack([sigma1, sigma2, small_sigma], axis=-1))


def area_to_mass_pdf(chi: npt.ArrayLike, length_m: npt.ArrayLike, kind: Kind = "satellite") -> Floats:
    """Density of chi = log10(A/m in m2/kg) at each length; chi and lengths broadcast."""
    m = area_to_mass(length_m, kind)
    z = (np.asarray(chi, dtype=np.float64)[..., None] - m.mean) / m.sigma
    return np.asarray((m.weight * np.exp(-0.5 * z * z) / (m.sigma * np.sqrt(2.0 * np.pi))).sum(axis=-1))


def sample_chi(rng: np.random.Generator, length_m: Floats, kind: Kind = "satellite") -> Floats:
    """(n,) log10(A/m) for fragments of these lengths (n,)."""
    m = area_to_mass(length_m, kind)
    which = (rng.random(len(length_m))[:, None] > np.cumsum(m.weight, axis=1)[:, :2]).sum(axis=1)
    row = np.arange(len(length_m))
    return np.asarray(m.mean[row, which] + m.sigma[row, which] * rng.standard_normal(len(length_m)))


def log_speed_mean(chi: npt.ArrayLike, cause: Cause) -> Floats:
    """Mean of log10(delta-v in m/s) at chi: 0.9 chi + 2.9 for a collision, 0.2 chi + 1.85 for an explosion; sigma 0.4."""
    slope, constant = _SPEED_LAW[cause]
    return np.asarray(slope * np.asarray(chi, dtype=np.float64) + constant)


def delta_v_pdf(dv_m_s: npt.ArrayLike, chi: npt.ArrayLike, cause: Cause) -> Floats:
    """Density of the size of the delta-v, per m/s."""
    dv = np.asarray(dv_m_s, dtype=np.float64)
    z = (np.log10(dv) - log_speed_mean(chi, cause)) / SPEED_SIGMA
    return np.asarray(np.exp(-0.5 * z * z) / (SPEED_SIGMA * np.sqrt(2.0 * np.pi) * dv * _LN10))


def sample_delta_v_m_s(rng: np.random.Generator, chi: Floats, cause: Cause) -> Floats:
    """(n, 3) velocity changes, the same in all directions, for fragments of these chi (n,)."""
    speed = 10.0 ** (log_speed_mean(chi, cause) + SPEED_SIGMA * rng.standard_normal(len(chi)))
    way = rng.standard_normal((len(chi), 3))
    return np.asarray(way / np.linalg.norm(way, axis=1)[:, None] * speed[:, None])


def _spacecraft(lam: Floats) -> tuple[Floats, ...]:
    return (
        _ramp(lam, -1.95, 0.55, 0.0, 1.0),
        _ramp(lam, -1.1, 0.0, -0.6, -0.95),
        _ramp(lam, -1.3, -0.3, 0.1, 0.3),
        _ramp(lam, -0.7, -0.1, -1.2, -2.0),
        _ramp(lam, -0.5, -0.3, 0.5, 0.3),
    )


def _rocket_body(lam: Floats) -> tuple[Floats, ...]:
    return (
        _ramp(lam, -1.4, 0.0, 1.0, 0.5),
        _ramp(lam, -0.5, 0.0, -0.45, -0.9),
        np.full_like(lam, 0.55),
        np.full_like(lam, -0.9),
        _ramp(lam, -1.0, 0.1, 0.28, 0.1),
    )


def _ramp(x: Floats, x0: float, x1: float, y0: float, y1: float) -> Floats:
    """Constant outside x0..x1, a straight line between. The paper writes the lines by slope: the same to three digits."""
    return np.asarray(y0 + (y1 - y0) * np.clip((x - x0) / (x1 - x0), 0.0, 1.0))

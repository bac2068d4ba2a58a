"""Why something came apart: odds of explosion, accidental collision and deliberate destruction, as far as the cloud can tell.

    odds = cause(k.dv_rtn_m_s, k.sigma_m_s, area_mass, parent=Parent(r_km, v_km_s, age_days))
    odds.explosion, odds.collision, odds.deliberate      # sum to 1
    odds.told_apart, odds.carries, odds.evidence, odds.reasons

Two things in a cloud speak for its cause, and both are weighed against the NASA break-up model: how fast the pieces were thrown
(a collision throws them about 2.4 times as fast), and how much faster the light ones were (more so in a collision). Each gives
a log-likelihood ratio, collision over explosion, listed with what it was made from. Pieces of one event are not independent
witnesses: events of one cause differ as a whole, so that a thousand pieces are worth little more than a hundred. The two are
brought to odds by a logistic regression learnt on practice clouds (cause_weights.json, bench/causes/run.py --learn), and the
cloud alone never says more than 19 to 1.

A cloud does not know why it was struck. Accidental and deliberate share what speaks for a collision, and are told apart only by
what else is known: whether a second catalogued body was there, and what somebody has declared, by the grade of the source.

Never weighed, and said so: the count of pieces, which for four known collisions was 1.1 to 4 times the model's; the
net push and the unequal axes of the cloud, which real events of either cause have; kind and age of the parent, for which no
rate was at hand. Where most of the pieces cannot be up any more, where the cloud is older than a year, where too few pieces or
too few of their kicks are known, the cloud's odds are even and `reasons` says why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

import numpy as np

from hoshimori.detect.cause_expectation import Expected, Parent, expected
from hoshimori.errors import UsageError
from hoshimori.facts import Bools, Floats
from hoshimori.findings import Reason
from hoshimori.sky import fragmentation

__all__ = ["CauseOdds", "Declared", "Parent", "SecondBody", "Weighed", "cause"]

FEWEST = 5
MOST_LOST = 0.6
"""Share of a model collision's pieces above 10 cm that may be gone; beyond, the cloud is not judged."""
OLDEST_DAYS = 365.0
"""Beyond a year the air has been thin and thick in turn, and the drag that a set shows today does not undo what it did."""
WORST_M_S = 25.0
"""A kick is known where its error is less than this, whatever its size: to ask for a share of the size would drop the slow ones
and leave a cloud that looks fast. Half of all kicks must be known, and their median be twice the median error."""
EVENT_SIGMA, SLOPE_SIGMA = 0.18, 0.25
"""How events of one cause scatter about the model: of the median of log10 speed, and of its slope over log10(A/m)."""
LOST_SIGMA, LOST_SLOPE_SIGMA = 0.3, 1.0
"""What is added to both for each whole of the pieces lost: light and fast ones go first, by a rule that is rough."""
CHI_ERROR = 0.2
FEWEST_RATIOS = 15
CAP = float(np.log(19.0))
CATALOGUED = 0.5
"""Of accidental collisions, the share whose other body was catalogued. An assumption: too few are known to measure it."""
CREDIBLE = {1: 20.0, 2: 8.0, 3: 3.0}
RELIABLE = {"A": 1.0, "B": 0.8, "C": 0.5, "D": 0.25}
"""What a declaration weighs: factor by credibility, to the power of the source's reliability (Admiralty grades). A convention."""


class SecondBody(NamedTuple):
    """The nearest other catalogued body at the event; miss_km inf where one was looked for and none was near.

    by_chance: how many bodies one would expect that near if there were no reason.
    """

    miss_km: float
    sigma_km: float
    by_chance: float


class Declared(NamedTuple):
    """What somebody says the cause was. grade: source A to F and credibility 1 to 6, as "B2"."""

    claim: Literal["explosion", "collision", "deliberate"]
    grade: str


@dataclass(frozen=True)
class Weighed:
    """One piece of evidence. `llr`: natural log of the likelihoods of each cause, relative to an explosion; used or not."""

    name: str
    llr_collision: float
    llr_deliberate: float
    measured: Mapping[str, float] = field(default_factory=dict)
    used: bool = True

    def to_json(self) -> dict[str, Any]:
        llr = {"llr_collision": self.llr_collision, "llr_deliberate": self.llr_deliberate}
        return {"name": self.name, **llr, "used": self.used, "measured": dict(self.measured)}


@dataclass(frozen=True)
class CauseOdds:
    """Probabilities that sum to 1, from even odds of explosion and of being struck before anything was seen.

    told_apart: whether anything told accidental from deliberate. carries: whether the cloud could be judged at all.
    """

    explosion: float
    collision: float
    deliberate: float
    told_apart: bool
    carries: bool
    pieces: int
    evidence: tuple[Weighed, ...]
    reasons: tuple[Reason, ...]

    @property
    def struck(self) -> float:
        """Accidental or deliberate."""
        return self.collision + self.deliberate

    def to_json(self) -> dict[str, Any]:
        odds = {"explosion": self.explosion, "collision": self.collision, "deliberate": self.deliberate}
        said = {"told_apart": self.told_apart, "carries": self.carries, "pieces": self.pieces}
        return {**odds, **said, "evidence": [w.to_json() for w in self.evidence], "reasons": [r.to_json() for r in self.reasons]}


@dataclass(frozen=True)
class Weights:
    """Log odds of being struck = constant + speed x llr of speeds + ratio x llr of the slope over A/m."""

    constant: float
    speed: float
    ratio: float
    learnt_on: str = ""

    def log_odds(self, speed: float, ratio: float) -> float:
        return float(np.clip(self.constant + self.speed * speed + self.ratio * ratio, -CAP, CAP))


@cache
def shipped() -> Weights:
    text = resources.files("hoshimori.detect").joinpath("cause_weights.json").read_text(encoding="utf-8")
    return Weights(**json.loads(text))


def cause(
    dv_rtn_m_s: Floats,
    dv_sigma_m_s: Floats,
    area_mass_m2_kg: Floats,
    *,
    parent: Parent | None = None,
    parent_kind: fragmentation.Kind = "satellite",
    parent_mass_kg: float | None = None,
    second_body: SecondBody | None = None,
    declared: Sequence[Declared] = (),
    weights: Weights | None = None,
) -> CauseOdds:
    """Odds from velocity changes (n, 3), their errors (n,) and area over mass (n,), NaN where not known.

    `parent`: its state at the event and the days since, without which nothing is taken as lost to the air.
    """
    speed, chi, known = _usable(dv_rtn_m_s, dv_sigma_m_s, area_mass_m2_kg)
    blast, crash = (expected(c, parent_kind, parent) for c in _CAUSES)
    reasons = [Reason("count decides nothing", _counts(len(speed), parent_mass_kg))]
    evidence = cloud_evidence(speed, chi, blast, crash)
    against = _against(len(speed), known, max(blast.lost, crash.lost), parent)
    reasons += against
    carries = not against
    by_name = {w.name: w.llr_collision for w in evidence}
    weigh = weights if weights is not None else shipped()
    cloud = weigh.log_odds(by_name["speeds"], by_name["speed over area to mass"]) if carries else 0.0
    beside = [*_second_body(second_body), *(_declared(d) for d in declared)]
    told = any(w.llr_collision != w.llr_deliberate for w in beside)
    if not told:
        reasons.append(Reason("accidental or deliberate cannot be told apart from the cloud"))
    logs = np.array([0.0, cloud - np.log(2.0), cloud - np.log(2.0)])
    logs += np.sum([[0.0, w.llr_collision, w.llr_deliberate] for w in beside], axis=0) if beside else 0.0
    odds = np.exp(logs - logs.max())
    p = odds / odds.sum()
    joint = Weighed("cloud as a whole", cloud, cloud, {"cap": CAP}, carries)
    evidence = [w if carries else Weighed(w.name, w.llr_collision, w.llr_deliberate, w.measured, False) for w in evidence]
    told_of = (*evidence, joint, *_unweighed(dv_rtn_m_s, speed), *beside)
    return CauseOdds(float(p[0]), float(p[1]), float(p[2]), told, carries, len(speed), told_of, tuple(reasons))


def _against(pieces: int, known: float, lost: float, parent: Parent | None) -> list[Reason]:
    """Why the cloud cannot be judged; empty where it can."""
    out = []
    if pieces < FEWEST:
        out.append(Reason("too few pieces for a cause", {"pieces": pieces, "fewest": FEWEST}))
    if known < 0.5:
        out.append(Reason("kicks are not known well enough", {"known_share": round(known, 3)}))
    if lost > MOST_LOST:
        out.append(Reason("fast pieces are gone", {"lost_share": round(lost, 3)}))
    if parent is not None and parent.age_days > OLDEST_DAYS:
        out.append(Reason("cloud too old for a cause", {"age_days": round(parent.age_days, 1), "oldest_days": OLDEST_DAYS}))
    return out


_CAUSES: tuple[fragmentation.Cause, fragmentation.Cause] = ("explosion", "collision")


def cloud_evidence(speed_m_s: Floats, chi: Floats, blast: Expected, crash: Expected) -> list[Weighed]:
    """What the cloud says: of its speeds, and of how they go with area over mass. Both relative to an explosion."""
    if len(speed_m_s) == 0 or not np.isfinite([blast.median, crash.median]).all():
        return [Weighed(name, 0.0, 0.0, {}, False) for name in ("speeds", "speed over area to mass")]
    log_speed = np.log10(speed_m_s)
    median = float(np.median(log_speed))
    errors = [np.sqrt(EVENT_SIGMA**2 + (LOST_SIGMA * e.lost) ** 2 + 1.57 * e.sigma**2 / len(log_speed)) for e in (blast, crash)]
    llr = _log_normal(median, crash.median, errors[1]) - _log_normal(median, blast.median, errors[0])
    speeds = {"median_m_s": 10.0**median, "explosion_m_s": 10.0**blast.median, "collision_m_s": 10.0**crash.median}
    lost = {"explosion_lost_share": blast.lost, "collision_lost_share": crash.lost}
    return [Weighed("speeds", llr, llr, {**speeds, **lost}), _ratios(log_speed, chi, blast, crash)]


def _ratios(log_speed: Floats, chi: Floats, blast: Expected, crash: Expected) -> Weighed:
    known = np.isfinite(chi)
    name = "speed over area to mass"
    count = int(known.sum())
    spread = float(chi[known].std()) if count else 0.0
    if count < FEWEST_RATIOS or spread < 1.2 * CHI_ERROR:
        return Weighed(name, 0.0, 0.0, {"pieces": count}, False)
    x, y = chi[known] - chi[known].mean(), log_speed[known]
    slope = float(x @ y / (x @ x))
    error = float(np.std(y - y.mean() - slope * x) / (spread * np.sqrt(count)))
    kept = 1.0 - CHI_ERROR**2 / spread**2  # an error in A/m flattens the slope by this much
    scatter = np.hypot(SLOPE_SIGMA, LOST_SLOPE_SIGMA * max(blast.lost, crash.lost))
    sigma = float(np.hypot(scatter * kept, error))
    llr = _log_normal(slope, crash.slope * kept, sigma) - _log_normal(slope, blast.slope * kept, sigma)
    measured = {"slope": slope, "sigma": error, "explosion": blast.slope * kept, "collision": crash.slope * kept, "pieces": count}
    return Weighed(name, llr, llr, measured)


def _usable(dv: Floats, sigma: Floats, area_mass: Floats) -> tuple[Floats, Floats, float]:
    """Speeds with what their errors add taken off, and chi, of pieces whose kick is known; and the share of those that are."""
    dv, sigma, area_mass = (np.asarray(x, dtype=np.float64) for x in (dv, sigma, area_mass))
    if dv.ndim != 2 or dv.shape[1] != 3 or not len(dv) == len(sigma) == len(area_mass):
        raise UsageError(f"cause: shapes {dv.shape}, {sigma.shape}, {area_mass.shape}: expected (n, 3), (n,), (n,)")
    size = np.linalg.norm(dv, axis=1)
    told: Bools = np.isfinite(size) & np.isfinite(sigma) & (size > 0.0)
    known: Bools = told & (sigma < WORST_M_S)
    true = np.sqrt(np.maximum(size[known] ** 2 - 3.0 * sigma[known] ** 2, (0.5 * size[known]) ** 2))  # three axes
    if known.any() and np.median(size[known]) < 2.0 * np.median(sigma[known]):
        told, known = np.ones_like(told), np.zeros_like(known)
        true = true[:0]
    ratio = area_mass[known]
    share = float(known.sum() / max(told.sum(), 1))
    return true, np.log10(np.where(ratio > 0.0, ratio, np.nan)), share


def _second_body(body: SecondBody | None) -> list[Weighed]:
    if body is None:
        return []
    chance = float(np.clip(body.by_chance, 1e-6, 1.0))
    near = bool(body.miss_km <= 3.0 * body.sigma_km)
    measured = {"sigma_km": body.sigma_km, "by_chance": body.by_chance, "catalogued": CATALOGUED}
    measured |= {"miss_km": body.miss_km} if np.isfinite(body.miss_km) else {}  # nobody was near: there is no distance to tell
    ratio = (CATALOGUED + (1.0 - CATALOGUED) * chance) / chance if near else 1.0 - CATALOGUED
    return [Weighed("second catalogued body", float(np.log(ratio)), 0.0, measured)]


def _declared(said: Declared) -> Weighed:
    if len(said.grade) != 2 or said.grade[0] not in "ABCDEF" or said.grade[1] not in "123456":
        raise UsageError(f"declared cause with grade {said.grade!r}: expected a source A to F and a credibility 1 to 6, as 'B2'")
    weight = RELIABLE.get(said.grade[0], 0.0) * float(np.log(CREDIBLE.get(int(said.grade[1]), 1.0)))
    llr = {"explosion": (-weight, -weight), "collision": (weight, 0.0), "deliberate": (0.0, weight)}[said.claim]
    return Weighed(f"declared {said.claim}", *llr, {"grade_weight": weight}, weight > 0.0)


def _unweighed(dv: Floats, speed: Floats) -> list[Weighed]:
    """What was measured and is not weighed, for the reader."""
    known = dv[np.isfinite(dv).all(axis=1)]
    if len(known) < 2:
        return []
    push = float(np.linalg.norm(known[:, 1:].mean(axis=0)))
    axes = np.sqrt(np.linalg.eigvalsh(np.cov(known[:, 1:].T)))
    shape = {"push_m_s": push, "longest_over_shortest": float(axes[-1] / max(axes[0], 1e-9))}
    return [Weighed("count", 0.0, 0.0, {"pieces": len(speed)}, False), Weighed("push and shape", 0.0, 0.0, shape, False)]


def _counts(pieces: int, mass_kg: float | None) -> dict[str, str | float]:
    values: dict[str, str | float] = {"pieces": pieces}
    if mass_kg is not None:
        values |= {"model_explosion": round(float(fragmentation.explosion_count(0.1)))}
        values |= {"model_collision": round(float(fragmentation.collision_count(0.1, mass_kg)))}
    return values


def _log_normal(x: float, mean: float, sigma: float) -> float:
    return float(-0.5 * ((x - mean) / sigma) ** 2 - np.log(sigma))

"""Which nuisance befalls whom in the burning sky: quiet objects for the most part, so that an alarm there is a false one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from hoshimori.exercise.arcs import US_PER_DAY
from hoshimori.exercise.fleet import Role
from hoshimori.exercise.nuisances import GAP, REFIT, SWAP_BACK, Nuisance
from hoshimori.exercise.stage import Stage
from hoshimori.exercise.streams import stream

FOREVER = np.datetime64("2262-01-01T00:00:00", "us")
_DAY_OF = {"wild": np.timedelta64(1, "D"), "refit": REFIT, "gap": GAP, "reissue": np.timedelta64(8, "D")}


def mischief(stage: Stage, roles: Sequence[Role]) -> tuple[Nuisance, ...]:
    """Two of each kind in LEO, one in GEO, one in MEO and HEO; sets issued again on two that burn as well."""
    return tuple(_cast(stage, roles))


def _cast(stage: Stage, roles: Sequence[Role]) -> Iterator[Nuisance]:
    quiet = {regime: [r for r in roles if r.regime == regime and not r.course.plans] for regime in ("LEO", "MEO", "GEO", "HEO")}
    *low, low_a, low_b = quiet["LEO"]
    *high, high_a, high_b = quiet["GEO"]
    yield _swap(stage, low_a, low_b, for_good=False)
    yield _swap(stage, high_a, high_b, for_good=True)
    kinds = ("wild", "refit", "reissue", "gap")
    for kind, role in zip((*kinds, *kinds), low, strict=False):
        yield _one(stage, kind, role)
    for kind, role in zip((*kinds, "stale"), high, strict=False):
        yield _one(stage, kind, role)
    yield _one(stage, "stale", low[len(kinds) * 2])
    yield _one(stage, "gap", quiet["MEO"][0])
    yield _one(stage, "wild", quiet["HEO"][0])
    for regime in ("LEO", "GEO"):
        yield _one(stage, "reissue", next(r for r in roles if r.regime == regime and r.course.plans))


def _one(stage: Stage, kind: str, role: Role) -> Nuisance:
    at = _moment(stage, role)
    return Nuisance(kind, (role.course.norad_id,), at, at + _DAY_OF[kind] if kind in _DAY_OF else FOREVER)


def _swap(stage: Stage, a: Role, b: Role, *, for_good: bool) -> Nuisance:
    at = _moment(stage, a)
    return Nuisance("swap", (a.course.norad_id, b.course.norad_id), at, FOREVER if for_good else at + SWAP_BACK)


def _moment(stage: Stage, role: Role) -> np.datetime64:
    """Some time after the learning days, and before the last third of the sky."""
    share = stream(stage.seed, role.course.name, "mischief").uniform(0.1, 0.6)
    return np.datetime64(stage.first_us + int(share * (stage.stop_us - stage.first_us)) // US_PER_DAY * US_PER_DAY, "us")

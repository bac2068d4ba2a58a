"""Do the outages of one asset fall into the windows of a site, and do dull causes explain them as well or better?

Site and dull cause are put to one and the same permutation test (see `coincidence`), with the outages' own rhythm kept and the
times left out in which nothing could have been seen: no path known, or the instrument not operating. Having looked at several
sites (and several assets) is paid for with Holm's adjustment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.detect.coincidence import ANY, DAY_S, DAYS, Coincidence, coincidence, holm, merged, without
from hoshimori.facts import Floats
from hoshimori.findings import Explanation, Reason

ALPHA = 0.05
FEWEST_DAYS = 20
"""Below so many whole days no shift by days can make a share of 5 %: the hour of the day cannot be told from a coincidence."""


@dataclass(frozen=True)
class Told:
    """The outages of one asset against everything: sites by their place in the list, dull causes by name.

    beside: the same with the dull causes' times taken out; whole_days: with the hour of the day kept, None where the span is too
    short for it.
    """

    sites: tuple[Coincidence, ...]
    adjusted: Floats
    rank: tuple[int, ...]
    beside: tuple[Coincidence, ...]
    whole_days: tuple[Coincidence | None, ...]
    causes: Mapping[str, Coincidence]

    def to_json(self, site: int) -> dict[str, Any]:
        """All of it for one site."""
        whole = self.whole_days[site]
        return {
            "site": self.sites[site].to_json(),
            "p_holm": _number(self.adjusted[site]),
            "rank": self.rank[site],
            "sites": len(self.sites),
            "beside_dull_causes": self.beside[site].to_json(),
            "hour_of_day_kept": None if whole is None else whole.to_json(),
            "dull_causes": {name: c.to_json() for name, c in self.causes.items()},
        }

    def tells(self, site: int) -> bool:
        """More often than chance allows, and not explained as well by anything dull."""
        verdicts = {x.name: x.verdict for x in self.explanations(site)}
        return verdicts["chance"] == "rejected" and "wins" not in verdicts.values()

    def explanations(self, site: int) -> tuple[Explanation, ...]:
        """Chance, the hour of the day and each dull cause, with what the test says of it."""
        mine, whole, beside = self.sites[site], self.whole_days[site], self.beside[site]
        if not mine.events:
            return (Explanation("chance", "cannot tell", Reason("no outages in the window", {"outside": float(mine.outside)})),)
        chance = Reason("outages and windows", {**_values(mine), "p_holm": float(self.adjusted[site])})
        return (
            Explanation("chance", _against_chance(mine, float(self.adjusted[site])), chance),
            _hour_of_day(mine, whole),
            *(_dull(name, mine, cause, beside) for name, cause in self.causes.items()),
        )


def told(
    outages_s: Floats,
    site_windows: list[Floats],
    causes: Mapping[str, Floats],
    span: tuple[float, float],
    operating_s: Floats,
    *,
    seed: int,
    looks: int = 1,
) -> Told:
    """Outages (n,) against the windows (k, 2) of each site and each dull cause, seconds on one clock.

    operating_s: (m, 2) when an outage could have happened and been compared at all. looks: assets that are asked about together;
    p-values are adjusted for all sites of all of them that have a window at all: the others could not have told anything.
    """
    operating_s = merged(np.clip(operating_s, *span))
    dull = np.concatenate([np.zeros((0, 2)), *causes.values()])
    free = overlap(operating_s, without(span, dull))
    # the same draw for the same question, whatever else is asked with it
    sites = [coincidence(outages_s, w, span, seed=[seed, k], operating_s=operating_s) for k, w in enumerate(site_windows)]
    beside = [_in(outages_s, w, span, [seed, k, 1], free) for k, w in enumerate(site_windows)]
    whole = [_whole_days(outages_s, w, span, [seed, k, 2], operating_s) for k, w in enumerate(site_windows)]
    tried = {
        name: coincidence(outages_s, w, span, seed=[seed, k, 3], operating_s=operating_s)
        for k, (name, w) in enumerate(causes.items())
    }
    p = np.array([c.p_at_least if len(w) else np.nan for c, w in zip(sites, site_windows, strict=True)])
    order = np.lexsort(([c.expected - c.hits for c in sites], np.nan_to_num(p, nan=2.0)))
    rank = np.empty(len(sites), np.int64)
    rank[order] = np.arange(1, len(sites) + 1)
    return Told(
        tuple(sites),
        np.nan_to_num(np.minimum(holm(p) * looks, 1.0), nan=1.0),
        tuple(rank.tolist()),
        tuple(beside),
        tuple(whole),
        tried,
    )


def overlap(a: Floats, b: Floats) -> Floats:
    """(k, 2) the times that lie in both of two lists of merged windows."""
    if not (len(a) and len(b)):
        return np.zeros((0, 2))
    pairs = np.stack((np.maximum(a[:, None, 0], b[None, :, 0]), np.minimum(a[:, None, 1], b[None, :, 1])), axis=-1)
    return merged(pairs[pairs[..., 1] > pairs[..., 0]])


def _in(outages_s: Floats, windows_s: Floats, span: tuple[float, float], seed: list[int], free: Floats) -> Coincidence:
    """The test on what dull causes leave; where they leave nothing, on nothing."""
    if not len(free):
        return Coincidence(0, len(outages_s), 0, 0.0, 0.0, *(float("nan"),) * 3, null=ANY)
    return coincidence(outages_s, windows_s, span, seed=seed, operating_s=free)


def _whole_days(
    outages_s: Floats, windows_s: Floats, span: tuple[float, float], seed: list[int], operating_s: Floats
) -> Coincidence | None:
    """Only where the operating times do not cut the span: a shift by days must meet the same hours."""
    gaps = without(span, operating_s)
    if span[1] - span[0] < FEWEST_DAYS * DAY_S or float(np.diff(gaps, axis=1).sum()) > 1.0:
        return None
    return coincidence(outages_s, windows_s, span, seed=seed, null=DAYS)


def _against_chance(mine: Coincidence, adjusted: float) -> str:
    if adjusted <= ALPHA:
        return "rejected"
    return "cannot tell" if mine.smallest_p > ALPHA else "possible"


def _hour_of_day(mine: Coincidence, whole: Coincidence | None) -> Explanation:
    if whole is None or not whole.events:
        return Explanation("hour of the day", "cannot tell", Reason("hour of the day not tested", {"days": float(FEWEST_DAYS)}))
    if mine.p_at_least <= ALPHA < whole.p_at_least:
        verdict = "possible" if whole.smallest_p > ALPHA else "wins"
    else:
        verdict = "rejected" if whole.p_at_least <= ALPHA else "cannot tell"
    return Explanation("hour of the day", verdict, Reason("outages with the hour kept", _values(whole)))


def _dull(name: str, mine: Coincidence, cause: Coincidence, beside: Coincidence) -> Explanation:
    """It wins where it explains the outages as well as the site does, with as many hits and as small a p-value, and the site
    explains no more of those outside its times than chance does."""
    values = _values(cause)
    if cause.p_at_least <= ALPHA:
        better = cause.hits >= mine.hits and cause.p_at_least <= mine.p_at_least
        left = beside.events > 0 and beside.p_at_least <= ALPHA
        return Explanation(name, "wins" if better and not left else "possible", Reason("dull cause explains", values))
    verdict = "cannot tell" if cause.smallest_p > ALPHA else "rejected"
    return Explanation(name, verdict, Reason("dull cause does not explain", values))


def _values(c: Coincidence) -> dict[str, str | float]:
    return {"hits": float(c.hits), "outages": float(c.events), "expected": c.expected, "p": c.p_at_least}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

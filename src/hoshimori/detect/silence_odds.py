"""The odds of every reason why an object is silent, from its own rhythm, what everybody else did, and learnt rates.

A gap in progress is either an ordinary one, of length by the object's own rhythm, or the last. The chance that it is the last is
the yearly rate of the cause times the length of a mean gap. A gap that has lasted so long is the more likely the last one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from hoshimori.detect import silence_life
from hoshimori.detect.rhythm import Rhythm
from hoshimori.detect.silence_around import Around
from hoshimori.detect.silence_heir import Heir
from hoshimori.detect.silence_rates import Rates

HYPOTHESES = ("on time", "provider outage", "late", "lost", "not published any more", "decayed", "renumbered")
LATE_CHANCE = 0.01
"""A gap longer than this share of the object's gaps is late, whatever ends it."""
YEAR_DAYS = 365.25
OUTAGE_SHARE = (2.0, 1.0)
"""Beta distribution of the share of objects that are late when a provider, or one of its lists, has stopped. Assumed."""


def odds(
    rhythm: Rhythm,
    silent_days: float,
    dead_days: float,
    elapsed_days: float,
    left_days: float,
    perigee_km: float,
    motion_rev_day: float,
    faded: bool,
    around: Around,
    heir: Heir | None,
    rates: Rates,
) -> dict[str, float]:
    """By hypothesis, summing to one. silent_days: since the last news, dead_days of which nobody was
    heard; elapsed_days: since the epoch."""
    a, years = rates.assumed, rhythm.mean_days / YEAR_DAYS
    heard = rhythm.survival(max(silent_days - dead_days, 0.0))
    raw = rhythm.survival(silent_days)
    late_from = rhythm.reached(LATE_CHANCE)
    late = min(raw, rhythm.survival(max(silent_days, late_from)))
    down = 1.0 if around.decay_date else silence_life.chance_down(elapsed_days, left_days, a["lifetime_log_sigma"])
    payload = around.kind == "PAYLOAD"
    lasting = math.exp(-silent_days / a["outage_mean_days"])
    low = perigee_km < a["controlled_below_km"]
    weights = {
        "on time": (raw - late) * (1.0 - down),
        "late": late * (1.0 - down),
        "provider outage": (heard - raw + a["outage_per_year"] * years * lasting * outage_factor(around, rates)) * (1.0 - down),
        "lost": rates.lost(motion_rev_day, around.kind) * years * (a["faded_lost_factor"] if faded else 1.0) * (1.0 - down),
        "not published any more": rates.unpublished_per_year * years * _withheld(around, faded, a) * (1.0 - down),
        "decayed": down + (a["controlled_reentry_per_year"] * years if low and payload else 0.0) * (1.0 - down),
        "renumbered": a["renumbered_per_year"] * years * _heir_factor(around, heir, a),
    }
    total = sum(weights.values())
    return {name: weights[name] / total for name in HYPOTHESES}


def outage_factor(around: Around, rates: Rates) -> float:
    """How much better the share of others that are late is foretold by an outage than by a day like any other."""
    if not around.peers:
        return 1.0
    k, n = around.late, around.peers
    return math.exp(min(_beta_binomial(k, n, *OUTAGE_SHARE) - _beta_binomial(k, n, *rates.late_share), 50.0))


def _beta_binomial(k: int, n: int, a: float, b: float) -> float:
    """Log of the probability of k of n, but for the binomial coefficient."""

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return log_beta(k + a, n - k + b) - log_beta(a, b)


def _withheld(around: Around, faded: bool, a: Mapping[str, float]) -> float:
    """What speaks for a deliberate end: a payload, from full rhythm to nothing, its siblings with it."""
    factor = {"PAYLOAD": 1.0, "": a["kind_unknown_factor"]}.get(around.kind, a["no_payload_factor"])
    if around.siblings_silent:
        factor *= min(a["siblings_silent_factor"] ** around.siblings_silent, a["siblings_silent_at_most"])
    elif around.siblings:
        factor *= a["siblings_heard_factor"]
    return factor * (a["faded_unpublished_factor"] if faded else 1.0)


def _heir_factor(around: Around, heir: Heir | None, a: Mapping[str, float]) -> float:
    """A new number on the propagated orbit, or none where new numbers would be seen."""
    if heir is not None:
        return a["heir_factor"]
    return a["no_heir_factor"] if around.whole else 1.0

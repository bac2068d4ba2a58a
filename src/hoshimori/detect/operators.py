"""What others wrote of a close approach: its messages gathered, the last one judged, the earlier ones as its trend.

An operator, or who tracks for one, knows its orbit better than public element sets do: a message outranks our own computation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.detect import risk, trend
from hoshimori.detect.messages import meeting
from hoshimori.errors import DataError, UsageError
from hoshimori.facts import ConjunctionMessage, ConjunctionObject, Floats
from hoshimori.findings import Reason
from hoshimori.ports import View
from hoshimori.sky.chance.choice import Judged, judge
from hoshimori.sky.chance.meeting import Meeting
from hoshimori.sky.relative import MU_KM3_S2


@dataclass(frozen=True)
class Told:
    """The messages about one approach of one subject, in the order in which they became known; `last` is the one that counts.

    place: which of its objects is the subject, 0 or 1. half_us: an approach of the two within this of its time is the same one.
    """

    messages: tuple[ConjunctionMessage, ...]
    number: int

    @property
    def last(self) -> ConjunctionMessage:
        return self.messages[-1]

    @property
    def place(self) -> int:
        return place_of(self.last, self.number)

    @property
    def subject(self) -> ConjunctionObject:
        return self.last.objects[self.place]

    @property
    def other(self) -> ConjunctionObject:
        return self.last.objects[1 - self.place]

    @property
    def tca_us(self) -> int:
        return int(self.last.tca_utc.astype("datetime64[us]").astype(np.int64))

    @property
    def half_us(self) -> int:
        return quarter_us(self.subject.r_km, self.subject.v_km_s)


@dataclass(frozen=True)
class Judgement:
    """A message judged: every method and the one to use; or, where none can be had, why not.

    uncorrelated: the probability where the errors of the two are taken as independent although the message says that they are not
    (COMMENT DCP); NaN where it says nothing. In long meetings the two numbers lie orders of magnitude apart.
    """

    judged: Judged | None
    refused: Reason | None
    radius_m: float
    uncorrelated: float = float("nan")

    @property
    def most(self) -> float:
        """The larger of the two: which of them holds rests on two comment lines of a message."""
        chosen = float("nan") if self.judged is None else self.judged.chosen.probability
        return float(np.fmax(chosen, self.uncorrelated))


def gathered(view: View, number: int) -> list[Told]:
    """Every approach that messages in this view tell of one object, in order of time."""
    by_other: dict[str, list[ConjunctionMessage]] = {}
    for m in view.conjunctions(number):
        by_other.setdefault(identity(m.objects[1 - place_of(m, number)]), []).append(m)
    out = [t for messages in by_other.values() for t in _approaches(messages, number)]
    return sorted(out, key=lambda t: (t.tca_us, identity(t.other)))


def _approaches(messages: Sequence[ConjunctionMessage], number: int) -> list[Told]:
    """Messages about one pair, in the order in which they became known, by approach."""
    out: list[Told] = []
    for m in messages:
        tca_us = int(m.tca_utc.astype("datetime64[us]").astype(np.int64))
        place = next((k for k, t in enumerate(out) if abs(tca_us - t.tca_us) <= t.half_us), None)
        if place is None:
            out.append(Told((m,), number))
        else:
            out[place] = Told((*out[place].messages, m), number)
    return out


def identity(o: ConjunctionObject) -> str:
    """The catalogue number as text, else the designator, else what the message calls it."""
    return str(o.norad_id) if o.norad_id is not None else o.cospar_id or o.designator or o.name


def place_of(message: ConjunctionMessage, number: int) -> int:
    return 0 if message.objects[0].norad_id == number else 1


def quarter_us(r_km: Floats, v_km_s: Floats) -> int:
    """A quarter of a revolution in µs: two orbits come near each other twice in a revolution, so this tells one from the next."""
    a_km = 1.0 / (2.0 / float(np.linalg.norm(r_km)) - float(v_km_s @ v_km_s) / MU_KM3_S2)
    period_s = 2.0 * np.pi * np.sqrt(a_km**3 / MU_KM3_S2) if a_km > 0.0 else 86400.0
    return round(period_s / 4.0 * 1e6)


def judgement(message: ConjunctionMessage, radius_m: float) -> Judgement:
    """radius_m: of both together, used where the message gives none."""
    radius = message.radius_m if np.isfinite(message.radius_m) else radius_m
    try:
        judged = judge(meeting(message, radius * 1e-3))
        if not judged.meeting.cross.any():
            return Judgement(judged, None, radius)
        apart = judge(meeting(message, radius * 1e-3, correlated=False))
        return Judgement(judged, None, radius, apart.chosen.probability)
    except (DataError, UsageError) as error:
        return Judgement(None, Reason("message cannot be judged", {"because": str(error)}), radius)


def history_of(told: Told, radius_m: float) -> trend.Trend:
    """What the messages said one after the other: miss, sigma, 2-D probability and its maximum; a message without covariance says
    nothing here."""
    views = []
    for m in told.messages:
        radius = m.radius_m if np.isfinite(m.radius_m) else radius_m
        try:
            met = meeting(m, radius * 1e-3)
        except (DataError, UsageError):
            continue
        dr, dv, covariance = met.dr_km[None], met.dv_km_s[None], met.covariance[None, :3, :3]
        found = risk.risk(dr, dv, covariance, np.array([radius]))
        numbers = [risk.sigma_along_km(dr, covariance)[0], found.screening_probability[0], found.maximum_probability[0]]
        if np.isfinite(numbers).all():
            views.append(trend.View(known_of(m), float(np.linalg.norm(met.dr_km)), *(float(x) for x in numbers)))
    return trend.Trend(trend.label([v.screening_probability for v in views]), tuple(views))


def known_of(message: ConjunctionMessage) -> np.datetime64:
    return message.created_utc if np.isnat(message.known_utc) else message.known_utc


def oriented(met: Meeting, place: int) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """r, v, covariance (6, 6) of the subject, then of the other one."""
    first, second = (met.r1_km, met.v1_km_s, met.covariance1), (met.r2_km, met.v2_km_s, met.covariance2)
    return (*first, *second) if place == 0 else (*second, *first)


def sources(told: Told) -> list[str]:
    """Digests of the stored bytes of these messages."""
    return list(dict.fromkeys(f"sha256:{m.source}" for m in told.messages if m.source))


def reasons(judged: Judged) -> Sequence[Reason]:
    return [Reason(w.code, dict(w.values)) for w in (*judged.why, *judged.chosen.why)]

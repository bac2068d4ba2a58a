"""A conjunction as a message for others (CCSDS CDM): with true frames and covariances, and what it is not said in it."""

from __future__ import annotations

import numpy as np

from hoshimori.detect.conjunction_record import Detail, Side, detail
from hoshimori.detect.messages import Party, message
from hoshimori.detect.movers import Mover
from hoshimori.errors import UsageError
from hoshimori.facts import ConjunctionMessage
from hoshimori.findings import Event
from hoshimori.ports import View

OWN_HISTORY = "own history"
SAID = {"yes": "YES", "no": "NO", "unknown": "N/A"}


def cdm_of(event: Event, view: View, *, created_utc: np.datetime64 | None = None) -> ConjunctionMessage:
    """The message of an event of kind "conjunction", dated by what was known (`as_of_utc`) unless told otherwise.

    An event that rests on an operator's message gives that message as it came: ours would say less. UsageError for other events,
    and where an object has no covariance or no catalogue number to go by.
    """
    told = detail(event)
    if told is None:
        raise UsageError(f"event {event.event_id} of kind {event.kind!r}: a conjunction message is made of a conjunction")
    if told.message_id:
        return _as_it_came(event, view, told.message_id)
    first, second = (_party(s, m) for s, m in zip(told.sides, told.movers, strict=True))
    p = event.quantities.get("screening_probability")
    return message(
        first,
        second,
        event.start_utc,
        event.as_of_utc if created_utc is None else created_utc,
        radius_km=event.quantities["radius_m"].value * 1e-3,
        probability=p.value if p is not None else float("nan"),
        method="foster_1992" if p is not None else "",
        comments=_comments(event, told),
        data_mode=event.data_mode,
    )


def _as_it_came(event: Event, view: View, message_id: str) -> ConjunctionMessage:
    for m in reversed(view.conjunctions(int(event.subject))):
        if m.message_id == message_id:
            return m
    raise UsageError(f"message {message_id}, on which event {event.event_id} rests, is not in this view")


def _party(side: Side, mover: Mover) -> Party:
    if side.basis == "none":
        raise UsageError(
            f"{side.number}: a conjunction message needs a covariance of each object, and its states came without one"
        )
    if not side.number.isdigit():
        raise UsageError(f"{side.number}: a conjunction message needs the catalogue number of each object")
    return Party(
        int(side.number),
        side.name,
        side.cospar_id,
        side.r_km,
        side.v_km_s,
        side.covariance_rtn,
        "CALCULATED" if side.basis != "class" else "DEFAULT",
        side.object_type,
        SAID[mover.can],
        (f"COVARIANCE FROM {side.basis.upper()}",),
    )


def _comments(event: Event, told: Detail) -> tuple[str, ...]:
    """What a reader must know beside the number."""
    q = event.quantities
    lines = [f"RADIUS OF OBJECT{k}: {r:g} M, {basis.upper()}" for k, (r, _, basis) in enumerate(told.radii, 1)]
    if "maximum_probability" in q:
        diluted = "YES" if q["diluted"].value else "NO"
        maximum, scale = q["maximum_probability"].value, q["maximum_scale"].value
        lines.append(f"MAXIMUM OVER COVARIANCE SCALE: {maximum:.3E} AT SCALE {scale:.3g}; DILUTED: {diluted}")
    lines.append(f"TREND OVER {len(told.trend.views)} VIEWS: {told.trend.label.upper()}")
    return tuple(lines)

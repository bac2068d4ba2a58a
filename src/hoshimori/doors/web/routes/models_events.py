"""The shapes of what is answered about events: rows, the whole event, its evidence, and what is drawn of it."""

from __future__ import annotations

from hoshimori.doors.web.routes.models_floor import EventRow, Exact, Mode, Record, SweepRow
from hoshimori.doors.web.routes.models_objects import SourceRef


class EventPage(Exact):
    items: list[EventRow]
    next: str | None
    total: int
    as_of: str
    sweep: SweepRow | None


class ExplanationText(Exact):
    name: str
    verdict: str
    text: str


class EvidenceShort(Exact):
    """What an event says of its own evidence; /evidence opens it."""

    claim: str
    method: str
    inputs: list[str]
    parameters: Record
    expected: str


class EventFull(EventRow):
    evidence: list[EvidenceShort]
    texts: list[ExplanationText]
    recorded: str


class InputRow(Exact):
    """One thing that a claim stands on. kind: an element set, or bytes (an ephemeris, a message)."""

    digest: str
    kind: str
    held: bool
    norad_id: int | None
    name: str
    epoch: str | None
    known: str | None
    known_basis: str | None
    source: SourceRef | None


class EvidenceRow(Exact):
    claim: str
    method: str
    expected: str
    parameters: Record
    inputs: list[InputRow]
    inputs_total: int


class Evidence(Exact):
    event: str
    data_mode: Mode
    items: list[EvidenceRow]


class MinimumRow(Exact):
    t: str
    miss_km: float


class Rtn(Exact):
    """Where the other one is, seen from the subject: radial, in-track, cross-track of the subject, km; null where no set speaks.

    sigma_*_km: one sigma at the closest moment drawn (`closest`); sigmas_*_km: the same at each moment.
    """

    event: str
    subject: str
    subject_name: str
    other: str
    other_name: str
    start: str
    stop: str
    t: list[str]
    r_km: list[float | None]
    t_km: list[float | None]
    n_km: list[float | None]
    sigma_r_km: float | None
    sigma_t_km: float | None
    sigma_n_km: float | None
    sigmas_r_km: list[float | None]
    sigmas_t_km: list[float | None]
    sigmas_n_km: list[float | None]
    basis: list[str]
    closest: str | None
    minima: list[MinimumRow]
    as_of: str
    data_mode: Mode


class PieceRow(Exact):
    norad_id: int
    name: str
    period_min: float
    apogee_km: float
    perigee_km: float


class Gabbard(Exact):
    """Heights above 6378.137 km, by the newest set of each piece known at the moment. `unknown`: pieces without one."""

    event: str
    pieces: list[PieceRow]
    parent: PieceRow | None
    unknown: list[str]
    as_of: str
    data_mode: Mode

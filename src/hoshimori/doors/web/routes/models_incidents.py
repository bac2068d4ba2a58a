"""The shapes of what is asked and answered about incidents. `Record` is open: a record of the library as it stands.

A piece that its reader may not have stands in its place as {"withheld": {"marking": {...}}}.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hoshimori.doors.web.plain_text import Line, Words, refuse_odd
from hoshimori.judgements import Marking, Tlp

Record = dict[str, Any]
Party = Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 3166-1 alpha-3, such as JPN.")]
Mode = Literal["REAL", "TEST", "SIMULATED", "EXERCISE"]
EventRecord = Annotated[dict[str, Any], AfterValidator(refuse_odd)]
MOST = 200
"""How many names one request may hold."""


class Exact(BaseModel):
    """Exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class MarkingIn(Exact):
    """Who may read it: a colour of TLP 2.0 and, where a list stands, the parties that it names and nobody else."""

    tlp: Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] = "CLEAR"
    releasable_to: Annotated[list[Party], Field(max_length=20)] | None = None

    def marking(self) -> Marking:
        return Marking(Tlp.read(self.tlp), None if self.releasable_to is None else frozenset(self.releasable_to))


class IncidentIn(Exact):
    """One thing that happened, or may have. start, stop: ISO 8601 UTC, or left out."""

    title: Line
    question: Annotated[Words, Field(max_length=2000)] = ""
    assets: Annotated[list[Line], Field(max_length=MOST)] = Field(default_factory=list)
    subjects: Annotated[list[Annotated[str, Field(pattern="^[1-9][0-9]{0,8}$")]], Field(max_length=MOST)] = Field(
        default_factory=list
    )
    owners: Annotated[list[Party], Field(max_length=MOST)] = Field(default_factory=list)
    start: Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})] | None = None
    stop: Annotated[str, Field(max_length=40, json_schema_extra={"format": "date-time"})] | None = None
    marking: MarkingIn = Field(default_factory=MarkingIn)


class FindingsIn(Exact):
    """Findings that join an incident: by their ids, as sweeps of this service told them, or as records."""

    event_ids: Annotated[list[Annotated[str, Field(pattern="^[0-9a-f]{8,32}$")]], Field(max_length=1000)] = Field(
        default_factory=list
    )
    events: Annotated[list[EventRecord], Field(max_length=1000)] = Field(default_factory=list)
    marking: MarkingIn = Field(default_factory=MarkingIn)


class JudgementIn(Exact):
    """The answer of the one who asks to one question of the treaty. supersedes: the id of their own earlier answer."""

    criterion: Line
    answer: Literal["met", "not met", "undetermined"]
    reason: Annotated[Words, Field(min_length=1)]
    dissent: bool = False
    supersedes: Annotated[str, Field(pattern="^([0-9a-f]{8,32})?$")] = ""
    marking: MarkingIn = Field(default_factory=MarkingIn)


class AssessmentIn(Exact):
    """as_of: only what could have been known then; left out: now. releasable_to: parties that are to read the whole of it."""

    as_of: Annotated[str, Field(max_length=40)] | None = None
    releasable_to: Annotated[list[Party], Field(max_length=20)] = Field(default_factory=list)


class MarkingRow(Exact):
    tlp: str
    releasable_to: list[str] | None = None


class AddedRow(Exact):
    """What joined an incident, by id. passed_over: how many pieces it had already."""

    schema_: Literal["hoshimori.added/1"] = Field(alias="schema")
    incident: str
    items: list[str]
    claims: list[str]
    passed_over: int
    marking: MarkingRow


class AssessmentRow(Exact):
    """One assessment in a list. left_out: how much was not weighed and why. signed: records that sign it."""

    id: str
    as_of: str
    made: str
    verdict: str
    confidence: str
    agree: bool
    data_mode: Mode
    left_out: dict[str, int]
    items: int
    signed: list[str]
    marking: MarkingRow


class IncidentHead(BaseModel):
    """hoshimori.incident/1 without its pieces."""

    model_config = ConfigDict(extra="forbid")

    schema_: Literal["hoshimori.incident/1"] = Field(alias="schema")
    id: str
    title: str
    question: str
    assets: list[str]
    subjects: list[str]
    owners: list[str]
    start: str
    stop: str
    opened: str
    opened_by: str
    party: str
    alliance: str
    marking: MarkingRow
    data_mode: Mode


class IncidentRow(IncidentHead):
    """One incident in a list; counts, latest and state are of what this reader may read."""

    counts: dict[str, int]
    latest: AssessmentRow | None
    state: str
    text: dict[str, str]


class IncidentPage(Exact):
    items: list[IncidentRow]
    next: str | None
    total: int
    as_of: str


class IncidentFull(IncidentHead):
    """One incident. items, claims, judgements: records hoshimori.item/1, claim/1, judgement/1 with `text`, or withheld."""

    items: list[Record]
    claims: list[Record]
    judgements: list[Record]
    assessments: list[AssessmentRow]
    records: list[Record]
    state: str
    text: dict[str, str]
    as_of: str
    recorded_by: str | None


class AssessmentPage(Exact):
    items: list[AssessmentRow]
    next: str | None
    total: int
    as_of: str


class AssessmentFull(Exact):
    """assessment: hoshimori.assessment/1. text: the same in words. signatures: acts on the record that signs it."""

    id: str
    incident: str
    assessment: Record
    signatures: list[Record]
    text: Record
    data_mode: Mode
    marking: MarkingRow
    as_of: str


class GateRow(Exact):
    """One gate. answer: met, not met, undetermined or disputed. criteria: its questions, each with who answered what and why."""

    id: str
    title: str
    title_ja: str
    answer: str
    reached: bool
    human_only: bool
    reason: Record
    criteria: list[Record]
    marking: MarkingRow | None = None
    text: dict[str, str]


class Gates(Exact):
    """It ends at the conditions for requesting consultation. withheld: pieces that this reader may not have and that do not count
    here. assessment: the one that the facts about nature come from."""

    incident: str
    alliance: str
    assessment: str | None
    data_mode: Mode
    withheld: int
    gates: list[GateRow]
    consultation: Record
    unused: list[Record]
    text: dict[str, str]
    marking: MarkingRow
    as_of: str


class HypothesisRow(Exact):
    """One explanation by both readings. inconsistency: the weighted sum against it; low, value, high: its odds as a share."""

    id: str
    name: str
    column: str
    inconsistency: float
    low: float
    value: float
    high: float
    likelihood: str | None
    range: str
    word: str


class MatrixRow(Exact):
    """One item of evidence against every explanation: CC, C, N, I, II."""

    number: str
    item: str
    indicator: str
    seen: bool
    statement: str
    source: str
    grade: str
    t: str
    known: str
    event: str
    method: str
    text: dict[str, str]
    marking: MarkingRow
    weight: float | None = None
    marks: dict[str, str] | None = None
    diagnosticity: float | None = None


class Matrix(Exact):
    """The newest assessment that this reader may read whole, as it is drawn."""

    assessment: str
    incident: str
    as_of: str
    made: str
    data_mode: Mode
    verdict: str
    confidence: str
    agree: bool
    left_out: dict[str, int]
    hypotheses: list[HypothesisRow]
    rows: list[MatrixRow]
    unweighed: list[MatrixRow]
    readings: Record
    without_one: list[Record]
    groups: list[Record]
    would_change: list[Record]
    not_found: list[Record]
    not_looked: list[Record]
    claims: list[Record]
    text: Record
    marking: MarkingRow


class IndicatorRow(Exact):
    """What an item of evidence can answer. seen: when it counts as seen, in both languages; text: in the reader's."""

    id: str
    group: str
    seen: str
    seen_ja: str
    text: str


class IndicatorPage(Exact):
    items: list[IndicatorRow]
    next: str | None
    total: int
    as_of: str

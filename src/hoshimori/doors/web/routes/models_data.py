"""The shapes of what is answered about the catalogue, its sources and refusals, uploads, and the register of the alliance."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hoshimori.doors.web.routes.models_floor import ConditionRow, Exact, Freshness, JobCounts, Mode, Record


class StoredSourceRow(Exact):
    """One answer or file that was taken in. sha256: null for columns made by a program."""

    source: int
    provider: str
    location: str
    received: str
    format: str
    media_type: str
    data_mode: Mode
    sha256: str | None
    first_seen_log: bool
    records: int
    sets: int
    bytes: int
    refused: int


class Held(Exact):
    """What the catalogue holds now. Counts are of element sets unless named otherwise."""

    generation: int
    sets: int
    retired: int
    objects: int
    sources: int
    names: int
    ephemerides: int
    conjunctions: int
    oldest_epoch: str | None
    newest_epoch: str | None
    newest_known: str | None
    newest_received: str | None
    by_known_basis: dict[str, int]
    by_data_mode: dict[str, int]
    refused: int
    refused_by_reason: dict[str, int]
    reservations: int
    files: int
    catalogue_bytes: int
    raw_bytes: int


class Data(Exact):
    """sources: the newest first, one page of them."""

    as_of: str
    data_mode: Mode
    held: Held
    freshness: Freshness
    conditions: list[ConditionRow]
    jobs: JobCounts
    sources: list[StoredSourceRow]
    next: str | None
    total: int


class ProblemRow(Exact):
    """One thing that was wrong in what came in. times: how many problems of its kind it stands for."""

    file: str
    line: int | None
    record: int | None
    field: str
    value: str
    expected: str
    refused: bool
    times: int


class ProblemPage(Exact):
    items: list[ProblemRow]
    next: str | None
    total: int


class TakenIn(Exact):
    """What came of one upload. refused_records: the first of them; refused counts all."""

    name: str
    sha256: str
    format: str
    data_mode: Mode
    read: int
    new: int
    known: int
    refused: int
    ephemerides: int
    conjunctions: int
    names: int
    skipped: bool
    refused_records: list[ProblemRow]
    seconds: float


class RegisterRow(Exact):
    """What a text or a person says, never what is so. Dates are null where none is given; `text` is in the reader's language."""

    schema_: Literal["hoshimori.register-row/1"] = Field(alias="schema")
    alliance: str
    id: str
    kind: Literal["clause", "commitment", "claim", "party"]
    title: str
    title_ja: str
    quote: str
    wording: str
    quote_ja: str
    wording_ja: str
    speaker: str
    speaker_ja: str
    date: str | None
    known: str | None
    source: str
    read_at: list[str]
    grade: str
    status: str
    status_since: str | None
    status_said_by: str
    history: list[Record]
    due: str | None
    contradicts: list[str]
    rests_on: list[str]
    of: list[str]
    watchlists: list[str]
    sensors: list[str]
    note: str
    note_ja: str
    as_of: str
    text: str
    kind_text: str
    status_text: str


class RegisterPage(Exact):
    items: list[RegisterRow]
    next: str | None
    total: int
    as_of: str
    alliance: str
    title: str
    made: str


class Conflict(Exact):
    """Rows that cannot all be right as they are worded."""

    rows: list[RegisterRow]


class Conflicts(Exact):
    items: list[Conflict]
    next: str | None
    total: int
    as_of: str


class CriterionRow(Exact):
    id: str
    question: str
    question_en: str
    question_ja: str
    judged_by: Literal["machine", "person"]
    rule: str
    clauses: list[str]
    facts: list[str]
    decides: bool


class GateRow(Exact):
    id: str
    title: str
    title_en: str
    title_ja: str
    human_only: bool
    criteria: list[CriterionRow]


class Gates(Exact):
    """The questions that the treaty asks. Whether it is invoked is for ministers: nothing here says so."""

    alliance: str
    title: str
    as_of: str
    parties: list[str]
    consultation: str
    version: str
    gates: list[GateRow]

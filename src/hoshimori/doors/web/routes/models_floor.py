"""The shapes of what is answered about the floor and its assets. `Record` is open: a record of the library as it stands."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["REAL", "TEST", "SIMULATED", "EXERCISE"]
Record = dict[str, Any]


class Exact(BaseModel):
    """Exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class QuantityRow(Exact):
    """sigma: one standard deviation; absent where it is not known."""

    value: float | None
    unit: str
    sigma: float | None = None


class ReasonRow(BaseModel):
    """A code with its values beside it."""

    model_config = ConfigDict(extra="allow")

    code: str


class Advice(Exact):
    code: str
    text: str


class ListRef(Exact):
    id: str
    title: str


class SweepRow(Exact):
    """One kept sweep. exact: it is of the very moment asked; behind_s: how much earlier it is; same_knowledge: whether nothing
    became known since (null where nobody asked as of a moment)."""

    id: str
    watchlist: str
    as_of: str
    made: str
    start: str
    stop: str
    objects: int
    data_modes: list[Mode]
    events: int
    exact: bool
    behind_s: float
    same_knowledge: bool | None


class AssetRow(Exact):
    schema_: Literal["hoshimori.asset-state/1"] = Field(alias="schema")
    asset: str
    norad_id: int | None
    name: str
    name_en: str
    name_ja: str
    state: Literal["quiet", "attention", "stale", "not observable", "not swept"]
    reasons: list[ReasonRow]
    events: list[str]
    newest_epoch: str
    age_days: float | None
    quantities: dict[str, QuantityRow]
    operator: str
    orbit: str
    cospar_id: str
    slot_deg: float | None
    text: list[str]
    event_count: int
    watchlist: str
    data_mode: Mode


class EventRow(Exact):
    """An event without its evidence."""

    schema_: Literal["hoshimori.event/1"] = Field(alias="schema")
    id: str
    kind: str
    start: str
    stop: str
    subject: str
    others: list[str]
    label: str
    normal: bool
    quantities: dict[str, QuantityRow]
    explanations: list[Record]
    minima: list[Record]
    as_of: str
    data_mode: Mode
    text: str
    kind_text: str
    label_text: str
    subject_name: str
    other_names: list[str]
    first_told: str


class SourceRow(Exact):
    provider: str
    newest_known: str | None
    files: int
    refused: int
    status: str


class Freshness(Exact):
    """As known at the moment asked. age_days: from the newest epoch to that moment."""

    newest_epoch: str | None
    newest_known: str | None
    age_days: float | None
    element_sets: int
    objects: int
    sources: list[SourceRow]


class Unseen(Exact):
    asset_id: str
    name: str
    text: str


class ConditionRow(Exact):
    """Something that is wrong with the service itself."""

    code: str
    severity: str
    since: str | None
    values: Record
    text: str


class JobCounts(Exact):
    waiting: int
    running: int
    failed: int


class AlertCount(Exact):
    open: int


class StateCounts(Exact):
    attention: int
    stale: int
    quiet: int
    not_observable: int
    not_swept: int


class Floor(Exact):
    watchlist: ListRef
    as_of: str
    data_mode: Mode
    sweep: SweepRow | None
    advice: list[Advice]
    assets: list[AssetRow]
    events: list[EventRow]
    freshness: Freshness
    unseen: list[Unseen]
    conditions: list[ConditionRow]
    jobs: JobCounts
    alerts: AlertCount
    counts: StateCounts


class AssetPage(Exact):
    items: list[AssetRow]
    next: str | None
    total: int
    as_of: str
    sweep: SweepRow | None


class SweepPage(Exact):
    items: list[SweepRow]
    next: str | None
    total: int


class SweepFull(SweepRow):
    advice: list[Advice]
    states: list[Record]
    event_ids: list[str]


class WatchedAsset(Exact):
    asset_id: str
    norad_id: int | None
    cospar_id: str
    name: str
    name_en: str
    name_ja: str
    operator: str
    orbit: str
    slot_deg: float | None
    public_orbit: bool
    source: str
    grade: str
    note: str


class WatchlistRow(Exact):
    id: str
    title: str
    title_en: str
    title_ja: str
    as_of: str
    assets: int


class WatchlistPage(Exact):
    items: list[WatchlistRow]
    next: str | None
    total: int


class WatchlistFull(Exact):
    id: str
    title: str
    title_en: str
    title_ja: str
    as_of: str
    assets: list[WatchedAsset]
    co_located: list[list[int]]

"""The shapes of jobs and alerts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Severity = Literal["info", "warning", "critical"]


class Exact(BaseModel):
    """Exactly these fields."""

    model_config = ConfigDict(extra="forbid")


class Job(Exact):
    """One piece of work. Times are ISO 8601 with Z, "" where it has not come to that."""

    id: str
    kind: str
    state: Literal["waiting", "running", "done", "failed"]
    parameters: dict[str, Any]
    asked_by: str
    asked: str
    due: str
    started: str
    ended: str
    tries: int
    progress: dict[str, Any]
    result: dict[str, Any]
    error: str


class JobPage(Exact):
    items: list[Job]
    next: str | None
    total: int


class Alert(Exact):
    """Something a person on duty should see. sent: when and how it left the service; acknowledged: "" while nobody has."""

    id: str
    severity: Severity
    code: str
    subject: str
    text: str
    data_mode: Literal["REAL", "TEST", "SIMULATED", "EXERCISE"] | None
    marking: dict[str, Any]
    raised: str
    last: str
    count: int
    acknowledged_by: str
    acknowledged: str
    note: str
    sent: list[dict[str, Any]]
    record: dict[str, Any]


class AlertPage(Exact):
    items: list[Alert]
    next: str | None
    total: int


class Acknowledged(Exact):
    """note: what was done about it, for whoever comes on duty next."""

    note: str = Field("", max_length=2000)

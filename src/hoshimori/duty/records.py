"""The rows of the duty book, frozen; times are UTC datetime64[us]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

STATES = ("waiting", "running", "done", "failed")


@dataclass(frozen=True)
class Kept:
    """One sweep: the sky of one watchlist as known at `as_of_utc`. `record`: Sweep.to_json() without its events.

    `key`: what makes it this sweep and no other (watchlist, moment, state of the catalogue, methods); kept once.
    """

    sweep_id: str
    key: str
    watchlist: str
    as_of_utc: np.datetime64
    made_utc: np.datetime64
    record: Mapping[str, Any]
    event_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """One event that sweeps told. `record`: Event.to_json(). first_told_utc: the earliest as-of of a sweep that told it."""

    event_id: str
    kind: str
    subject: str
    first_told_utc: np.datetime64
    recorded_utc: np.datetime64
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Job:
    """One piece of work. kind: sweep, fetch, verify, report...; state: one of STATES; key: asked twice, done once."""

    job_id: str
    kind: str
    key: str
    state: str
    parameters: Mapping[str, Any]
    asked_by: str
    asked_utc: np.datetime64
    due_utc: np.datetime64
    started_utc: np.datetime64
    ended_utc: np.datetime64
    tries: int = 0
    worker: str = ""
    progress: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Alert:
    """Something a person on duty should see. key: the same matter alerts once. sent: how it went out, and whether."""

    alert_id: str
    key: str
    severity: str
    code: str
    subject: str
    record: Mapping[str, Any]
    raised_utc: np.datetime64
    last_utc: np.datetime64
    count: int
    acknowledged_by: str
    acknowledged_utc: np.datetime64
    note: str = ""
    sent: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Token:
    """Who may come in with a token. The token itself is never kept, only its SHA-256."""

    token_id: str
    name: str
    party: str | None
    roles: frozenset[str]
    made_utc: np.datetime64
    expires_utc: np.datetime64
    revoked_utc: np.datetime64
    last_used_utc: np.datetime64


@dataclass(frozen=True)
class Change:
    """One line of the feed that the console follows. seq: grows without end, never reused."""

    seq: int
    at_utc: np.datetime64
    topic: str
    record: Mapping[str, Any]


@dataclass(frozen=True)
class Page:
    """Some rows and how many there are."""

    rows: tuple[Any, ...]
    total: int

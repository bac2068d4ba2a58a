"""A job as it is answered to who asked for it."""

from __future__ import annotations

from typing import Any

from hoshimori.doors.web.principal import asking
from hoshimori.duty import Job
from hoshimori.findings import iso


def among_us(said: str) -> str:
    """A person's name or words, for readers of a party; "" for the public."""
    return said if asking().principal.party else ""


def job_row(job: Job) -> dict[str, Any]:
    """A job as JSON; "" for times that have not come."""
    return {
        "id": job.job_id,
        "kind": job.kind,
        "state": job.state,
        "parameters": dict(job.parameters),
        "asked_by": among_us(job.asked_by),
        "asked": iso(job.asked_utc),
        "due": iso(job.due_utc),
        "started": iso(job.started_utc),
        "ended": iso(job.ended_utc),
        "tries": job.tries,
        "progress": dict(job.progress),
        "result": dict(job.result),
        "error": job.error,
    }

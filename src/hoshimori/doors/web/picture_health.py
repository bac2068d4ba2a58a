"""How fresh what is known is, and what is wrong with the service itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from hoshimori.doors.web.said import condition_text
from hoshimori.doors.web.skies import Skies, Sky, refused_by_source
from hoshimori.duty import Duty
from hoshimori.facts import NOT_A_TIME
from hoshimori.findings import iso

DAY = np.timedelta64(86_400_000_000, "us")
CONDITION, SOURCE = "condition:", "source:"
SEVERITIES = ("critical", "warning", "info")


def freshness(skies: Skies, sky: Sky, as_of_utc: np.datetime64) -> dict[str, Any]:
    """As known at the moment; files and refusals of each provider as they are held now."""
    fresh = sky.freshness
    age = (as_of_utc - fresh.newest_epoch_utc) / DAY
    return {
        "newest_epoch": iso(fresh.newest_epoch_utc) or None,
        "newest_known": iso(fresh.newest_known_utc) or None,
        "age_days": None if np.isnan(age) else float(age),
        "element_sets": fresh.element_sets,
        "objects": len(sky.latest),
        "sources": _sources(skies, sky, as_of_utc),
    }


def _sources(skies: Skies, sky: Sky, as_of_utc: np.datetime64) -> list[dict[str, Any]]:
    view = skies.view(as_of_utc)
    held = skies.answers.get(("sources", skies.key(view)[0]), lambda: (skies.world.catalogue.sources(), refused_by_source(view)))
    sources, refused = held
    files: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    newest: dict[str, np.datetime64] = {}
    for s in sources:
        files[s.provider] += 1
        wrong[s.provider] += refused.get(s.source, 0)
        known = sky.freshness.by_source.get(s.source, NOT_A_TIME)
        before = newest.get(s.provider, NOT_A_TIME)
        newest[s.provider] = known if np.isnat(before) or known > before else before
    notes = {k.removeprefix(SOURCE): v for k, v in skies.world.duty.notes(SOURCE).items()}
    providers = sorted({*files, *notes})
    return [
        {
            "provider": p,
            "newest_known": iso(newest.get(p, NOT_A_TIME)) or None,
            "files": files[p],
            "refused": wrong[p],
            "status": str(notes.get(p, {}).get("status", "")),
        }
        for p in providers
    ]


def conditions(duty: Duty, sky: Sky, lang: str) -> list[dict[str, Any]]:
    """Everything that is wrong with the service itself, the gravest first; that nothing is known counts."""
    found: dict[str, Mapping[str, Any]] = {k.removeprefix(CONDITION): v for k, v in duty.notes(CONDITION).items()}
    if not len(sky.latest):
        found.setdefault("no-data", {"severity": "info", "since": None, "values": {}})
    rows = [_condition(code, note, lang) for code, note in found.items()]
    return sorted(rows, key=lambda r: (SEVERITIES.index(r["severity"]) if r["severity"] in SEVERITIES else 0, r["code"]))


def _condition(code: str, note: Mapping[str, Any], lang: str) -> dict[str, Any]:
    values = dict(note.get("values") or {})
    return {
        "code": code,
        "severity": str(note.get("severity", "warning")),
        "since": note.get("since") or None,
        "values": values,
        "text": condition_text(code, values, lang),
    }


def counts(duty: Duty) -> dict[str, int]:
    """How many jobs are in which state."""
    return {state: duty.jobs(states=(state,), limit=1).total for state in ("waiting", "running", "failed")}

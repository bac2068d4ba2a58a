"""Who may read which field: the one place where markings are enforced on what leaves the service.

Every answer is a tree of JSON. A dict that carries a "marking" which its reader may not read is replaced by what shows that
something is withheld and for whom it is: {"withheld": {"marking": {...}}}. A field named in the "markings" of its dict is
replaced alone. The rule is the ledger's own (`ledger/disclosure.py`); here nothing is signed, so no digest is shown.

A marking that cannot be read closes what it stands on, for everybody: it is shown as RED for nobody. Nothing else of a closed
part leaves, its marking's own strange words neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.errors import UsageError
from hoshimori.judgements import Marking, Tlp

_HEX64 = re.compile("[0-9a-f]{64}")
NOBODY = Marking(Tlp.RED, frozenset())
_LEAVES = frozenset({str, int, float, bool, type(None)})
DEEPEST = 100
"""How deep a tree may be: as deep as the ledger's own (`ledger/canonical.py` takes 64), with what is put around it."""


def shown(tree: Any, reader: str | None) -> Any:
    """The tree as a party (None: the public) may read it. The tree given is not changed.

    >>> closed = {"b": 1, "marking": {"tlp": "RED", "releasable_to": ["JPN"]}}
    >>> tree = {"a": [closed], "c": 2, "d": 3, "markings": {"c": {"tlp": "AMBER"}}}
    >>> shown(tree, "USA")["a"]
    [{'withheld': {'marking': {'tlp': 'RED', 'releasable_to': ['JPN']}}}]
    >>> sorted(shown(tree, None)), shown(tree, None)["c"]
    (['a', 'c', 'd', 'markings'], {'withheld': {'marking': {'tlp': 'AMBER'}}})
    >>> shown(tree, "JPN") == tree
    True
    >>> shown({"b": 1, "marking": {"tlp": "BLUE", "note": "b is 1"}}, "JPN")
    {'withheld': {'marking': {'tlp': 'RED', 'releasable_to': []}}}
    """
    return _shown(tree, reader, 0)


def _shown(tree: Any, reader: str | None, depth: int) -> Any:
    if type(tree) in _LEAVES:
        return tree
    if depth > DEEPEST:
        raise ApiError(422, "too-deep", "cannot be used", f"this record is nested more than {DEEPEST} deep")
    if isinstance(tree, Mapping):
        if _is_withheld(tree):
            return tree
        if "marking" in tree and not (own := _read(tree["marking"])).may_read(reader):
            return _withheld(own)
        closed = _closed(tree, reader)
        if closed is None:
            return _withheld(NOBODY)
        return {k: _withheld(closed[k]) if k in closed else _field(k, v, closed, reader, depth) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        return [_shown(v, reader, depth + 1) for v in tree]
    return tree


def _closed(tree: Mapping[str, Any], reader: str | None) -> dict[str, Marking] | None:
    """The fields that this reader may not have, with their markings; None where the markings are no table."""
    if "markings" not in tree:
        return {}
    if not isinstance(tree["markings"], Mapping):
        return None
    read = {k: _read(m) for k, m in tree["markings"].items()}
    return {k: m for k, m in read.items() if not m.may_read(reader)}


def _field(name: str, value: Any, closed: Mapping[str, Marking], reader: str | None, depth: int) -> Any:
    if name == "markings" and isinstance(value, Mapping):  # of what is closed only the marking itself
        return {k: closed[k].to_json() if k in closed else _shown(m, reader, depth + 2) for k, m in value.items()}
    return _shown(value, reader, depth + 1)


def may_read(marking: Marking, principal: Principal) -> bool:
    return marking.may_read(principal.party)


def refuse_unless_released(marking: Marking, principal: Principal, what: str) -> None:
    """For what is one record or one document: who may not read it is told that it is not there."""
    if not marking.may_read(principal.party):
        raise NotHere(what)


def _read(marking: Any) -> Marking:
    """A marking as it is written; NOBODY's where it is not one."""
    try:
        parties = marking.get("releasable_to")
        if not isinstance(marking["tlp"], str) or not (parties is None or isinstance(parties, list | tuple)):
            return NOBODY
        return Marking.from_json(marking)
    except (UsageError, KeyError, TypeError, AttributeError, ValueError):
        return NOBODY


def _is_withheld(tree: Mapping[str, Any]) -> bool:
    """Is this what stands in place of a part that is closed already, here or by the ledger, and nothing else?"""
    part = tree.get("withheld")
    if len(tree) != 1 or not isinstance(part, Mapping) or not {"marking"} <= part.keys() <= {"marking", "sha256"}:
        return False
    digest = part.get("sha256", "0" * 64)
    return bool(isinstance(digest, str) and _HEX64.fullmatch(digest) and _read(part["marking"]).to_json() == part["marking"])


def _withheld(marking: Marking) -> dict[str, Any]:
    return {"withheld": {"marking": marking.to_json()}}

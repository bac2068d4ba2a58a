"""Who may read which field: the one place where markings are enforced on what leaves the service.

Every answer is a tree of JSON. A dict that carries a "marking" which its reader may not read is replaced by what shows that
something is withheld and for whom it is: {"withheld": {"marking": {...}}}. A field named in the "markings" of its dict is
replaced alone. The rule is the ledger's own (`ledger/disclosure.py`); here nothing is signed, so no digest is shown.
"""

from __future__ import annotations

from typing import Any

from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.problems import NotHere
from hoshimori.judgements import Marking


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
    """
    if isinstance(tree, dict):
        own = tree.get("marking")
        if own is not None and not _may(own, reader):
            return _withheld(own)
        fields = tree.get("markings")
        closed = {k for k, m in fields.items() if not _may(m, reader)} if isinstance(fields, dict) else set()
        return {k: _withheld(fields[k]) if fields and k in closed else shown(v, reader) for k, v in tree.items()}
    if isinstance(tree, list | tuple):
        return [shown(v, reader) for v in tree]
    return tree


def may_read(marking: Marking, principal: Principal) -> bool:
    return marking.may_read(principal.party)


def refuse_unless_released(marking: Marking, principal: Principal, what: str) -> None:
    """For what is one record or one document: who may not read it is told that it is not there."""
    if not marking.may_read(principal.party):
        raise NotHere(what)


def _may(marking: Any, reader: str | None) -> bool:
    return Marking.from_json(marking).may_read(reader)


def _withheld(marking: Any) -> dict[str, Any]:
    return {"withheld": {"marking": dict(marking)}}

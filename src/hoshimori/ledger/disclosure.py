"""What each reader may see of one signed document: closed parts are replaced by salted commitments before anybody signs.

The signed tree holds, in place of a closed part, {"withheld": {"sha256", "marking"}}. The part itself travels beside the tree
as a disclosure: canonical JSON [salt, value], whose SHA-256 is the one in the tree. So one signature holds for every reader,
whatever they are shown, and nobody can exchange a part. The salt is 32 random bytes: without it a "yes" could be guessed and
checked.

Closed: a dict whose "marking" is anything but TLP:CLEAR without a list of parties, and a field that the "markings" of its dict
name: {"remark": "...", "markings": {"remark": {"tlp": "RED"}}}. Inner parts are closed first, each with its own salt. The root is
never closed, nor are "marking" and "markings" themselves: that something is withheld, where, and for whom it is, shows.
Reference: RFC 9901 (SD-JWT) for salted digests, one use of each digest, and no disclosure that is not asked for.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hoshimori.errors import Refused, UsageError
from hoshimori.judgements import CLEAR, Marking, strictest
from hoshimori.ledger.canonical import DEEPEST, canonical, sha256, strict

SALT_BYTES = 32
"""As long as the digest; RFC 9901, on the entropy of the salt, recommends at least 16."""
_HEX64 = re.compile("[0-9a-f]{64}")
_OPEN_FIELDS = ("marking", "markings")


@dataclass(frozen=True, slots=True)
class Withheld:
    """One place in a tree where a part was closed: the digest of its disclosure, and who may have it."""

    sha256: str
    marking: Marking

    def to_json(self) -> dict[str, Any]:
        return {"withheld": {"sha256": self.sha256, "marking": self.marking.to_json()}}


def withhold(tree: Any, *, salt: Callable[[int], bytes] = secrets.token_bytes) -> tuple[Any, dict[str, bytes]]:
    """The tree with every closed part replaced, and the disclosures by digest. The tree given is not changed.

    What is withheld already stays as it is, so that doing it again changes nothing. salt: random bytes of the length asked for.

    >>> tree = {"verdict": "failure", "remark": "seen by us", "markings": {"remark": {"tlp": "RED", "releasable_to": ["JPN"]}}}
    >>> committed, disclosures = withhold(tree)
    >>> committed["verdict"], list(committed["remark"]["withheld"])
    ('failure', ['sha256', 'marking'])
    >>> disclose(committed, disclosures) == tree
    True
    >>> disclose(committed, for_reader(disclosures, committed, "USA")) == committed
    True
    """
    disclosures: dict[str, bytes] = {}

    def close(value: Any, marking: Marking) -> dict[str, Any]:
        part = canonical([salt(SALT_BYTES).hex(), value])
        digest = sha256(part)
        if digest in disclosures:
            raise UsageError("salt: the source gave the same bytes twice; each closed part needs its own")
        disclosures[digest] = part
        return Withheld(digest, marking).to_json()

    return _closed(tree, close, 0), disclosures


def disclose(tree: Any, disclosures: Mapping[str, bytes]) -> Any:
    """The tree with every part that is disclosed put back; the others stay withheld. The tree given is not changed.

    Refused("disclosure"): another digest than its bytes have, a disclosure that no place in the tree asks for, one digest at two
    places, a part whose own marking is not the one that stood in its place.
    """
    for digest, part in disclosures.items():
        if sha256(part) != digest:
            raise _refused(f"{digest[:16]}: these bytes have another SHA-256")
    asked: set[str] = set()
    out = _opened(tree, disclosures, asked, CLEAR, 0)
    if left := sorted(set(disclosures) - asked):
        raise _refused(f"{left[0][:16]}: nothing in the document asks for it")
    return out


def for_reader(disclosures: Mapping[str, bytes], tree: Any, reader: str | None) -> dict[str, bytes]:
    """The disclosures that this reader may have; a nested one only if all around it may be had.

    tree: as `withhold` gave it. reader: a party as alpha-3, or None for the public. Ask not the root's marking: it is not closed.
    """
    out: dict[str, bytes] = {}
    waiting = [tree]
    while waiting:
        for place in withheld(waiting.pop()):
            if place.sha256 in disclosures and place.sha256 not in out and place.marking.may_read(reader):
                out[place.sha256] = disclosures[place.sha256]
                waiting.append(_value(disclosures[place.sha256], place.sha256))
    return out


def withheld(tree: Any) -> tuple[Withheld, ...]:
    """The places in a tree that are withheld, in order."""
    return tuple(part for part in _walk(tree, 0) if isinstance(part, Withheld))


def derived(tree: Any) -> Marking:
    """The marking of what derives from a tree: the strictest of every one in it, the root's and those of withheld parts too."""
    return strictest(part.marking if isinstance(part, Withheld) else part for part in _walk(tree, 0))


def _closed(node: Any, close: Callable[[Any, Marking], dict[str, Any]], depth: int) -> Any:
    _check_depth(depth)
    if isinstance(node, list | tuple):
        return [_closed(part, close, depth + 1) for part in node]
    if not isinstance(node, dict):
        return _plain(node)
    if _place(node):
        return node
    named = _named(node)
    out: dict[str, Any] = {}
    for field, value in node.items():
        if field in _OPEN_FIELDS:
            out[field] = value
            continue
        out[field] = _closed(value, close, depth + 1)
        marking = named.get(field, CLEAR)
        already = _place(out[field])
        if marking != CLEAR and not (already and already.marking == marking):
            out[field] = close(out[field], marking)
    own = _own(node)
    return close(out, own) if depth and own != CLEAR else out


def _opened(node: Any, disclosures: Mapping[str, bytes], asked: set[str], named: Marking, depth: int) -> Any:
    """named: the marking that the dict around gives to this field by name, CLEAR where it gives none."""
    _check_depth(depth)
    if isinstance(node, list):
        return [_opened(part, disclosures, asked, CLEAR, depth + 1) for part in node]
    if not isinstance(node, dict):
        return _plain(node)
    place = _place(node)
    if not place:
        markings = _named(node)
        return {
            field: value if field in _OPEN_FIELDS else _opened(value, disclosures, asked, markings.get(field, CLEAR), depth + 1)
            for field, value in node.items()
        }
    if place.sha256 in asked:
        raise _refused(f"{place.sha256[:16]}: two places in the document name it")
    asked.add(place.sha256)
    if place.sha256 not in disclosures:
        return node
    value = _value(disclosures[place.sha256], place.sha256)
    expected = named if named != CLEAR else _own(value) if isinstance(value, dict) else CLEAR
    if place.marking != expected:
        raise _refused(f"{place.sha256[:16]}: the part says {expected.text}, its place says {place.marking.text}")
    return _opened(value, disclosures, asked, CLEAR, depth + 1)


def _walk(node: Any, depth: int) -> Iterator[Withheld | Marking]:
    """Every marking in a tree, and every place that is withheld."""
    _check_depth(depth)
    if isinstance(node, list | tuple):
        for part in node:
            yield from _walk(part, depth + 1)
    elif isinstance(node, dict):
        if place := _place(node):
            yield place
            return
        yield _own(node)
        yield from _named(node).values()
        for field, value in node.items():
            if field not in _OPEN_FIELDS:
                yield from _walk(value, depth + 1)
    else:
        _plain(node)


def _place(node: Any) -> Withheld | None:
    """What is withheld here; None where nothing is. "withheld" is a reserved word: in any other shape it is refused."""
    if not isinstance(node, dict) or "withheld" not in node:
        return None
    inner = node["withheld"]
    if len(node) != 1 or not isinstance(inner, dict) or set(inner) != {"sha256", "marking"}:
        raise _refused('a field "withheld" stands alone in its dict and holds exactly sha256 and marking')
    if not isinstance(inner["sha256"], str) or not _HEX64.fullmatch(inner["sha256"]):
        raise _refused("withheld: sha256 is 64 lower-case hexadecimal digits")
    return Withheld(inner["sha256"], _marking(inner["marking"], "withheld"))


def _own(node: Mapping[str, Any]) -> Marking:
    return _marking(node["marking"], "marking") if "marking" in node else CLEAR


def _named(node: Mapping[str, Any]) -> dict[str, Marking]:
    markings = node.get("markings", {})
    if not isinstance(markings, dict):
        raise Refused("marking", 'markings: a dict from the name of a field to its marking, such as {"remark": {"tlp": "RED"}}')
    for field in markings:
        if field not in node or field in _OPEN_FIELDS:  # a marking by a mistyped name would leave the field open
            raise Refused("marking", f"markings: {field!r} is no field of the dict that could be closed")
    return {field: _marking(value, f"markings of {field!r}") for field, value in markings.items()}


def _marking(data: Any, where: str) -> Marking:
    """A marking exactly as Marking.to_json writes it: a spelling that is not understood must never count as open."""
    try:
        out = Marking.from_json(data)
    except (AttributeError, KeyError, TypeError, UsageError):
        out = None
    if out is None or out.to_json() != data:
        raise Refused(
            "marking",
            f'{where}: {str(data)[:80]}: expected {{"tlp": "AMBER", "releasable_to": ["JPN", "USA"]}} or without the list',
        )
    return out


def _value(part: bytes, digest: str) -> Any:
    if sha256(part) != digest:
        raise _refused(f"{digest[:16]}: these bytes have another SHA-256")
    pair = strict(part, f"disclosure {digest[:16]}")
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str) or not _HEX64.fullmatch(pair[0]):
        raise _refused(f"{digest[:16]}: a salt of 32 bytes in hexadecimal and a value are expected")
    return pair[1]


def _plain(node: Any) -> Any:
    if node is None or isinstance(node, str | bool | int | float):
        return node
    raise UsageError(f"a document holds what JSON holds; {type(node).__name__} is not among it")


def _check_depth(depth: int) -> None:
    if depth > DEEPEST:
        raise _refused(f"the document nests deeper than {DEEPEST}")


def _refused(why: str) -> Refused:
    return Refused("disclosure", f"disclosure {why}")

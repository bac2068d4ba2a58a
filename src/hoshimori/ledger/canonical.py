"""One value, one text: canonical JSON (RFC 8785), written and read so that no two byte strings mean the same thing.

Signatures and digests stand on bytes. Two readers who parse a second spelling differently (a field that stands twice, an integer
that a double cannot hold) would see two documents under one signature, so `strict` accepts only the bytes that `canonical` would
have written, and `canonical` writes nothing that `strict` would not read.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any, NoReturn

import rfc8785

from hoshimori.errors import Refused

LIMIT_BYTES = 32 * 1024 * 1024
"""Judged: an assessment with its evidence is below 1 MiB; what is larger than this is no record of ours."""
DEEPEST = 64
"""Judged: our deepest record nests 12 deep. A limit must exist: readers in other languages overflow their stack."""
LARGEST_INTEGER = 2**53 - 1
"""RFC 8785 section 3.2.2.3 and RFC 7493 section 2.2: beyond it readers that hold numbers as doubles lose digits."""


def canonical(data: Any) -> bytes:
    """The one text of a JSON value, by RFC 8785.

    Refused: NaN, infinities, numbers whose text would be an integer beyond 2^53 - 1, lone surrogates, field names that are not
    text, types that JSON does not have (numpy's numbers among them), nesting beyond 64.

    >>> canonical({"b": 1.0, "a": [True, None, "星"]}).decode()
    '{"a":[true,null,"星"],"b":1}'
    """
    return _written(data, "what is to be written")


def strict(data: bytes, what: str, limit: int = LIMIT_BYTES) -> Any:
    """The value of canonical JSON; anything that is not exactly its own canonical form is Refused("not-canonical").

    what: the name of the document, for the message. limit: bytes.

    >>> strict(b'{"a":1}', "note")
    {'a': 1}
    """
    if len(data) > limit:
        raise _refused(what, f"{len(data)} bytes: at most {limit} are read")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=lambda pairs: _fields(pairs, what),
            parse_int=lambda text: _integer(text, what),
            parse_constant=lambda text: _never(text, what),
        )
    except UnicodeDecodeError as e:
        raise _refused(what, f"not UTF-8 at byte {e.start}") from None
    except RecursionError:
        raise _refused(what, f"nests deeper than {DEEPEST}") from None
    except ValueError as e:
        raise _refused(what, f"not JSON: {e}") from None
    if _written(value, what) != data:
        raise _refused(what, "not in canonical form (RFC 8785): other spacing, order of fields, escapes or number format")
    return value


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256, the name by which bytes are known.

    >>> sha256(b"")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(data).hexdigest()


def _refused(what: str, why: str) -> Refused:
    return Refused("not-canonical", f"{what}: {why}")


def _never(text: str, what: str) -> NoReturn:
    raise _refused(what, f"{text} is no number of JSON")


def _fields(pairs: list[tuple[str, Any]], what: str) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _refused(what, f"the field {twice[:80]!r} stands twice in one object")
    return out


def _integer(text: str, what: str) -> int:
    if len(text) > len(str(-LARGEST_INTEGER)) or abs(int(text)) > LARGEST_INTEGER:
        raise _refused(what, f"the integer {text[:20]} is beyond 2^53 - 1: write it as text")
    return int(text)


def _check(value: Any, what: str, depth: int) -> None:
    """No number that would be read back as another, no nesting that a reader may not follow."""
    if isinstance(value, dict | list | tuple):
        if depth == DEEPEST:
            raise _refused(what, f"nests deeper than {DEEPEST}")
        for part in value.values() if isinstance(value, dict) else value:
            _check(part, what, depth + 1)
    elif isinstance(value, float) and LARGEST_INTEGER < abs(value) < 1e21:
        raise _refused(what, f"the number {value!r} would be written as an integer beyond 2^53 - 1: write it as text")


def _written(value: Any, what: str) -> bytes:
    _check(value, what, 0)
    try:
        return bytes(rfc8785.dumps(value))
    except ValueError as e:  # CanonicalizationError, or UnicodeEncodeError of a field name
        raise _refused(what, str(e)) from None

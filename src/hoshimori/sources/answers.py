"""Is this what was asked for? Checks on the bytes of an answer that has status 200, before they are kept."""

from __future__ import annotations

import csv

from hoshimori.errors import BrokenTransfer

EXCERPT = 160
MARK = b"NORAD_CAT_ID"
EMPTY = (b"[]", b"{}")


def excerpt(content: bytes) -> str:
    """The first words of a body as one line, for a message."""
    return " ".join(content[: 4 * EXCERPT].decode("utf-8", "replace").split())[:EXCERPT]


def check_whole(content: bytes, expects: str, asked: str) -> None:
    """Raise BrokenTransfer unless `content` begins and ends as records in `expects` ("csv" or "json") must.

    Every record that is asked for here has the OMM keyword NORAD_CAT_ID, in the header or in the first object.
    A server that closes the connection without having stated a length leaves no other trace of a cut than the end;
    a cut inside the last field of a CSV leaves none at all.
    """
    body = content.strip()
    if body[:1] == b"<":
        raise BrokenTransfer(f"{asked}: an HTML page came where OMM was expected: {excerpt(_title(body))!r}; nothing was kept")
    if not body:
        raise BrokenTransfer(f"{asked}: an empty answer; nothing was kept, try later")
    if MARK not in body[:4096] and body not in EMPTY:
        raise BrokenTransfer(f"{asked}: a text came where OMM was expected: {excerpt(body)!r}; nothing was kept")
    if expects == "json" and (body[:1] + body[-1:]) not in (b"[]", b"{}"):
        raise BrokenTransfer(f"{asked}: JSON that does not end; nothing was kept, try later")
    if expects == "csv" and _width(body.split(b"\n", 1)[0]) != _width(body.rsplit(b"\n", 1)[-1]):
        raise BrokenTransfer(f"{asked}: the last line of the CSV is not whole; nothing was kept, try later")


def is_empty(content: bytes, expects: str) -> bool:
    """True for a list without a record, or a header without a row."""
    body = content.strip()
    return body in EMPTY if expects == "json" else b"\n" not in body


def _title(body: bytes) -> bytes:
    after = body[: 1 << 16].lower().partition(b"<title>")[2]
    return after.partition(b"</title>")[0] or body


def _width(line: bytes) -> int:
    return len(next(csv.reader([line.decode("utf-8", "replace")]), []))

"""Conjunction messages as CDM 1.0 text, KVN or XML, to the letter of the standard: order, mandatory fields, units, one line each.

Reference: CCSDS 508.0-B-1 sections 3 and 4; the XML is valid against ndmxml-1.0-cdm-1.0. A value that came in as text goes out
with the same digits. Comments of the message stand before TCA, those of an object before its data.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from hoshimori.errors import UsageError
from hoshimori.facts import ConjunctionMessage, ConjunctionObject
from hoshimori.formats.cdm_comments import mode_comment
from hoshimori.formats.cdm_keywords import (
    DATA_SECTIONS,
    HEADER,
    METADATA,
    RELATIVE,
    RELATIVE_POSITION,
    RELATIVE_VELOCITY,
    Keyword,
)
from hoshimori.formats.cdm_texts import comments_of, message_texts, object_texts
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.writing import mode_text, raise_if_any

VERSION = "1.0"
KVN_WIDTH = 254
"""Characters of one KVN line (508.0-B-1 section 6.2.1)."""

_SCHEMA = "https://sanaregistry.org/r/ndmxml/ndmxml-1.0-master.xsd"
_TEME = "; convert a state in TEME first, with hoshimori.sky.frames"
_VECTOR = frozenset(k.name for k in (*RELATIVE_POSITION, *RELATIVE_VELOCITY))

Values = list[tuple[Keyword, str]]


def dump_cdm(message: ConjunctionMessage, *, kind: Literal["KVN", "XML", "kvn", "xml"] = "KVN") -> str:
    """One message as one text. A message that is not REAL says so in a comment of its header.

    Raises FormatError with every reason where the standard cannot hold it: a missing mandatory field, a covariance that is not
    there in full, a frame other than EME2000, GCRF or ITRF.
    """
    spelling = kind.upper()
    if spelling not in ("KVN", "XML"):
        raise UsageError(f"CDM as {kind!r}: known are KVN, XML")
    complaints = Complaints(f"CDM {message.message_id}".strip())
    head = message_texts(message)
    objects = [object_texts(o, k) for k, o in enumerate(message.objects, 1)]
    header, relative = _values(HEADER, head, complaints), _values(RELATIVE, head, complaints)
    sections = [_object_values(texts, complaints) for texts in objects]
    _check_comments(message, spelling, complaints)
    if spelling == "KVN":
        _check_lines([*header, *relative, *(v for s in sections for values in s.values() for v in values)], complaints)
    else:
        _check_vector(relative, complaints)
    raise_if_any(complaints, f"CDM/{spelling}")
    write = _kvn if spelling == "KVN" else _xml
    return write(_mode(message), header, comments_of(message), relative, list(zip(sections, message.objects, strict=True)))


def _values(keywords: Sequence[Keyword], texts: dict[str, str], complaints: Complaints) -> Values:
    """What is written of one section, in order; what is missing or cannot be written is complained of."""
    found: Values = []
    for k in keywords:
        text = texts.get(k.name, "")
        if text and k.accepts(text):
            found.append((k, text))
        elif text or k.needed:
            advice = _TEME if k.name == "REF_FRAME" else ": this field is mandatory" if k.needed and not text else ""
            complaints.add(_place(k, texts), text, f"{k.expected}{advice}")
    return found


def _place(keyword: Keyword, texts: dict[str, str]) -> str:
    return f"{texts['OBJECT']} {keyword.name}" if "OBJECT" in texts else keyword.name


def _object_values(texts: dict[str, str], complaints: Complaints) -> dict[str, Values]:
    sections = {"metadata": METADATA, **DATA_SECTIONS}
    return {name: _values(keywords, texts, complaints) for name, keywords in sections.items()}


def _check_comments(message: ConjunctionMessage, kind: str, complaints: Complaints) -> None:
    for comment in (*comments_of(message), *(c for o in message.objects for c in o.comments)):
        long = kind == "KVN" and (not comment.isascii() or len(comment) + len("COMMENT ") > KVN_WIDTH)
        if long or not comment.isprintable():
            complaints.add("COMMENT", comment, _one_line(kind))


def _check_lines(values: Values, complaints: Complaints) -> None:
    for k, text in values:
        if not text.isascii() or len(_line(k, text)) > KVN_WIDTH:
            complaints.add(k.name, text, _one_line("KVN"))


def _one_line(kind: str) -> str:
    more = f" and ASCII, at most {KVN_WIDTH} characters with its keyword (XML can hold more)" if kind == "KVN" else ""
    return f"printable text on one line{more}"


def _check_vector(relative: Values, complaints: Complaints) -> None:
    """XML has the relative state as one element: all six or none."""
    there = {k.name for k, _ in relative} & _VECTOR
    for name in sorted(_VECTOR - there) if there else ():
        complaints.add(name, "", "a number: XML holds relative position and velocity together or not at all")


def _mode(message: ConjunctionMessage) -> str:
    word = mode_text(message.data_mode)
    return mode_comment(word) if word else ""


Objects = list[tuple[dict[str, Values], ConjunctionObject]]


def _kvn(mode: str, header: Values, comments: Sequence[str], relative: Values, objects: Objects) -> str:
    lines = [f"{'CCSDS_CDM_VERS':<28} = {VERSION}"]
    lines += [f"COMMENT {mode}"] if mode else []
    lines += [_line(k, text) for k, text in header]
    lines += [f"COMMENT {c}".rstrip() for c in comments]
    lines += [_line(k, text) for k, text in relative]
    for sections, o in objects:
        lines += [_line(k, text) for k, text in sections["metadata"]]
        lines += [f"COMMENT {c}".rstrip() for c in o.comments]
        lines += [_line(k, text) for name in DATA_SECTIONS for k, text in sections[name]]
    return "\n".join(lines) + "\n"


def _line(keyword: Keyword, text: str) -> str:
    return f"{keyword.name:<28} = {text}{f' [{keyword.unit}]' if keyword.unit else ''}"


def _xml(mode: str, header: Values, comments: Sequence[str], relative: Values, objects: Objects) -> str:
    schema = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{_SCHEMA}"'
    before = [v for v in relative if v[0].name in ("TCA", "MISS_DISTANCE", "RELATIVE_SPEED")]
    vector = [v for v in relative if v[0].name in _VECTOR]
    after = [v for v in relative if v not in before and v not in vector]
    said = _comments(comments) + _tags(before) + _block("relativeStateVector", _tags(vector)) + _tags(after)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<cdm {schema}\n     id="CCSDS_CDM_VERS" version="{VERSION}">\n'
        + _block("header", _comments([mode] if mode else []) + _tags(header))
        + _block("body", _block("relativeMetadataData", said) + "".join(_segment(sections, o) for sections, o in objects))
        + "</cdm>\n"
    )


def _segment(sections: dict[str, Values], o: ConjunctionObject) -> str:
    data = "".join(_block(name, _tags(sections[name])) for name in DATA_SECTIONS)
    return _block("segment", _block("metadata", _tags(sections["metadata"])) + _block("data", _comments(o.comments) + data))


def _block(name: str, inner: str) -> str:
    """An element around others; nothing where there is nothing to put into it."""
    return f"<{name}>\n{inner}</{name}>\n" if inner else ""


def _comments(comments: Sequence[str]) -> str:
    return "".join(f"<COMMENT>{_text(c)}</COMMENT>\n" for c in comments)


def _tags(values: Values) -> str:
    return "".join(f"<{k.name}{_units(k)}>{_text(text)}</{k.name}>\n" for k, text in values)


def _units(keyword: Keyword) -> str:
    return f' units="{keyword.unit}"' if keyword.unit else ""


def _text(text: str) -> str:
    return escape(text, quote=False)

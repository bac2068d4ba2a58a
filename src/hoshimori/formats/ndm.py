"""CCSDS navigation messages as one stream of keywords, whether they were written as KVN or as XML.

The XML of a message is turned into the lines that its KVN would have, so that every message has one reader:
`<metadata>` becomes META_START ... META_STOP, a `<stateVector>` a line of numbers, `units="deg"` a bracket after the value.
Reference: CCSDS 502.0-B-3 section 7 (KVN), 505.0-B-3 (XML).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException

from hoshimori.formats.complaints import Complaints

DATA_LINE = ""
"""The keyword of a line that has none: a row of an ephemeris or of a covariance."""
MESSAGE_KINDS = {
    "OMM": "orbit mean elements",
    "OEM": "orbit ephemeris",
    "OPM": "one orbit state",
    "OCM": "comprehensive orbit",
    "CDM": "conjunction data",
    "TDM": "tracking data",
    "RDM": "re-entry data",
    "AEM": "attitude ephemeris",
    "APM": "attitude parameters",
    "ACM": "comprehensive attitude",
}

_BROKEN_OFF = "(broken off)"
_VERSION = re.compile(r"CCSDS_([A-Z]{3})_VERS")
_AXES = ("X", "Y", "Z", "X_DOT", "Y_DOT", "Z_DOT")
STATE_KEYWORDS = ("EPOCH", *_AXES)
COVARIANCE_KEYWORDS = tuple(tuple(f"C{row}_{column}" for column in _AXES[: k + 1]) for k, row in enumerate(_AXES))
"""The lower triangle, row by row: CX_X; CY_X, CY_Y; ... CZ_DOT_Z_DOT."""


class Entry(NamedTuple):
    """One keyword with its value as text, and the line on which it stands (from 1)."""

    line: int
    key: str
    value: str


@dataclass
class Message:
    """One navigation message: its kind ("OMM"), version and everything after the version keyword."""

    kind: str
    version: str
    line: int
    entries: list[Entry] = field(default_factory=list)
    complete: bool = True


def kvn_entries(text: str) -> Iterator[Entry]:
    """KVN lines; blank ones are passed over, comments keep the keyword COMMENT."""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        key, equals, value = line.partition("=")
        if line.startswith("COMMENT"):
            yield Entry(number, "COMMENT", line[7:].strip())
        elif equals:
            yield Entry(number, key.strip().upper(), value.strip())
        elif line.endswith(("_START", "_STOP")) and " " not in line:
            yield Entry(number, line, "")
        elif line:
            yield Entry(number, DATA_LINE, line)


def xml_entries(text: str, complaints: Complaints) -> list[Entry]:
    """The same stream from XML. Entities are refused and nothing outside the file is ever opened (defusedxml).

    XML that breaks off gives the messages before the break, and a problem.
    """
    from defusedxml.expatreader import create_parser  # brings urllib, http and ssl along; most files are not XML

    parser = create_parser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    stream = _Stream(parser)
    parser.setContentHandler(stream)
    try:
        parser.feed(text)
        parser.close()
    except DefusedXmlException as trouble:
        complaints.add("XML", type(trouble).__name__, "XML without entities of its own or from elsewhere", line=stream.line)
    except SAXException as trouble:
        complaints.add("XML", trouble.getMessage(), "well-formed XML; nothing after this place was read", line=stream.line)
    else:
        return stream.entries
    return [*stream.entries, Entry(stream.line, _BROKEN_OFF, "")] if stream.inside_message else stream.entries


def messages(entries: Iterable[Entry]) -> list[Message]:
    """Cut a stream into messages at each CCSDS_xxx_VERS; what stands before the first belongs to none."""
    found: list[Message] = []
    for entry in entries:
        match = _VERSION.fullmatch(entry.key)
        if match:
            found.append(Message(match[1], entry.value, entry.line))
        elif entry.key == _BROKEN_OFF:
            found[-1].complete = False
        elif found:
            found[-1].entries.append(entry)
    return found


class _Stream(ContentHandler):
    """SAX events to KVN entries."""

    def __init__(self, where: Locator) -> None:
        super().__init__()
        self._where = where
        self.entries: list[Entry] = []
        self._open: list[str] = []
        self._text: list[str] = []
        self._unit = ""
        self._group: dict[str, Entry] | None = None

    @property
    def line(self) -> int:
        return self._where.getLineNumber() or 1

    @property
    def inside_message(self) -> bool:
        return any(_is_message(tag) for tag in self._open)

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        tag = name.rpartition(":")[2]
        self._open.append(tag)
        self._text.clear()
        self._unit = attrs.get("units", "") or ""
        if _is_message(tag):
            self.entries.append(Entry(self.line, f"CCSDS_{tag.upper()}_VERS", attrs.get("version", "") or ""))
        elif tag == "metadata":
            self.entries.append(Entry(self.line, "META_START", ""))
        elif tag in ("stateVector", "covarianceMatrix"):
            self._group = {}
        elif tag == "USER_DEFINED":
            self._open[-1] = f"USER_DEFINED_{attrs.get('parameter', '') or ''}".upper()

    def characters(self, content: str) -> None:
        self._text.append(content)

    def endElement(self, name: str) -> None:
        tag = self._open.pop()
        if tag == "metadata":
            self.entries.append(Entry(self.line, "META_STOP", ""))
        elif tag in ("stateVector", "covarianceMatrix"):
            self._end_group(tag)
        elif tag.isupper():
            self._leaf(tag)
        self._text.clear()

    def _leaf(self, key: str) -> None:
        value = "".join(self._text).strip()
        entry = Entry(self.line, key, f"{value} [{self._unit}]" if self._unit else value)
        if self._group is None or key == "COMMENT":
            self.entries.append(entry)
        else:
            self._group[key] = entry

    def _end_group(self, tag: str) -> None:
        """State vectors and covariances of an ephemeris as KVN writes them: lines of numbers."""
        group, self._group = self._group or {}, None
        if not group:
            return
        if "EPOCH" not in group:  # the covariance of an OMM has no epoch of its own
            self.entries.extend(group.values())
        elif tag == "stateVector":
            self._row(group, STATE_KEYWORDS)
        else:
            self._covariance(group)

    def _covariance(self, group: dict[str, Entry]) -> None:
        self.entries.append(Entry(group["EPOCH"].line, "COVARIANCE_START", ""))
        self.entries += [group[key] for key in ("EPOCH", "COV_REF_FRAME") if key in group]
        for keys in COVARIANCE_KEYWORDS:
            self._row(group, keys)
        self.entries.append(Entry(self.line, "COVARIANCE_STOP", ""))

    def _row(self, group: dict[str, Entry], keys: tuple[str, ...]) -> None:
        values = [group[key].value.partition(" [")[0] if key in group else f"({key}?)" for key in keys]
        line = next((group[key].line for key in keys if key in group), self.line)
        self.entries.append(Entry(line, DATA_LINE, " ".join(values)))


def _is_message(tag: str) -> bool:
    return tag.islower() and tag.upper() in MESSAGE_KINDS

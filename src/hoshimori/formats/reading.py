"""The front door for reading: bytes of any kind in, facts and problems out, recognised by content and never by suffix alone.

Bad content never raises: it gives Problems. Every message of the CCSDS family that is not read here, and every look-alike that
is known, is refused by its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from hoshimori.facts import DataMode, Parsed
from hoshimori.formats.archive import LIMIT_BYTES, to_utf8, unpack
from hoshimori.formats.cdm import read_cdm
from hoshimori.formats.complaints import Complaints
from hoshimori.formats.cpf import looks_like_cpf, read_cpf
from hoshimori.formats.ndm import MESSAGE_KINDS, Entry, Message, kvn_entries, messages, xml_entries
from hoshimori.formats.oem import read_oem
from hoshimori.formats.omm import ORBIT_KEYWORDS, read_omm
from hoshimori.formats.rows import Found, Rows, json_records, rows_from_csv, rows_from_json
from hoshimori.formats.satcat import is_satcat, read_satcat
from hoshimori.formats.tle import Checksums, looks_like_tle, read_tle

_READ = "TLE, OMM, OEM, CDM or a satellite catalogue"
_HEAD = 65_536
_NAMED = re.compile(r"(?m)^\s*CCSDS_[A-Z]{3}_VERS\s*=")
_KVN = re.compile(r"(?m)^\s*[A-Z][A-Z0-9_]+\s*=\s*\S")
_VIMPEL = re.compile(rb'(?m)(?:^|")1 {6}V ')
_FLAT_LOOKALIKES = {
    "CDM": frozenset({"TCA", "MIN_RNG"}),
    "CDM full": frozenset({"TCA", "MISS_DISTANCE"}),
    "SOCRATES": frozenset({"TOCA", "MINRNG"}),
    "TIP": frozenset({"DECAY_EPOCH", "WINDOW", "HIGH_INTEREST"}),
}


def read(content: bytes, file: str, *, data_mode: DataMode = DataMode.REAL, checksums: Checksums = "refuse") -> list[Parsed]:
    """Everything that one file or answer holds: one `Parsed` for it, or one for each member of a zip.

    `file` names the place in problems. `data_mode` is what the caller knows of the source; a record that calls itself an
    exercise stays one. `checksums`: "report" reads TLE lines with a wrong checksum and says so, for test files made so.
    What unpacks to more than 1 GiB is refused.
    """
    found = []
    for inner, complaints, failed in unpack(content, file, limit_bytes=LIMIT_BYTES):
        name, facts = (failed, Found()) if failed else _read(to_utf8(inner, complaints), complaints, data_mode, checksums)
        found.append(_parsed(name, facts, complaints))
    return found


def _parsed(name: str, facts: Found, complaints: Complaints) -> Parsed:
    return Parsed(
        complaints.file,
        name,
        facts.element_sets,
        facts.ephemerides,
        facts.names,
        complaints.problems(),
        facts.records,
        facts.record_of_row,
        facts.conjunctions,
    )


def _read(text: bytes, complaints: Complaints, data_mode: DataMode, checksums: Checksums) -> tuple[str, Found]:
    """The name of what was recognised, and what was read from it."""
    head = text[:_HEAD].decode("utf-8", "replace").lstrip()
    if not head.strip("\0"):
        complaints.add("content", f"{len(text)} bytes", f"{_READ}; the file is empty")
        return "empty", Found()
    if head.startswith("<"):
        return _read_xml(text, head, complaints, data_mode)
    if head.startswith(("{", "[")):
        return _read_json(text, complaints, data_mode, checksums)
    if looks_like_cpf(head):
        return "CPF", read_cpf(text.decode(), complaints, data_mode=data_mode)
    if _NAMED.search(head):
        return _read_messages(kvn_entries(text.decode()), "KVN", head, complaints, data_mode)
    if "," in head.partition("\n")[0] and not looks_like_tle(text[:_HEAD]):
        return _read_csv(text, complaints, data_mode)
    if looks_like_tle(text):
        name = "Vimpel" if _VIMPEL.search(text[:_HEAD]) else "TLE"
        return name, read_tle(text, complaints, data_mode=data_mode, checksums=checksums)
    return _refuse("KVN" if _KVN.search(head) else "unknown", head, complaints)


def _refuse(name: str, head: str, complaints: Complaints, expected: str = _READ) -> tuple[str, Found]:
    complaints.add("content", " ".join(head[:400].split())[:80], expected)
    return name, Found()


def _read_xml(text: bytes, head: str, complaints: Complaints, data_mode: DataMode) -> tuple[str, Found]:
    if re.match(r"<!doctype html|<html|<head|<body", head, re.IGNORECASE):
        return _refuse("HTML", head, complaints, f"{_READ}; this is a web page")
    before = len(complaints)
    entries = xml_entries(text.decode(), complaints)
    if not entries and len(complaints) > before:
        return "XML", Found()
    return _read_messages(entries, "XML", head, complaints, data_mode)


def _read_messages(
    entries: Iterable[Entry], spelling: str, head: str, complaints: Complaints, data_mode: DataMode
) -> tuple[str, Found]:
    """Navigation messages one after the other; each kind that is not read is refused by name."""
    cut = messages(entries)
    kinds = sorted({m.kind for m in cut})
    if not cut:
        return _refuse(spelling, head, complaints, f"{_READ}; no message of the CCSDS family begins in it")
    found: list[Found] = []
    omm: list[tuple[int, Message]] = []
    record = 1
    for message in cut:
        if message.kind == "OMM" and message.complete:
            omm.append((record, message))
            record += 1
            continue
        if message.kind == "OEM":
            ephemerides, segments = read_oem(message, complaints, data_mode=data_mode, first_record=record)
            found.append(Found(ephemerides=tuple(ephemerides), records=segments))
        elif message.kind == "CDM":
            conjunction = read_cdm(message, complaints, data_mode=data_mode, record=record)
            found.append(Found(conjunctions=(conjunction,) if conjunction else (), records=1))
        else:
            _refuse_message(message, record, complaints)
            found.append(Found(records=1))
        record += found[-1].records
    if omm:
        found.append(read_omm([_omm_rows(omm, complaints)], complaints, data_mode=data_mode))
    return f"{kinds[0] if len(kinds) == 1 else 'NDM'}/{spelling}", Found.together(found)


def _refuse_message(message: Message, record: int, complaints: Complaints) -> None:
    value = f"{message.kind} {message.version}".strip()
    if message.kind == "OMM":
        expected = "a whole message; it breaks off"
    elif message.kind in MESSAGE_KINDS:
        expected = f"OMM, OEM or CDM: {MESSAGE_KINDS[message.kind]} messages are recognised, not read"
    else:
        expected = "a message of the CCSDS family in this spelling"
    complaints.add(f"CCSDS_{message.kind}_VERS", value, expected, line=message.line, record=record)


def _omm_rows(numbered: list[tuple[int, Message]], complaints: Complaints) -> Rows:
    """OMM messages as columns. A keyword given twice keeps its first value, and is told."""
    records: list[dict[str, Entry]] = []
    for number, message in numbered:
        record: dict[str, Entry] = {}
        for entry in message.entries:
            if entry.key in record and entry.key not in ("COMMENT", "META_STOP"):
                expected = "each keyword once; the first was kept"
                complaints.add(entry.key, entry.value, expected, line=entry.line, record=number, refused=False)
            record.setdefault(entry.key, entry)
        records.append(record)
    skipped = {"COMMENT", "META_START", "META_STOP", ""}
    keywords = {key for record in records for key in record} - skipped
    columns = {key: [record[key].value if key in record else None for record in records] for key in keywords}
    lines = [message.line for _, message in numbered]

    def line(keyword: str, row: int) -> int:
        return records[row][keyword].line if keyword in records[row] else lines[row]

    return Rows(columns, np.array([number for number, _ in numbered], np.int64), line, len(numbered))


def _read_json(text: bytes, complaints: Complaints, data_mode: DataMode, checksums: Checksums) -> tuple[str, Found]:
    records = json_records(text.decode(), complaints)
    if not records:
        complaints.add("content", text[:60].decode("utf-8", "replace"), "at least one record", refused=False)
        return "JSON", Found()
    first = next((r for r in records if isinstance(r, dict)), {})
    keywords = frozenset(str(k).upper() for k in first)
    if {"TLE1", "TLE2"} <= keywords:
        return _read_tle_json(records, complaints, data_mode, checksums)
    return _read_flat(rows_from_json(records, complaints), keywords, "JSON", complaints, data_mode, text)


def _read_csv(text: bytes, complaints: Complaints, data_mode: DataMode) -> tuple[str, Found]:
    blocks = rows_from_csv(text.decode(), complaints)
    first = next(blocks, None)
    if first is None:
        header = text.partition(b"\n")[0].decode()
        return _refuse("CSV", header, complaints, f"{_READ}; there is a header and nothing under it")
    return _read_flat(chain([first], blocks), frozenset(first.columns), "CSV", complaints, data_mode, text)


def _read_flat(
    blocks: Iterator[Rows],
    keywords: frozenset[str],
    spelling: str,
    complaints: Complaints,
    data_mode: DataMode,
    text: bytes,
) -> tuple[str, Found]:
    """Flat records, recognised by their keywords."""
    if keywords >= ORBIT_KEYWORDS:
        return f"OMM/{spelling}", read_omm(blocks, complaints, data_mode=data_mode)
    if is_satcat(keywords):
        return f"SATCAT/{spelling}", read_satcat(blocks, complaints)
    known = next((name for name, marks in _FLAT_LOOKALIKES.items() if marks <= keywords), "")
    name = f"{known.partition(' ')[0]}/{spelling}" if known else spelling
    reason = f"{_READ}: {name} records are recognised, not read" if known else f"{_READ}; no such keywords"
    return _refuse(name, text[:_HEAD].decode("utf-8", "replace"), complaints, reason)


def _read_tle_json(
    records: Sequence[object], complaints: Complaints, data_mode: DataMode, checksums: Checksums
) -> tuple[str, Found]:
    """Records that carry the two lines as text (KeepTrack), read as the lines they are; the record number is kept."""
    lines = []
    for record in records:
        fields = record if isinstance(record, dict) else {}
        one, two = (_one_line(fields.get(key)) for key in ("TLE1", "TLE2"))
        name = _one_line(fields.get("ON"))
        lines += [f"0 {name}" if name else "#", one if one.startswith("1 ") else "1 ", two if two.startswith("2 ") else "2 "]
    text = "\n".join(lines).encode("utf-8", "replace")
    name = "Vimpel/JSON" if _VIMPEL.search(text[:_HEAD]) else "TLE/JSON"
    found = read_tle(text, complaints, data_mode=data_mode, checksums=checksums, has_lines=False)
    return name, found


def _one_line(value: object) -> str:
    return " ".join(value.splitlines()) if isinstance(value, str) else ""

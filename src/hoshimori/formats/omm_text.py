"""Element sets as Orbit Mean-elements Messages, to the letter: JSON, CSV, XML or KVN.

Keyword order: CCSDS 502.0-B-3 tables 4-1 to 4-3; JSON and CSV in the order of CelesTrak. Numbers have the digits that bring
back the same double, so that what is read from the text has the same content digest.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from html import escape
from typing import Literal

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import ElementSets, KnownBasis
from hoshimori.formats import times
from hoshimori.formats.designators import NOT_KNOWN
from hoshimori.formats.omm import DATA_MODE_KEYWORD
from hoshimori.formats.orbits import COLUMN_OF, UNIT_OF
from hoshimori.formats.writing import ORIGINATOR, check_sets, creation_date, mode_text

Kind = Literal["json", "csv", "xml", "kvn"]
Version = Literal["3.0", "2.0"]

_SCHEMA = {
    "3.0": "https://sanaregistry.org/r/ndmxml_unqualified/ndmxml-3.0.0-master-3.0.xsd",
    "2.0": "https://sanaregistry.org/r/ndmxml/ndmxml-1.0-master.xsd",
}
_ELEMENTS = tuple(COLUMN_OF)[:6]
_DRAG = tuple(COLUMN_OF)[6:]
_MEANING = {"CENTER_NAME": "EARTH", "REF_FRAME": "TEME", "TIME_SYSTEM": "UTC", "MEAN_ELEMENT_THEORY": "SGP4"}

Record = dict[str, str | int | float]


def dump_omm(
    sets: ElementSets,
    *,
    kind: Kind,
    version: Version = "3.0",
    created_utc: np.datetime64 | None = None,
    originator: str = ORIGINATOR,
) -> str:
    """All sets as one text. `version` matters to XML and KVN only; several sets give several messages in one text.

    CREATION_DATE is the set's own where its message declared one; XML and KVN need one and take `created_utc` (default: now)
    otherwise. A set that is not REAL carries USER_DEFINED_DATA_MODE. Raises FormatError with every row that cannot be written.
    """
    if version not in _SCHEMA or kind not in ("json", "csv", "xml", "kvn"):
        raise UsageError(f"OMM {version!r} as {kind!r}: known are versions {', '.join(_SCHEMA)} as json, csv, xml, kvn")
    check_sets(sets, f"OMM/{kind.upper()}")
    if kind in ("json", "csv"):
        records = [_flat(sets, k) for k in range(len(sets))]
        return _json(records) if kind == "json" else _csv(records)
    texts = []
    for k in range(len(sets)):
        header: Record = {
            "CREATION_DATE": creation_date(sets.known_utc[k], int(sets.known_basis[k]), created_utc),
            "ORIGINATOR": originator,
        }
        write = _xml_message if kind == "xml" else _kvn_message
        texts.append(
            write(header, _metadata(sets, k), _mean_elements(sets, k), _tle_parameters(sets, k), _mode(sets, k), version)
        )
    return _xml_file(texts, version) if kind == "xml" else "\n".join(texts)


def _metadata(sets: ElementSets, k: int) -> Record:
    return {"OBJECT_NAME": sets.name[k] or NOT_KNOWN, "OBJECT_ID": sets.cospar_id[k] or NOT_KNOWN, **_MEANING}


def _mean_elements(sets: ElementSets, k: int) -> Record:
    return {"EPOCH": times.format_epoch(sets.epoch_utc[k]), **_numbers(sets, k, _ELEMENTS)}


def _tle_parameters(sets: ElementSets, k: int) -> Record:
    return {
        "EPHEMERIS_TYPE": 0,
        "CLASSIFICATION_TYPE": str(sets.classification[k]),
        "NORAD_CAT_ID": int(sets.norad_id[k]),
        "ELEMENT_SET_NO": int(sets.element_set_no[k]),
        "REV_AT_EPOCH": int(sets.rev_at_epoch[k]),
        **_numbers(sets, k, _DRAG),
    }


def _numbers(sets: ElementSets, k: int, keywords: tuple[str, ...]) -> Record:
    return {keyword: float(getattr(sets, COLUMN_OF[keyword])[k]) for keyword in keywords}


def _mode(sets: ElementSets, k: int) -> Record:
    word = mode_text(int(sets.data_mode[k]))
    return {DATA_MODE_KEYWORD: word} if word else {}


def _flat(sets: ElementSets, k: int) -> Record:
    """One record of JSON or CSV. Absent facts are absent, except the name and designator, which are empty."""
    declared = sets.known_basis[k] == KnownBasis.DECLARED and not np.isnat(sets.known_utc[k])
    created: Record = {"CREATION_DATE": times.format_epoch(sets.known_utc[k])} if declared else {}
    names: Record = {"OBJECT_NAME": sets.name[k], "OBJECT_ID": sets.cospar_id[k]}
    return names | _mean_elements(sets, k) | _tle_parameters(sets, k) | created | _mode(sets, k)


def _json(records: list[Record]) -> str:
    return "[" + ",\n".join(json.dumps(r, ensure_ascii=False, allow_nan=False) for r in records) + "]\n"


def _csv(records: list[Record]) -> str:
    """One header for all: a column that only some records have is empty for the others."""
    columns = list(dict.fromkeys(key for record in records for key in record))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue()


def _kvn_message(header: Record, metadata: Record, elements: Record, tle: Record, mode: Record, version: str) -> str:
    sections = [{"CCSDS_OMM_VERS": version, **header}, metadata, elements, tle, mode]
    return "\n".join("".join(f"{k} = {_text(v)}\n" for k, v in section.items()) for section in sections if section)


def _xml_message(header: Record, metadata: Record, elements: Record, tle: Record, mode: Record, version: str) -> str:
    user = "".join(f'<USER_DEFINED parameter="{k.removeprefix("USER_DEFINED_")}">{v}</USER_DEFINED>' for k, v in mode.items())
    return (
        f'<omm id="CCSDS_OMM_VERS" version="{version}">\n'
        f"<header>{_tags(header)}</header>\n<body><segment>\n"
        f"<metadata>{_tags(metadata)}</metadata>\n<data>\n"
        f"<meanElements>{_tags(elements)}</meanElements>\n"
        f"<tleParameters>{_tags(tle)}</tleParameters>\n"
        + (f"<userDefinedParameters>{user}</userDefinedParameters>\n" if user else "")
        + "</data>\n</segment></body>\n</omm>\n"
    )


def _tags(section: Mapping[str, str | int | float]) -> str:
    return "".join(f"<{k}{_unit(k)}>{escape(_text(v), quote=False)}</{k}>" for k, v in section.items())


def _unit(keyword: str) -> str:
    unit = UNIT_OF.get(keyword)
    return f' units="{unit}"' if unit else ""


def _xml_file(messages: list[str], version: str) -> str:
    schema = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="{_SCHEMA[version]}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<ndm {schema}>\n{"".join(messages)}</ndm>\n'


def _text(value: str | int | float) -> str:
    return repr(value) if isinstance(value, float) else str(value)

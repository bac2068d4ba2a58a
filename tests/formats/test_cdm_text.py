"""Conjunction messages written: there and back in both spellings, against the published schema, and what cannot be written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xmlschema

from hoshimori.errors import FormatError, UsageError
from hoshimori.facts import ConjunctionMessage, DataMode
from hoshimori.formats import dump_cdm, read
from tests.formats.asserting import only
from tests.formats.conjunctions import differences, kvn, made

NINE = "CDRG_R = 1.5 [m**3/kg]\nCSRP_SRP = 2.5E-03 [m**4/kg**2]\nCTHR_THR = 3 [m**2/s**4]\n"


def back(text: str) -> ConjunctionMessage:
    (message,) = only(text).conjunctions
    return message


def rich() -> ConjunctionMessage:
    """With a tag-like comment, rows seven to nine, and a name that XML must escape."""
    return back(
        kvn(("OBJECT_NAME = KIRAMEKI 1", 'OBJECT_NAME = "A" & <B>'), ("COMMENT about object 1", "COMMENT 1 < 2 & so on")) + NINE
    )


@pytest.mark.parametrize("kind", ["KVN", "XML"])
def test_there_and_back(kind: Any) -> None:
    for message in (made(), rich(), replace(rich(), data_mode=DataMode.EXERCISE)):
        assert differences(back(dump_cdm(message, kind=kind)), message) == []


def test_from_one_spelling_to_the_other_and_back_text_for_text() -> None:
    text = dump_cdm(rich(), kind="KVN")
    assert dump_cdm(back(dump_cdm(back(text), kind="XML")), kind="KVN") == text


def test_both_spellings_have_the_same_keywords_in_the_same_order() -> None:
    in_kvn = [line.partition(" =")[0].strip() for line in dump_cdm(rich()).splitlines() if not line.startswith("COMMENT")]
    in_xml = re.findall(r"<([A-Z_]+[0-9]*)[ >]", dump_cdm(rich(), kind="XML"))
    assert in_kvn[1:] == [k for k in in_xml if k != "COMMENT"]


def test_digits_go_out_as_they_came_in_unless_the_value_is_another() -> None:
    text = dump_cdm(replace(made(), miss_m=301.5))
    assert "COLLISION_PROBABILITY        = 1.25E-04\n" in text
    assert "MISS_DISTANCE                = 301.5 [m]\n" in text
    assert "TCA                          = 2026-05-26T03:04:05.678\n" in text
    later = replace(made(), tca_utc=np.datetime64("2026-05-26T03:04:06.5", "us"))
    assert "TCA                          = 2026-05-26T03:04:06.500000\n" in dump_cdm(later)


def test_the_radius_and_the_mode_are_said_in_comments() -> None:
    message = replace(made(), radius_m=20.0, data_mode=DataMode.TEST)
    lines = dump_cdm(message).splitlines()
    assert lines[1] == "COMMENT USER_DEFINED_DATA_MODE = TEST"
    assert [line for line in lines if "HBR" in line] == ["COMMENT HBR = 20.0 [m]"]
    assert back("\n".join(lines)).radius_m == 20.0


def test_what_is_not_known_is_written_as_the_standard_says() -> None:
    one, two = made().objects
    nameless = replace(made(), objects=(replace(one, name="", cospar_id=""), two))
    text = dump_cdm(nameless)
    assert "OBJECT_NAME                  = UNKNOWN" in text
    assert "INTERNATIONAL_DESIGNATOR     = UNKNOWN" in text
    assert back(text).objects[0].name == ""


def of(**changes: Any) -> ConjunctionMessage:
    """The message with its first object changed."""
    one, two = made().objects
    return replace(made(), objects=(replace(one, **changes), two))


def unequal() -> np.ndarray[Any, np.dtype[np.float64]]:
    matrix = np.eye(6)
    matrix[0, 1] = 0.1
    return matrix


BAD: dict[str, tuple[ConjunctionMessage, str, str]] = {
    "TEME": (of(frame="TEME"), "OBJECT1 REF_FRAME", "convert a state in TEME first"),
    "no designator": (of(designator=""), "OBJECT1 OBJECT_DESIGNATOR", "mandatory"),
    "no word": (of(maneuverable=""), "OBJECT1 MANEUVERABLE", "YES, NO, N/A"),
    "another word": (of(object_type="SATELLITE"), "OBJECT1 OBJECT_TYPE", "PAYLOAD"),
    "no covariance": (of(covariance_rtn_m=None), "OBJECT1 CR_R", "mandatory"),
    "an unequal covariance": (of(covariance_rtn_m=unequal()), "OBJECT1 CT_R", "mandatory"),
    "no velocity": (of(v_km_s=np.array([0.0, np.nan, 0.0])), "OBJECT1 Y_DOT", "mandatory"),
    "an endless position": (of(r_km=np.array([np.inf, 0.0, 0.0])), "OBJECT1 X", "finite"),
    "a name on two lines": (of(name="KIRA\nMEKI"), "OBJECT1 OBJECT_NAME", "one line"),
    "a comment on two lines": (of(comments=("one\ntwo",)), "COMMENT", "one line"),
    "no identity": (replace(made(), message_id=""), "MESSAGE_ID", "mandatory"),
    "no time": (replace(made(), tca_utc=np.datetime64("NaT", "us")), "TCA", "mandatory"),
    "a probability of 2": (replace(made(), probability=2.0), "COLLISION_PROBABILITY", "from 0 to 1"),
    "a negative distance": (replace(made(), miss_m=-1.0), "MISS_DISTANCE", "from 0 on"),
}


@pytest.mark.parametrize("kind", ["KVN", "XML"])
@pytest.mark.parametrize("name", BAD)
def test_what_the_standard_cannot_hold_is_refused(name: str, kind: Any) -> None:
    message, field, expected = BAD[name]
    with pytest.raises(FormatError) as refused:
        dump_cdm(message, kind=kind)
    assert any(p.field == field and expected in p.expected for p in refused.value.problems)


def test_what_one_spelling_can_hold_and_the_other_not() -> None:
    japanese, half_known = of(name="きらめき"), replace(made(), relative_velocity_rtn_m_s=np.full(3, np.nan))
    long = of(comments=("x" * 250,))
    for message in (japanese, long):
        assert differences(back(dump_cdm(message, kind="XML")), message) in ([], ["0.fields"])
        with pytest.raises(FormatError, match="ASCII"):
            dump_cdm(message, kind="KVN")
    assert np.isnan(back(dump_cdm(half_known)).relative_velocity_rtn_m_s).all()
    with pytest.raises(FormatError, match="together or not at all"):
        dump_cdm(half_known, kind="XML")
    neither = replace(half_known, relative_position_rtn_m=np.full(3, np.nan))
    assert "relativeStateVector" not in dump_cdm(neither, kind="XML")


def test_other_kinds_are_refused() -> None:
    wrong: Any = "JSON"
    with pytest.raises(UsageError, match="KVN, XML"):
        dump_cdm(made(), kind=wrong)


@pytest.fixture(scope="module")
def schema(data: Path) -> xmlschema.XMLSchema:
    """The schema as CCSDS publishes it (NDM/XML 1.0 Rev C, with CDM 1.0)."""
    return xmlschema.XMLSchema(data / "ccsds/beyond/xsd/ndmxml-1.0-master.xsd")


def readable(data: Path) -> Iterator[tuple[str, ConjunctionMessage]]:
    for place in sorted([*(data / "ccsds/orekit/cdm").iterdir(), *(data / "cara").rglob("*.cdm")]):
        for parsed in read(place.read_bytes(), place.name):
            yield from ((place.name, m) for m in parsed.conjunctions)


@pytest.mark.data
def test_every_readable_sample_goes_there_and_back(data: Path) -> None:
    """103 messages; the one without a covariance can be read but not written."""
    refused, count = [], 0
    for name, message in readable(data):
        count += 1
        try:
            texts = [dump_cdm(message, kind="KVN"), dump_cdm(message, kind="XML")]
        except FormatError as error:
            refused.append((name, error.problems[0].field))
            continue
        for text in texts:
            assert differences(back(text), message) == [], name
        assert dump_cdm(back(texts[1]), kind="KVN") == texts[0], name
    assert (count, refused) == (103, [("CDM-missing-object1-covariance-block.xml", "OBJECT1 CR_R")])


@pytest.mark.data
def test_what_is_written_is_valid_against_the_schema(data: Path, schema: xmlschema.XMLSchema) -> None:
    messages = [
        made(),
        rich(),
        replace(made(), data_mode=DataMode.EXERCISE),
        *(m for n, m in readable(data) if "object1-cov" not in n),
    ]
    assert len(messages) == 105
    for message in messages:
        assert [e.reason for e in schema.iter_errors(dump_cdm(message, kind="XML"))] == []


@pytest.mark.data
def test_the_schema_would_notice(schema: xmlschema.XMLSchema) -> None:
    text = dump_cdm(made(), kind="XML")
    for old, new in (('units="m/s"', 'units="m"'), ("<TCA>", "<TCA>x"), ("EME2000", "TEME"), ("MISS_DISTANCE", "MISS")):
        assert not schema.is_valid(text.replace(old, new)), old

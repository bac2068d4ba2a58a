"""The front door never raises for what it is given: random bytes, mutilated files, files of other kinds."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.formats import dump_oem, dump_omm, dump_tle, read
from tests.formats.asserting import only
from tests.formats.test_omm import CELESTRAK
from tests.formats.test_satcat import CELESTRAK as SATCAT
from tests.formats.test_writing import circle
from tests.truth.mean_elements import GOES_9_KVN, GOES_9_TLE, ISS_2008_TLE

SETS = only(ISS_2008_TLE + GOES_9_TLE).element_sets
SEEDS = [
    dump_tle(SETS, lines=3),
    *(dump_omm(SETS, kind=k) for k in ("json", "csv", "xml", "kvn")),
    *(dump_oem([circle(3, covariances=1)], kind=k) for k in ("kvn", "xml")),
    SATCAT,
]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutilated_files_give_problems_never_tracebacks(data: st.DataObject) -> None:
    """Cut, doubled, overwritten: every record is then read or told."""
    content = bytearray(data.draw(st.sampled_from(SEEDS)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        stop = min(len(content), start + data.draw(st.integers(0, 60)))
        content[start:stop] = data.draw(st.binary(max_size=8) | st.just(bytes(content[start:stop] * 2)))
    for parsed in read(bytes(content), "fuzz"):
        facts = len(parsed.element_sets) + len(parsed.ephemerides) + len(parsed.names)
        assert facts or parsed.problems
        assert len(parsed.record_of_row) == len(parsed.element_sets)
        assert facts == parsed.records or parsed.problems


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes(content: bytes) -> None:
    for parsed in read(content, "noise"):
        assert parsed.problems or len(parsed.element_sets)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("", "empty"),
        ("  \n\n", "empty"),
        ("\0" * 50, "empty"),
        ("<!DOCTYPE html><html><body>503</body></html>", "HTML"),
        ("<html><head></head></html>", "HTML"),
        ("<foo>bar</foo>", "XML"),
        ("<foo>", "XML"),
        ("No GP data found", "unknown"),
        ("\x89PNG\r\n" + "\xff\x00" * 5000, "unknown"),
        ('{"error": "You have violated your query rate limit"}', "JSON"),
        ("[]", "JSON"),
        ("[[[[", "JSON"),
        ("[" * 100_000, "JSON"),
        ("CCSDS_APM_VERS = 1.0\nEPOCH = 2026-01-01T00:00:00", "APM/KVN"),
        ("<ndm><tdm id='CCSDS_TDM_VERS' version='2.0'></tdm></ndm>", "TDM/XML"),
        ("GROUND = 1\nSEA = 2", "KVN"),
        ("a,b,c\n1,2,3\n", "CSV"),
        ("NORAD_CAT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY\n", "CSV"),
        (json.dumps([{"CDM_ID": "1", "TCA": "2026-01-01", "MIN_RNG": "5"}]), "CDM/JSON"),
        (json.dumps([{"toca": "2026", "minRng": 1}]), "SOCRATES/JSON"),
    ],
)
def test_what_it_is_not(content: str, name: str) -> None:
    parsed = only(content)
    assert parsed.format == name
    assert len(parsed.problems) == 1
    assert len(parsed.element_sets) == 0


def test_a_large_binary_file_gives_few_problems() -> None:
    noise = np.random.default_rng(0).integers(0, 256, 3_000_000, dtype=np.uint8).tobytes()
    parsed = only(noise)
    assert parsed.format == "unknown"
    assert [p.field for p in parsed.problems] == ["encoding", "content"]


def test_an_entity_is_refused_before_it_grows() -> None:
    lol = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]><omm>&b;</omm>'
    parsed = only(lol)
    assert [(p.field, p.value) for p in parsed.problems] == [("XML", "EntitiesForbidden")]


def test_xml_that_breaks_off_keeps_the_messages_before() -> None:
    text = dump_omm(SETS, kind="xml")
    parsed = only(text[: text.rindex("<MEAN_ANOMALY")])
    assert (parsed.records, parsed.element_sets.norad_id.tolist()) == (2, [25544])
    assert [p.field for p in parsed.problems] == ["XML", "CCSDS_OMM_VERS"]


def test_one_file_may_mix_messages() -> None:
    mixed = only(dump_oem([circle(3)] * 2, kind="kvn") + GOES_9_KVN + "CCSDS_OPM_VERS = 2.0\n")
    assert (mixed.format, mixed.records, len(mixed.element_sets), len(mixed.ephemerides)) == ("NDM/KVN", 4, 1, 2)
    assert mixed.record_of_row.tolist() == [3]
    assert [(p.field, p.record) for p in mixed.problems] == [("CCSDS_OPM_VERS", 4)]


def test_the_suffix_is_not_believed() -> None:
    (parsed,) = read(json.dumps([CELESTRAK]).encode(), "catalogue.tle")
    assert parsed.format == "OMM/JSON"

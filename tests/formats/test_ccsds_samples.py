"""Every CCSDS sample beside the project: read with the right values, or refused with the right reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hoshimori.facts import KnownBasis, Parsed
from hoshimori.formats import read
from tests.formats.asserting import assert_set
from tests.truth.mean_elements import GOES_9, ISS_2008

pytestmark = pytest.mark.data

STARLETTE = {"norad_id": 7646, "bstar_per_er": -0.47102e-5, "ndot_rev_day2": -0.147e-5, "epoch_utc": "2021-03-22T13:21:09.224928"}
OMM = {
    "beyond/omm.kvn": ISS_2008,
    "beyond/omm.xml": ISS_2008,
    "beyond/omm_cov_tnw.kvn": ISS_2008,
    "beyond/omm_cov_qsw.xml": ISS_2008,
    "beyond/omm_user_defined.kvn": ISS_2008,
    "beyond/omm_user_defined.xml": ISS_2008,
    "beyond/omm_bluebook.kvn": GOES_9 | {"name": "GOES 9 [P]"},
    "beyond/omm_bluebook.xml": GOES_9 | {"name": "GOES 9 [P]"},
    "beyond/bluebook.tle": GOES_9,
    "orekit/odm/omm/OMMExample1.txt": GOES_9 | {"name": "GOES 9"},
    "orekit/odm/omm/OMMExample2.txt": GOES_9,
    "orekit/odm/omm/OMMExample2.xml": GOES_9,
    "orekit/odm/omm/OMM-with-units.xml": GOES_9,
    "orekit/odm/omm/OMM-empty-object-id.txt": GOES_9 | {"cospar_id": ""},
    "orekit/odm/omm/OMM-empty-object-id.xml": STARLETTE | {"cospar_id": ""},
    "orekit/odm/omm/OMMExample4.txt": STARLETTE | {"cospar_id": "1975-010A"},
    "orekit/odm/omm/OMMExample4.xml": STARLETTE,
}
"""The one set of a file, field by field."""

OEM = {
    "orekit/odm/oem/OEMExample1.txt": [4, 4, 4],
    "orekit/odm/oem/OEMExample3.xml": [4],
    "orekit/odm/oem/OEMExample8.txt": [4, 4],
    "orekit/odm/oem/ISS.resampled.truncated.txt": [25],
    "orekit/odm/oem/oemLowerCaseValue.oem": [6],
    "orekit/odm/oem/OEM-covariance-number-format-error.txt": [4, 4, 4],
    "orekit/odm/oem/OEM-ephemeris-number-format-error.txt": [4, 4],
    "orekit/odm/oem/OEM-inconsistent-time-systems.txt": [4, 4],
    "orekit/odm/oem/OEM-keyword-within-ephemeris.txt": [4, 4],
}

TOLD = {
    "beyond/omm_eh.kvn": ("MEAN_ELEMENT_THEORY", "ECKSTEIN-HECHLER", 10, True),
    "orekit/odm/omm/OMM-number-format-error.txt": ("ARG_OF_PERICENTER", "this-is-not-a-number", 15, True),
    "orekit/odm/omm/OMM-wrong-keyword.txt": ("WRONG_KEYWORD", "123", None, False),
    "orekit/odm/omm/OMMExample3.txt": ("TIME_SYSTEM", "MRT", 13, True),
    "orekit/odm/omm/OMMExample3_utc.txt": ("REF_FRAME", "TOD", 11, True),
    "orekit/odm/omm/OMMExample5.txt": ("EPHEMERIS_TYPE", "4", 21, True),
    "orekit/odm/omm/spurious-metadata.xml": ("EPOCH", "", 2, True),
    "orekit/odm/oem/OEM-wrong-keyword.txt": ("WRONG_KEYWORD", "123", 19, False),
    "orekit/odm/oem/OEM-inconsistent-time-systems.txt": ("TIME_SYSTEM", "TCG", 33, True),
    "orekit/odm/oem/OEM-keyword-within-ephemeris.txt": ("USER_DEFINED_TEST_KEY", "bad", 24, True),
    "orekit/odm/oem/OEM-keyword-within-covariance.txt": ("USER_DEFINED_TEST_KEY", "bad", 91, False),
    "orekit/odm/oem/OEM-too-small-covariance-dimension.txt": ("EPOCH", "1996-12-28T21:29:07.267", 83, False),
    "orekit/odm/oem/OEMExample2.txt": ("TIME_SYSTEM", "MRT", 13, True),
    "orekit/odm/oem/OEMExample7.txt.pre": ("META_START", "", 5, True),
    "orekit/ndm/NDM-opm-entity.xml": ("XML", "ExternalReferenceForbidden", 2, True),
    "orekit/tdm/xml/TDM-external-doctype.xml": ("XML", "ExternalReferenceForbidden", 2, True),
    "orekit/cdm/CDM-missing-TCA.txt": ("TCA", "", 1, True),
    "rdm/508x1b1_figc_2_rdm.kvn": ("CCSDS_RDM_VERS", "RDM 1.0", 1, True),
}
"""Field, value, line and refused: the problem that each of these files must give."""


def sample(data: Path, name: str) -> Parsed:
    (parsed,) = read((data / "ccsds" / name).read_bytes(), name)
    return parsed


@pytest.mark.parametrize("name", OMM)
def test_omm_values(data: Path, name: str) -> None:
    parsed = sample(data, name)
    assert (parsed.records, len(parsed.element_sets), parsed.problems) == (1, 1, ())
    assert_set(parsed.element_sets, 0, OMM[name])


def test_creation_date_is_when_a_set_could_be_known(data: Path) -> None:
    record = sample(data, "orekit/odm/omm/OMMExample4.xml").element_sets.record(0)
    assert record.known_utc == np.datetime64("2021-03-24T23:00:00", "us")
    assert record.known_basis == KnownBasis.DECLARED


@pytest.mark.parametrize("name", OEM)
def test_oem_rows(data: Path, name: str) -> None:
    assert [len(e.t_utc) for e in sample(data, name).ephemerides] == OEM[name]


def test_oem_values(data: Path) -> None:
    e = sample(data, "beyond/oem_cov.kvn").ephemerides[0]
    assert (e.cospar_id, e.frame, e.center, e.interpolation, e.interpolation_degree) == (
        "1998-067A",
        "TEME",
        "EARTH",
        "LAGRANGE",
        8,
    )
    assert e.t_utc[0] == np.datetime64("2008-09-20T12:25:40.104192")
    assert e.r_km[0].tolist() == [4083.902464, -993.632, 5243.603665]
    assert e.v_km_s[0].tolist() == [2.512837, 7.259889, -0.583779]
    assert e.covariance is not None
    assert e.covariance[0, 0, 0] == 3.331349476039e-04
    assert e.covariance[0, 0, 1] == e.covariance[0, 1, 0] == 4.618927349220e-04
    in_xml = sample(data, "beyond/oem_cov.xml").ephemerides[0]
    assert in_xml.covariance is not None
    assert in_xml.covariance.tolist() == e.covariance.tolist()
    assert in_xml.r_km.tolist() == e.r_km.tolist()


def test_tai_becomes_utc(data: Path) -> None:
    """1996-12-18T12:00:00.331 TAI; TAI-UTC was 30 s from 1996-01-01 (IERS Bulletin C)."""
    e = sample(data, "orekit/odm/oem/OEM-Issue839.txt").ephemerides[0]
    assert e.t_utc[0] == np.datetime64("1996-12-18T11:59:30.331")


@pytest.mark.parametrize("name", TOLD)
def test_what_is_wrong_is_told(data: Path, name: str) -> None:
    told = [(p.field, p.value, p.line, p.refused) for p in sample(data, name).problems]
    assert TOLD[name] in told


def test_every_sample_is_read_or_refused_with_a_reason(data: Path) -> None:
    """350 files: those with nothing to read say why, and messages that are not read are refused by their name."""
    names = sorted(p for p in (data / "ccsds").rglob("*") if p.is_file())
    assert len(names) == 350
    for path in names:
        parsed = sample(data, str(path.relative_to(data / "ccsds")))
        facts = len(parsed.element_sets) + len(parsed.ephemerides) + len(parsed.conjunctions)
        refused = [p for p in parsed.problems if p.refused]
        assert facts or refused, path
        assert all(p.file and p.field and p.expected for p in parsed.problems), path
        assert facts + len({p.record for p in refused}) >= parsed.records, path
        kind = path.name[:3].upper()
        if kind in ("CDM", "TDM", "OPM", "OCM", "AEM", "APM", "ACM") and "doctype" not in path.name:
            assert parsed.format.startswith((f"{kind}/", "XML")), path
            assert facts == len(parsed.conjunctions), path
            assert kind == "CDM" or not parsed.conjunctions, path


@pytest.mark.parametrize("bom", ["", "-BOM"])
@pytest.mark.parametrize("encoding", ["UTF-16-BE", "UTF-16-LE", "UCS-4-BE", "UCS-4-LE"])
def test_encodings(data: Path, encoding: str, bom: str) -> None:
    parsed = sample(data, f"orekit/lexical/minimalist-{encoding}{bom}.xml")
    assert parsed.format == "XML"
    assert "Hello, world!" in parsed.problems[0].value

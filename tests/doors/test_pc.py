"""`pc` as a person and a program use it: every method, the one that applies, why; and one bad file does not spoil the rest."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

import hoshimori as library
from hoshimori.errors import FormatError, UsageError
from tests.command import Done, hoshimori

METHODS = ("foster_1992", "chan_1997", "alfano_maximum_2005", "hall_2d_nc_2021", "hall_3d_nc_2021")
AT = "000025994_conj_000037558_20210324_151047_20210323_154356"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def message(data: Path) -> Path:
    """A real message: TERRA and a fragment, a fast pass, both covariances whole."""
    return data / "cara" / "real" / f"{AT}.cdm"


def records(done: Done) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.out.splitlines()]


def test_every_method_stands_beside_the_one_that_applies(message: Path) -> None:
    done = hoshimori("pc", message, "--json")
    assert (done.code, done.err) == (0, "")
    one = records(done)[0]
    every = one["every"]
    assert isinstance(every, list)
    assert [c["method"] for c in every] == list(METHODS)
    assert one["method"] == "foster_1992"
    assert one["two_dimensional_flagged"] is False
    assert one["probability"] == every[0]["probability"]
    assert abs(float(str(one["moved_s"]))) < 0.001  # the message rounds its moment to a millisecond


def test_the_answer_is_that_of_the_library(message: Path) -> None:
    found = library.pc(message, trials=20_000, seed=7)
    assert not found.refused
    assert [found.assessed[0].to_json()] == records(hoshimori("pc", message, "--trials", "20000", "--seed", "7", "--json"))
    drawn = found.assessed[0].judged.every[-1]
    assert drawn.method == "monte_carlo"
    assert drawn.low < drawn.probability < drawn.high


def test_flagged_cases_of_nasa_cara_are_flagged_with_words(data: Path) -> None:
    """Where the published Monte Carlo lies more than 20 % off the published 2-D probability, the door says so (a slow pair)."""
    with open(data / "cara" / "real_expected.csv", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    key = next(iter(rows[0]))
    worst = max(rows, key=lambda r: float(r["PcSDMC"]) / max(float(r["Pc2D"]), 1e-300))
    done = hoshimori("pc", data / "cara" / "real" / f"{worst[key]}.cdm")
    assert done.code == 0
    assert "the two-dimensional probability does not hold" in re.sub(r"\s+", " ", done.out)
    assert "→ Foster" not in done.out


def test_in_japanese(message: Path) -> None:
    done = hoshimori("pc", message, "--lang", "ja")
    assert "採用: " in done.out
    assert "最接近距離" in done.out


def test_a_broken_covariance_is_repaired_openly(data: Path) -> None:
    done = hoshimori("pc", data / "cara" / "sample" / "OmitronTestCase_Test07_NonPDCovariance.cdm")
    assert "was no covariance" in re.sub(r"\s+", " ", done.out)


def test_one_bad_file_does_not_spoil_the_rest(message: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.cdm"
    bad.write_text(re.sub(r"(?m)^TCA .*$", "TCA = yesterday", message.read_text(encoding="utf-8")), encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text("<html>busy</html>", encoding="ascii")
    done = hoshimori("pc", tmp_path / "none.cdm", bad, page, message, "--json")
    assert done.code == 3
    kinds = [r["schema"] for r in records(done)]
    assert kinds == ["hoshimori.pc/1"] + ["hoshimori.pc-refused/1"] * 3
    assert "none.cdm: cannot be read" in done.err
    assert re.search(r"bad\.cdm.*TCA", done.err, re.S)
    assert "page.html" in done.err


def test_nothing_usable_at_all_is_refused_with_every_reason(tmp_path: Path) -> None:
    done = hoshimori("pc", tmp_path / "none.cdm")
    assert (done.code, done.out) == (3, "")
    with pytest.raises(FormatError, match="cannot be read"):
        library.pc(tmp_path / "none.cdm")
    with pytest.raises(UsageError, match="no file named"):
        library.pc()


def test_a_message_without_a_radius_asks_for_one(message: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.cdm"
    plain.write_text(re.sub(r"(?m)^COMMENT *HBR.*$", "", message.read_text(encoding="utf-8")), encoding="utf-8")
    refused = hoshimori("pc", plain)
    assert refused.code == 3
    assert "radius" in refused.err
    wider = records(hoshimori("pc", plain, "--radius", "30", "--json"))[0]
    given = records(hoshimori("pc", message, "--radius", "15", "--json"))[0]
    assert wider["radius_m"] == pytest.approx(30.0)
    assert float(str(wider["probability"])) > 3.0 * float(str(given["probability"]))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--radius", "0"), "above 0 and up to 1000"),
        (("--radius", "nan"), "above 0 and up to 1000"),
        (("--radius", "12000"), "above 0 and up to 1000"),
        (("--trials", "-1"), "0 (no Monte Carlo)"),
        (("--trials", "99999999999"), "0 (no Monte Carlo)"),
        (("--seed", "-1"), "0 or more"),
        (("--out", "x.pdf"), ".svg, .png, .html"),
        (("--workers", "0"), "1 to 1024"),
    ],
)
def test_what_cannot_be_is_refused_at_once(options: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = hoshimori("pc", tmp_path / "none.cdm", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_encounter_plane_goes_into_a_file(suffix: str, lang: str, message: Path, tmp_path: Path) -> None:
    place = tmp_path / f"plane{suffix}"
    done = hoshimori("pc", message, "--out", place, "--lang", lang)
    assert done.code == 0
    assert str(place) in done.err
    content = place.read_bytes()
    if suffix != ".png":
        assert b"TERRA" in content
        assert b"http://" not in content.replace(b"http://www.w3.org/2000/svg", b"")


def test_several_messages_share_a_page_and_have_a_picture_each(message: Path, tmp_path: Path) -> None:
    hoshimori("pc", message, message, "--out", tmp_path / "all.html")
    assert (tmp_path / "all.html").read_text(encoding="utf-8").count("<section>") == 2
    hoshimori("pc", message, message, "--out", tmp_path / "one.svg")
    assert sorted(p.name for p in tmp_path.glob("*.svg")) == ["one-1.svg", "one-2.svg"]

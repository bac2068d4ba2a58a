"""A watch that is told of sites, launches and reports: each reaches its detector, and what is of another mode is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import hoshimori as library
from hoshimori.doors import declarations
from hoshimori.errors import UsageError
from hoshimori.facts import DataMode
from tests.command import hoshimori
from tests.conftest import Practice

LAUNCH = """
[[launch]]
id = "practice-launch"
lat_deg = 28.2
lon_deg_e = 102.0
t = {t}
class = "large"
source = "a test"
grade = "F6"
data_mode = "{mode}"
"""


def zulu(t: np.datetime64) -> str:
    return f"{np.datetime_as_string(t.astype('datetime64[s]'))}Z"


@pytest.fixture
def files(practice: Practice, tmp_path: Path) -> tuple[Path, Path]:
    middle = practice.sweep.start_utc + (practice.sweep.as_of_utc - practice.sweep.start_utc) // 2
    number = next(s.norad_id for s in practice.sweep.states if s.state == "quiet")
    launch, reports = tmp_path / "launch.toml", tmp_path / "reports.csv"
    launch.write_text(LAUNCH.format(t=zulu(middle), mode="EXERCISE"))
    until = zulu(middle + np.timedelta64(600, "s"))
    reports.write_text(
        "asset,start,stop,kind,value,unit,reporter,source,grade\n"
        f"{number},{zulu(middle)},{until},lost lock,,,a test,a test,F6\n"
        f"{number},2026-05-27 03:00:00,,lost lock,,,a test,a test,F6\n"
    )
    return launch, reports


def test_what_was_declared_reaches_its_detector(practice: Practice, files: tuple[Path, Path], tmp_path: Path) -> None:
    launch, reports = files
    out = tmp_path / "out"
    told = ("--site", "slr-7838", "--launch", launch, "--reports", reports, "--out", out)
    done = hoshimori("watch", "japan-comms", *practice.options(), *told)
    assert done.code == 0, done.err
    assert "2026-05-27 03:00:00" in done.err  # a report without a zone is refused by its place, the other is used
    events = [json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    kinds = {e["kind"] for e in events}
    assert {"ascent", "illumination", "interference", "stay"} <= kinds
    assert {e["data_mode"] for e in events} == {"EXERCISE"}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "practice-launch" not in kinds
    assert "<h1>" in page
    checks = hoshimori("verify", out / "events.jsonl", "--home", practice.home)
    assert checks.code == 0, checks.out[-2000:]


def test_a_launch_of_another_mode_is_refused(practice: Practice, files: tuple[Path, Path], tmp_path: Path) -> None:
    """Only REAL enters a real watch, and only EXERCISE an exercise."""
    real = tmp_path / "real.toml"
    real.write_text(files[0].read_text().replace("EXERCISE", "TEST"))
    done = hoshimori("watch", "japan-comms", *practice.options(), "--launch", real)
    assert done.code == UsageError.exit_code
    assert "practice-launch (TEST)" in done.err


def test_a_site_named_twice_is_refused(practice: Practice) -> None:
    with pytest.raises(UsageError, match="more than once"):
        declarations.detectors(practice.view, sites=("slr-7838", "ilrs"))


def test_the_range_of_approaches_leaves_the_others_alone(practice: Practice) -> None:
    plain, wide = declarations.detectors(practice.view), declarations.detectors(practice.view, within_km=50.0)
    assert [d.name for d in plain] == [d.name for d in wide]
    assert len(plain) >= 10


def test_the_library_takes_the_same(practice: Practice, files: tuple[Path, Path]) -> None:
    sweep = library.sweep(
        "japan-comms", home=practice.home, as_of="data", modes=(DataMode.EXERCISE,), sites=("slr-7838",), launches=files[0]
    )
    assert {"ascent", "illumination"} <= {e.kind for e in sweep.events}

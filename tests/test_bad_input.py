"""Everything that goes wrong in practice, tried at the front door: a clear sentence, a documented exit code, nothing lost."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.facts import ElementSets
from hoshimori.formats import dump_omm, dump_tle
from tests.command import Done, apart, hoshimori, start

LINE_1 = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"
LINE_2 = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"
GOOD = f"{LINE_1}\n{LINE_2}\n"


def many(count: int, first: int = 40_000) -> ElementSets:
    """Plausible GEO sets, one a number."""
    k = np.arange(count)
    return ElementSets.build(
        {
            "norad_id": first + k,
            "epoch_utc": np.datetime64("2026-05-30", "us") + k.astype("timedelta64[s]"),
            "mean_motion_rev_day": np.full(count, 1.00273791),
            "eccentricity": np.full(count, 2e-4),
            "inc_deg": np.full(count, 0.05),
            "raan_deg": k % 360.0,
            "argp_deg": np.full(count, 20.0),
            "ma_deg": np.full(count, 30.0),
        }
    )


def changed(**fields: str) -> str:
    """An OMM in CSV of one good set with some fields replaced."""
    header, row = dump_omm(many(1), kind="csv").splitlines()
    values = dict(zip(header.split(","), row.split(","), strict=True)) | fields
    return f"{header}\n{','.join(values.values())}\n"


BAD: dict[str, tuple[bytes, str]] = {
    "empty file": (b"", "the file is empty"),
    "noise": (bytes(range(128, 256)) * 20, "expected TLE, OMM, OEM, CDM or a satellite catalogue"),
    "web page": (b"<html>busy</html>", "this is a web page"),
    "wrong checksum": (GOOD.replace("2927", "2923").encode(), "expected the sum of the digits of the line"),
    "NaN": (changed(ECCENTRICITY="NaN").encode(), "ECCENTRICITY='NaN': expected a finite number"),
    "out of range": (changed(ECCENTRICITY="1.5").encode(), "ECCENTRICITY='1.5': expected 0 <= e < 1"),
    "impossible date": (changed(EPOCH="2026-02-30T00:00:00").encode(), "EPOCH='2026-02-30T00:00:00'"),
    "no number": (changed(NORAD_CAT_ID="x").encode(), "NORAD_CAT_ID='x'"),
    "gzip that is none": (b"\x1f\x8b" + bytes(40), "gzip"),
    "zip that is none": (b"PK\x03\x04" + bytes(40), "zip"),
    "a kind that is not read": (b"CCSDS_TDM_VERS = 2.0\nCREATION_DATE = 2026-01-01T00:00:00\n", "CCSDS_TDM_VERS"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_a_file_without_anything_usable_leaves_with_three_and_its_place(case: str, home: Path, tmp_path: Path) -> None:
    content, said = BAD[case]
    file = tmp_path / "file.tle"
    file.write_bytes(content)
    done = hoshimori("ingest", file)
    assert done.code == 3
    assert said in done.err
    assert str(file) in done.err
    assert hoshimori("catalogue", "refused").out.count(str(file)) >= 1


@pytest.mark.parametrize("case", sorted(BAD))
def test_a_bad_file_does_not_spoil_its_folder(case: str, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "bad.tle").write_bytes(BAD[case][0])
    (folder / "good.tle").write_text(GOOD, encoding="ascii")
    done = hoshimori("ingest", folder)
    assert done.code == 0
    assert " 1 new element sets" in done.out
    assert "bad.tle" in done.out


def test_bad_records_do_not_spoil_their_file(home: Path, tmp_path: Path) -> None:
    header, good = changed().splitlines()
    bad = [changed(ECCENTRICITY=x).splitlines()[1] for x in ("NaN", "1.5", "-0.1", "inf")]
    file = tmp_path / "gp.csv"
    file.write_text("\n".join([header, *bad, good]), encoding="ascii")
    report = hoshimori("ingest", file, "--json").json
    assert (report["new"], report["refused"]) == (1, 4)
    assert sorted(p["line"] for p in report["files"][0]["problems"]) == [2, 3, 4, 5]


def test_mixed_encodings_are_read_with_a_reservation(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "mixed.tle"
    file.write_bytes("日本".encode("shift_jis") + b"\n" + GOOD.encode())
    done = hoshimori("ingest", file)
    assert done.code == 0
    assert "read as Latin-1; read with a reservation" in done.out


def test_a_gzip_that_breaks_off_gives_what_it_holds(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "sets.tle.gz"
    whole = gzip.compress(dump_tle(many(2000), lines=2).encode())
    file.write_bytes(whole[: len(whole) // 2])
    report = hoshimori("ingest", file, "--json").json
    assert 200 < report["new"] < 2000
    assert "the rest is missing" in report["files"][0]["problems"][0]["expected"]


def test_a_file_name_that_is_no_text_is_stored_and_shown(home: Path, tmp_path: Path) -> None:
    file = os.fsencode(tmp_path) + b"/caf\xe9.tle"
    Path(os.fsdecode(file)).write_text(GOOD, encoding="ascii")
    assert apart("ingest", os.fsdecode(file)).code == 0
    assert [s.location.endswith(r"caf\xe9.tle") for s in Catalogue(home).sources()] == [True]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("ingest",), 2, "nothing to ingest: name a file or folder"),
        (("ingest", "no/such/file"), 2, "no/such/file: no such file or folder"),
        (("watch", "nobody"), 2, "built in are japan-comms, japan-all"),
        (("watch", "japan-comms"), 3, "hoshimori ingest"),
        (("watch", "japan-comms", "--as-of", "data"), 3, "is empty"),
        (("watch", "japan-comms", "--as-of", "yesterday"), 2, "expected ISO 8601"),
        (("watch", "japan-comms", "--as-of", ""), 2, "expected ISO 8601"),
        (("watch", "japan-comms", "--start", "2026-06-01", "--stop", "2026-05-01"), 2, "must not end before it starts"),
        (("watch", "japan-comms", "--within", "-5"), 2, "--within -5: expected a range above 0"),
        (("watch", "japan-comms", "--within", "nan"), 2, "--within nan"),
        (("watch", "japan-comms", "--within", "1e9"), 2, "up to 1000 km"),
        (("watch", "japan-comms", "--from", "no/such/file"), 2, "no such file or folder"),
        (("watch", "japan-comms", "--mode", "REAL", "--mode", "TEST"), 2, "only REAL records may enter a real watch"),
        (("history", "0"), 2, "expected 1 to 999999999"),
        (("history", "1000000000"), 2, "expected 1 to 999999999"),
        (("history", "12345"), 3, "no element set of 12345 is known as of now"),
        (("catalogue", "burn"), 2, "known actions are stat, compact, check, refused, rebuild"),
        (("verify", "no/such/file"), 2, "No such file or directory"),
        (("verify", "."), 7, "no file of a bundle is called so"),
        (("watchlist", "nobody"), 2, "built in are"),
        (("doctor", "--clear-stop", "nobody"), 2, "has not stopped"),
        (("demo", "--source", "moon"), 2, "expected auto, folder, celestrak or practice"),
    ],
)
def test_what_was_asked_wrongly_is_answered_in_one_sentence(words: tuple[str, ...], code: int, said: str, home: Path) -> None:
    done = hoshimori(*words)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert done.err.startswith("hoshimori: ")
    assert "Traceback" not in done.err
    assert not home.exists(), "a refusal leaves nothing behind"


def test_an_empty_folder_and_an_empty_watchlist_are_told_apart(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.toml").touch()
    assert hoshimori("ingest", tmp_path / "empty").code == 3
    done = hoshimori("watch", tmp_path / "empty.toml")
    assert done.code == 2
    assert "empty.toml: no assets: add a row [[asset]]" in done.err


def test_data_that_point_nowhere_are_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSHIMORI_DATA", str(tmp_path / "nowhere"))
    done = hoshimori("demo", "--out", tmp_path / "out")
    assert done.code == 2
    assert f"HOSHIMORI_DATA={tmp_path / 'nowhere'}: no such folder" in done.err


def test_a_home_that_is_a_file_is_refused_and_found_by_the_doctor(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "good.tle"
    home.touch()
    file.write_text(GOOD, encoding="ascii")
    done = hoshimori("ingest", file, "--home", home)
    assert done.code == 5
    assert "What was stored before is unchanged" in done.err
    assert "is a file, not a folder" in hoshimori("doctor", "--home", home).out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write and read everywhere")
def test_directories_without_permission_are_named_with_a_remedy(tmp_path: Path) -> None:
    home, folder, file = tmp_path / "home", tmp_path / "folder", tmp_path / "good.tle"
    file.write_text(GOOD, encoding="ascii")
    for place, mode in ((home, 0o500), (folder, 0o000)):
        place.mkdir(mode=mode)
    assert hoshimori("ingest", file, "--home", home).code == 5
    done = hoshimori("ingest", folder, "--home", tmp_path / "other")
    assert (done.code, "chmod" in done.err) == (3, True)


def test_a_report_that_cannot_be_written_is_refused_with_its_place(home: Path, tmp_path: Path) -> None:
    file, out = tmp_path / "good.tle", tmp_path / "out"
    file.write_text(GOOD, encoding="ascii")
    out.touch()
    done = hoshimori("watch", "japan-comms", "--from", file, "--out", out)
    assert done.code == 2
    assert f"{out / 'report.html'}: cannot be written" in done.err


def test_a_damaged_parquet_file_is_named_and_made_again_from_the_bytes(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "sets.tle"
    file.write_text(dump_tle(many(50), lines=2), encoding="ascii")
    hoshimori("ingest", file)
    (stored,) = (home / "catalogue" / "files").glob("sets-*.parquet")
    content = bytearray(stored.read_bytes())
    content[len(content) // 2] ^= 0xFF
    stored.write_bytes(content)
    for words in (
        ("watch", "japan-comms", "--as-of", "2026-06-01"),
        ("history", "40000"),
        ("catalogue",),
        ("catalogue", "check"),
    ):
        done = hoshimori(*words)
        assert done.code == 5
        assert str(stored) in done.err
        assert "rebuild" in done.err
    assert "LOOK" in hoshimori("doctor").out
    assert hoshimori("catalogue", "rebuild").code == 0
    assert hoshimori("catalogue", "--json").json["sets"] == 50


def wait_until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not seen() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_kill_in_the_middle_loses_nothing_that_was_there(home: Path, tmp_path: Path) -> None:
    good, more = tmp_path / "good.tle", tmp_path / "more.tle"
    good.write_text(GOOD, encoding="ascii")
    more.write_text(dump_tle(many(20_000), lines=2), encoding="ascii")
    assert hoshimori("ingest", good).code == 0
    raw = len(list((home / "raw").glob("??/*.gz")))
    child = start("ingest", more)
    wait_until(lambda: len(list((home / "raw").glob("??/*.gz"))) > raw)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert hoshimori("catalogue", "check").code == 0
    assert hoshimori("history", "25544").code == 0
    assert hoshimori("ingest", more).code == 0
    assert hoshimori("catalogue", "--json").json["sets"] == 20_001


def test_two_that_ingest_at_once_both_finish_and_nothing_is_stored_twice(home: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{k}.tle" for k in range(2)]
    for k, file in enumerate(files):
        file.write_text(dump_tle(many(3000, 40_000 + 1500 * k), lines=2), encoding="ascii")
    children = [start("ingest", f) for f in files]
    done = [(c.communicate(timeout=120), c.returncode) for c in children]
    assert [code for _, code in done] == [0, 0], done
    assert hoshimori("catalogue", "--json").json["objects"] == 4500


@pytest.mark.slow
def test_a_very_large_file_is_read_within_a_gigabyte(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "large.tle"
    block = dump_tle(many(20_000), lines=2)
    file.write_text(block * 20, encoding="ascii")  # 56 MB
    done = subprocess.run([sys.executable, "-c", MEASURED, "ingest", str(file)], capture_output=True, check=True, text=True)
    out, peak = done.stdout.rsplit("peak ", 1)
    assert "20000 new element sets, 380000 already held" in out
    assert int(peak) < 1_000_000  # kB


MEASURED = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "from hoshimori.doors.cli import main; main()", *sys.argv[1:]])
_, status, used = os.wait4(child.pid, 0)
print("peak", used.ru_maxrss)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""The peak of a command, from a small process: Linux counts into a child's peak what its parent held when it was started."""


def said(done: Done) -> str:
    return done.out + done.err


def test_an_epoch_in_the_future_and_one_of_long_ago_are_never_quiet(home: Path, tmp_path: Path) -> None:
    file, mine = tmp_path / "gp.csv", tmp_path / "mine.toml"
    ahead, old = changed(EPOCH="2036-01-01T00:00:00"), changed(EPOCH="2010-01-01T00:00:00", NORAD_CAT_ID="40001")
    file.write_text(ahead + old.splitlines()[1], encoding="ascii")
    mine.write_text(
        'id = "mine"\ntitle = "Mine"\nas_of = 2026-01-01\n'
        '[[asset]]\nnorad_id = 40000\nname = "AHEAD"\n[[asset]]\nnorad_id = 40001\nname = "OLD"\n',
        encoding="utf-8",
    )
    assert hoshimori("ingest", file).code == 0
    sweep = hoshimori("watch", mine, "--as-of", "2026-05-30", "--json").json
    assert {s["name"]: s["state"] for s in sweep["states"]}["OLD"] == "stale"
    assert "quiet" not in {s["state"] for s in sweep["states"]}
    assert "EVERYTHING HERE IS OLD" in said(hoshimori("watch", mine, "--as-of", "2026-05-30"))

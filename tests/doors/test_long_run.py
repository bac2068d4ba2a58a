"""A run in a folder: killed at any moment it goes on where it was; another question is refused; nothing is cut short."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hoshimori.doors import long_run
from hoshimori.doors.long_run import days, opened, recorded
from hoshimori.errors import UsageError

T0, T1 = np.datetime64("2026-05-30T18:30", "us"), np.datetime64("2026-06-02T06:00", "us")
QUESTION = {"within_km": 5.0, "start": "2026-05-30T18:30:00Z", "inputs": "ab12"}


def table(k: int, rows: int) -> dict[str, object]:
    t = T0 + np.arange(rows) * np.timedelta64(1, "s")
    return {"day": np.full(rows, k), "miss_km": np.arange(rows) / 7.0, "t_utc": t, "said": np.array(["近い"] * rows, object)}


def test_a_window_is_cut_at_midnight_and_nothing_of_it_is_lost() -> None:
    found = days(T0, T1)
    assert [d.name for d in found] == ["2026-05-30", "2026-05-31", "2026-06-01", "2026-06-02"]
    assert (found[0].start_utc, found[-1].stop_utc) == (T0, T1)
    assert all(a.stop_utc == b.start_utc for a, b in pairwise(found))
    assert [d.name for d in days(np.datetime64("2026-05-30", "us"), np.datetime64("2026-05-31", "us"))] == ["2026-05-30"]


def test_what_is_finished_stays_and_comes_back_as_it_was(tmp_path: Path) -> None:
    wanted = days(T0, T1)
    with opened(tmp_path / "run", QUESTION) as run:
        for k, day in enumerate(run.left(wanted)[:2]):
            run.keep(day, {"approaches": table(k, 3 + k), "stays": table(k, 0)})
    with opened(tmp_path / "run", QUESTION) as again:
        assert [d.name for d in again.left(wanted)] == ["2026-06-01", "2026-06-02"]
        again.keep(wanted[2], {"approaches": table(2, 1), "stays": table(2, 0)})
        again.keep(wanted[3], {"approaches": table(3, 0), "stays": table(3, 0)})
        assert (again.count("approaches"), again.count("stays"), again.left(wanted)) == (8, 0, [])
        rows = list(again.rows("approaches"))
        assert [r["day"] for r in rows] == [0, 0, 0, 1, 1, 1, 1, 2]
        assert [np.datetime64(r["t_utc"], "us") for r in rows[:3]] == list(table(0, 3)["t_utc"])  # type: ignore[call-overload]
        assert rows[0]["said"] == "近い"
        nearest = list(again.rows("approaches", order="miss_km desc, day", limit=2))
        assert [(r["day"], r["miss_km"]) for r in nearest] == [(1, 3 / 7.0), (0, 2 / 7.0)]
        assert list(again.rows("stays")) == []
    assert recorded(tmp_path / "run") == QUESTION


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({**QUESTION, "within_km": 10.0}, r"within_km is 5\.0 there, 10\.0 now"),
        ({**QUESTION, "inputs": "ff00"}, r'inputs is "ab12" there, "ff00" now'),
        ({k: v for k, v in QUESTION.items() if k != "start"}, r"start is .* there, null now"),
    ],
)
def test_another_question_is_refused_with_what_differs(asked: dict[str, object], said: str, tmp_path: Path) -> None:
    with opened(tmp_path, QUESTION):
        pass
    before = (tmp_path / "manifest.json").read_bytes()
    with pytest.raises(UsageError, match=said), opened(tmp_path, asked):
        pass
    assert (tmp_path / "manifest.json").read_bytes() == before


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UsageError, match=r"thesis\.tex; choose an empty folder"), opened(tmp_path, QUESTION):
        pass


@pytest.mark.parametrize("text", ["", "{", "[]", '{"schema": "other/1", "question": {}, "days": {}}'])
def test_a_manifest_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="choose another folder"), opened(tmp_path, QUESTION):
        pass


def test_two_processes_do_not_compute_in_one_folder(tmp_path: Path) -> None:
    with opened(tmp_path, QUESTION), pytest.raises(UsageError, match="another process computes here"):
        opened(tmp_path, QUESTION).__enter__()


def test_a_day_whose_file_is_damaged_or_gone_is_computed_again(tmp_path: Path) -> None:
    wanted = days(T0, T1)
    with opened(tmp_path, QUESTION) as run:
        for k, day in enumerate(wanted):
            run.keep(day, {"approaches": table(k, 2)})
    (tmp_path / "approaches-2026-05-31.parquet").unlink()
    with open(tmp_path / "approaches-2026-06-01.parquet", "r+b") as f:
        f.write(b"zero")
    with opened(tmp_path, QUESTION) as again:
        assert [d.name for d in again.left(wanted)] == ["2026-05-31", "2026-06-01"]
        assert again.count("approaches") == 4


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.doors import test_long_run as t
wanted = t.days(t.T0, t.T1)
with t.opened(Path(sys.argv[1]), t.QUESTION) as run:
    run.keep(wanted[0], {"approaches": t.table(0, 5)})
    (Path(sys.argv[1]) / "approaches-2026-05-31.parquet").write_bytes(b"half a fi")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_without_warning_it_goes_on_where_it_was(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "run", root], env={**os.environ}, check=False)
    assert done.returncode == -signal.SIGKILL
    wanted = days(T0, T1)
    with opened(tmp_path / "run", QUESTION) as again:
        assert [d.name for d in again.left(wanted)] == ["2026-05-31", "2026-06-01", "2026-06-02"]
        for k, day in enumerate(again.left(wanted), 1):
            again.keep(day, {"approaches": table(k, 1)})
        assert [r["day"] for r in again.rows("approaches")] == [0] * 5 + [1, 2, 3]
    assert json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))["schema"] == long_run.SCHEMA


def test_the_digest_depends_on_order_and_on_where_a_line_ends() -> None:
    assert len({long_run.digest(x) for x in (["a", "b"], ["b", "a"], ["ab"], [])}) == 4

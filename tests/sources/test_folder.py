"""Folders as they are found: trees, snapshots, loops, pipes, files without permission."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from hoshimori.errors import DataError, NothingFound
from hoshimori.facts import DataMode, Received
from hoshimori.ports import plugin
from hoshimori.sources.folder import Folder

from .conftest import Hands

LOG = "norad,epoch_yyddd,first_seen_utc,name\n1,26143.3,20260524T053850Z,A\n"


def names(received: list[Received], root: Path) -> list[str]:
    return [Path(r.location).relative_to(root).as_posix() for r in received]


def test_a_tree_is_read_in_the_order_of_its_paths(tmp_path: Path, clock: Hands) -> None:
    for name in ("b/geo_20260525.3le", "b/geo_20260524.3le.gz", "a.JSON", "c.oem", "notes.md", "b/.hidden.tle", "README"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    folder = Folder(tmp_path, data_mode=DataMode.EXERCISE, clock=clock)
    received = list(folder.fetch())
    assert names(received, tmp_path) == ["a.JSON", "b/geo_20260524.3le.gz", "b/geo_20260525.3le", "c.oem"]
    assert received[0].content == b"a.JSON"
    assert {r.provider for r in received} == {"folder"}
    assert {r.data_mode for r in received} == {DataMode.EXERCISE}
    assert {r.received_utc for r in received} == {clock()}
    reasons = {Path(s.path).name: s.reason for s in folder.skipped}
    assert reasons.keys() == {"notes.md", ".hidden.tle", "README"}
    assert "hidden" in reasons[".hidden.tle"]
    assert ".md" in reasons["notes.md"]


def test_the_entry_point_gives_this_source() -> None:
    assert plugin("hoshimori.sources", "folder") is Folder


def test_the_location_is_the_path_as_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "geo.tle").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert [r.location for r in Folder("here").fetch()] == ["here/geo.tle"]


def test_a_file_named_outright_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    path = tmp_path / "elements"
    path.write_bytes(b"x")
    assert [r.content for r in Folder(path).fetch()] == [b"x"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("outright", [False, True])
def test_a_first_seen_log_comes_along(tmp_path: Path, packed: bool, outright: bool) -> None:
    (tmp_path / "geo.2026.3le.gz").write_bytes(gzip.compress(b"x"))
    (tmp_path / "other.3le").write_bytes(b"y")
    log = LOG.encode()
    (tmp_path / f"geo.2026_first_seen.csv{'.gz' * packed}").write_bytes(gzip.compress(log) if packed else log)
    folder = Folder(tmp_path / "geo.2026.3le.gz" if outright else tmp_path)
    received = {Path(r.location).name: dict(r.first_seen) for r in folder.fetch()}
    assert received.pop("geo.2026.3le.gz") == {1: np.datetime64("2026-05-24T05:38:50", "us")}
    assert received == ({} if outright else {"other.3le": {}})
    assert folder.problems == []


def test_what_is_wrong_in_a_log_is_reported(tmp_path: Path) -> None:
    (tmp_path / "geo.3le").write_text("x")
    (tmp_path / "geo_first_seen.csv").write_text(LOG + "1,2,soon,B\n")
    folder = Folder(tmp_path)
    [received] = folder.fetch()
    assert list(received.first_seen) == [1]
    assert [(p.line, p.value) for p in folder.problems] == [(3, "soon")]


@pytest.mark.parametrize(("files", "count"), [(["a.3le"], "0 files"), (["geo.3le", "geo.json"], "2 files")])
def test_a_log_that_fits_no_file_or_two_is_used_for_none(tmp_path: Path, files: list[str], count: str) -> None:
    """Row n speaks of record n: applied to the wrong file it would make history up."""
    for name in files:
        (tmp_path / name).write_text("x")
    (tmp_path / "geo_first_seen.csv").write_text(LOG)
    folder = Folder(tmp_path)
    assert [dict(r.first_seen) for r in folder.fetch()] == [{}] * len(files)
    assert [(Path(p.file).name, p.value) for p in folder.problems] == [("geo_first_seen.csv", count)]


def test_links_are_followed_and_loops_end(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "geo.tle").write_text("x")
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "gone.tle").symlink_to("nowhere")
    folder = Folder(tmp_path)
    assert names(list(folder.fetch()), tmp_path) == ["in/geo.tle"]
    assert sorted(Path(p.file).name for p in folder.problems) == ["gone.tle", "self"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tle")
    (tmp_path / "geo.tle").write_text("x")
    folder = Folder(tmp_path)
    assert names(list(folder.fetch()), tmp_path) == ["geo.tle"]
    assert [s.reason for s in folder.skipped] == ["not a regular file"]


def test_a_file_that_vanishes_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    for name in ("a.tle", "b.tle", "c.tle"):
        (tmp_path / name).write_text("x")
    folder = Folder(tmp_path)
    given = folder.fetch()
    next(given)
    (tmp_path / "b.tle").unlink()
    assert names(list(given), tmp_path) == ["c.tle"]
    assert [Path(p.file).name for p in folder.problems] == ["b.tle"]


def test_nothing_there_and_nothing_inside_are_said_apart(tmp_path: Path) -> None:
    with pytest.raises(NothingFound, match="no such file or folder"):
        list(Folder(tmp_path / "absent").fetch())
    (tmp_path / "letter.doc").write_text("x")
    with pytest.raises(NothingFound, match=r"1 files skipped, 0 unreadable.*\.3le"):
        list(Folder(tmp_path).fetch())


def test_a_second_fetch_counts_afresh_and_progress_ends_at_the_total(tmp_path: Path) -> None:
    (tmp_path / "geo.tle").write_text("x")
    (tmp_path / "notes.md").write_text("x")
    folder = Folder(tmp_path)
    for _ in range(2):
        steps: list[tuple[str, int, int]] = []
        list(folder.fetch(progress=lambda *step, steps=steps: steps.append(step)))
        assert [step[1:] for step in steps] == [(0, 1), (1, 1)]
        assert len(folder.skipped) == 1


@contextmanager
def without_privilege() -> Iterator[None]:
    """As a user to whom permission means something; it means nothing to root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_without_permission_the_rest_is_read_and_the_remedy_is_named() -> None:
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        for name in ("open.tle", "shut.tle", "shut_first_seen.csv"):
            (root / name).write_text("x")
        (root / "closed").mkdir()
        modes = {"open.tle": 0o644, "shut.tle": 0, "shut_first_seen.csv": 0, "closed": 0, ".": 0o755}
        for name, mode in modes.items():
            (root / name).chmod(mode)
        folder = Folder(root)
        with without_privilege():
            received = list(folder.fetch())
        root.chmod(0)
        with without_privilege(), pytest.raises(DataError, match=r"Permission denied.*chmod"):
            list(Folder(root).fetch())
        root.chmod(0o755)
        (root / "closed").chmod(0o755)
    assert names(received, root) == ["open.tle"]
    reported = [(Path(p.file).name, p.field) for p in folder.problems]
    assert reported == [("closed", "directory"), ("shut_first_seen.csv", "file"), ("shut.tle", "file")]
    assert all(p.value == "Permission denied" and "chmod" in p.expected for p in folder.problems)


def test_the_real_week_is_read_with_its_logs(data: Path) -> None:
    folder = Folder(data / "geo-week")
    received = {Path(r.location).name: r for r in folder.fetch()}
    assert len(received) == 9
    assert len(received["geo.3le.gz"].first_seen) == 11_580
    assert (folder.skipped, folder.problems) == ([], [])

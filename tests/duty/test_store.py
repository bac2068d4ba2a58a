"""The file itself: private, made only by a write, safe among processes, honest on a full disk."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoshimori.duty import Duty, unwritten
from hoshimori.duty.store_postgres import Postgres
from hoshimori.errors import CatalogueBusy, CatalogueDamaged, CatalogueUnwritable, UsageError
from tests.duty.conftest import T0

FILE = Path("duty") / "duty.sqlite"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file may grow beyond 300 kB: to SQLite the same as a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_asking_an_absent_book_makes_nothing(home: Path) -> None:
    book = Duty(home)
    assert (book.version, book.jobs().total, book.sweeps().total, book.note("x")) == (0, 0, 0, None)
    assert book.claim("w", lease_s=1) is None
    assert book.sweep_at("l", T0) is None
    book.close()
    assert not home.exists()


def test_the_file_is_private_whatever_the_umask(home: Path) -> None:
    before = os.umask(0)
    try:
        book = Duty(home)
        book.tell("data", {})
    finally:
        os.umask(before)
    places = [home / "duty", *(home / "duty").iterdir()]
    assert {p.name: stat.S_IMODE(p.stat().st_mode) for p in places} == {
        "duty": 0o700,
        "duty.sqlite": 0o600,
        "duty.sqlite-wal": 0o600,
        "duty.sqlite-shm": 0o600,
    }
    book.close()


def test_writes_are_synced_and_readers_do_not_wait(home: Path) -> None:
    book = Duty(home)
    book.tell("data", {})
    with book._store.reading() as c:
        assert c.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert c.exec_driver_sql("pragma synchronous").scalar() == 2  # FULL
    with book._store.writing():
        assert Duty(home).version == 1
    book.close()


def test_a_writer_that_does_not_end_is_told_of(home: Path) -> None:
    holder, other = Duty(home), Duty(home, wait_s=0.2)
    holder.tell("data", {})
    with holder._store.writing(), pytest.raises(CatalogueBusy, match="another process is writing"):
        other.tell("data", {})
    other.tell("data", {})


def _fill(book: Duty) -> None:
    for n in range(1000):
        book.tell("data", {"n": n, "long": os.urandom(2000).hex()})


@pytest.mark.usefixtures("small_files")
def test_on_a_full_disk_a_write_is_refused_whole_and_what_was_there_stays(home: Path) -> None:
    book = Duty(home)
    with pytest.raises(CatalogueUnwritable, match="cannot write"):
        _fill(book)
    kept = book.version
    assert 10 < kept < 1000
    assert [c.record["n"] for c in book.changes(0, limit=2000)] == list(range(kept))
    book.close()


def test_a_condition_that_cannot_be_written_is_shown_and_written_when_there_is_room(
    home: Path,
) -> None:
    book = Duty(home)
    book.put_note("condition:no-data", {"severity": "info"})
    while book.version < 3:
        book.tell("data", {"long": "x" * 100_000})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        book.put_note("condition:disk-full", {"severity": "critical"})
        book.put_note("condition:no-data", None)
        assert Duty(home).notes("condition:") == {"condition:disk-full": {"severity": "critical"}}
        assert book.note("condition:no-data") is None
        with pytest.raises(CatalogueUnwritable):
            book.put_note("source:geo", {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert set(unwritten.of(book.name)) == {"condition:disk-full", "condition:no-data"}
    book.put_note("source:geo", {})
    assert unwritten.of(book.name) == {}
    assert set(book.notes("condition:")) == {"condition:disk-full"}
    assert [c.record["code"] for c in book.changes(0) if c.topic == "condition"] == ["no-data", "disk-full", "no-data"]
    book.close()


def test_a_file_that_is_no_book_is_refused_and_left_alone(home: Path) -> None:
    (home / "duty").mkdir(parents=True)
    (home / FILE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(CatalogueDamaged, match="Move the file away"):
        Duty(home).tell("data", {})
    assert (home / FILE).read_bytes().startswith(b"not a database")


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_book_that_is_taken_away_while_it_is_open_is_not_written_to(home: Path, how: str) -> None:
    book = Duty(home)
    book.tell("data", {"n": 1})
    (home / FILE).rename(home / "away")
    if how == "replaced":
        (home / FILE).write_bytes((home / "away").read_bytes())
    for ask in (lambda: book.tell("data", {"n": 2}), lambda: book.changes(0)):
        with pytest.raises(CatalogueDamaged, match="removed or replaced"):
            ask()
    book.close()
    (home / FILE).unlink(missing_ok=True)
    (home / "away").rename(home / FILE)
    assert Duty(home).version == 1


def test_a_book_of_another_format_is_not_written(home: Path) -> None:
    book = Duty(home)
    book.tell("data", {})
    with book._store.writing() as c:
        c.exec_driver_sql("update duty_meta set value = 'hoshimori.duty/99'")
    with pytest.raises(CatalogueDamaged, match="duty/99"):
        Duty(home).tell("data", {})


def test_a_file_in_place_of_the_folder_is_told_of(home: Path) -> None:
    home.mkdir()
    (home / "duty").write_text("in the way")
    with pytest.raises(UsageError, match="a file; the duty book is kept in a folder"):
        Duty(home).tell("data", {})


def test_the_password_of_a_database_is_never_shown() -> None:
    url = "postgresql://watch:secret@127.0.0.1:1/floor?options=-csearch_path%3Dx"
    book = Duty(url, wait_s=0.5)
    with pytest.raises(CatalogueUnwritable) as told:
        book.tell("data", {})
    assert "secret" not in str(told.value)
    assert "secret" not in book.name
    assert Postgres(url, 1.0)._harmless("password secret is wrong") == "password *** is wrong"
    unescaped = "p@ss"
    for wrong in ("mysql://x/y", f"postgresql://watch:{unescaped}@host/db", "postgresql://host"):
        with pytest.raises(UsageError) as refused:
            Duty(wrong)
        assert unescaped not in str(refused.value)


CLAIMER = """
import sys, time
from pathlib import Path
from hoshimori.duty import Duty
book = Duty(Path(sys.argv[1]))
for _ in range(2000):
    job = book.claim(sys.argv[2], lease_s=60)
    if job is None:
        if not book.jobs(states=("waiting",), limit=1).total:
            break
        continue
    book.tell("data", {"took": job.key})
    assert book.finish(job.job_id, sys.argv[2], {})
"""


def test_many_processes_take_each_job_once(home: Path) -> None:
    book = Duty(home)
    for k in range(60):
        book.ask("sweep", {}, key=f"k{k}", by="x")
    running = [subprocess.Popen([sys.executable, "-c", CLAIMER, str(home), f"w{k}"]) for k in range(4)]
    assert [p.wait(60) for p in running] == [0] * 4
    took = [c.record["took"] for c in book.changes(0, limit=2000) if c.topic == "data"]
    assert sorted(took) == sorted(f"k{k}" for k in range(60))
    assert book.jobs(states=("done",)).total == 60
    assert [c.seq for c in book.changes(0, limit=2000)] == list(range(1, book.version + 1))


WRITER = """
import sys
from pathlib import Path
from hoshimori.duty import Duty
book = Duty(Path(sys.argv[1]))
n = 0
while True:
    book.keep_sweep(f"{sys.argv[2]} {n}", "l", __import__("numpy").datetime64("2026-05-30", "us"), {"n": n},
        [{"id": f"{sys.argv[2]}{n}-{k}", "kind": "stay", "subject": "1", "others": [], "normal": False,
          "start": "2026-05-30T00:00:00Z", "stop": "2026-05-30T00:00:00Z"} for k in range(30)])
    print(n, flush=True)  # acknowledged
    n += 1
"""


def test_killed_at_any_moment_a_writer_loses_nothing_that_was_acknowledged(home: Path) -> None:
    for turn in range(4):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(home), f"t{turn}"], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.05 + 0.07 * turn)
        writer.send_signal(signal.SIGKILL)
        said = [0, *map(int, writer.stdout.read().split())]
        writer.wait()
        writer.stdout.close()
        book = Duty(home)
        for n in said:
            kept = book.sweep_keyed(f"t{turn} {n}")
            assert kept is not None
            assert len(kept.event_ids) == 30
        assert all(len(k.event_ids) == 30 for k in book.sweeps(limit=5000).rows)  # the one that was being written: all or none
        book.close()

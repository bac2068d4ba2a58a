"""Killed, crowded, full, forbidden, damaged: what was acknowledged is there, the rest leaves no trace, nobody waits for ever."""

from __future__ import annotations

import fcntl
import os
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hoshimori.catalogue import Catalogue
from hoshimori.catalogue.disk import write_atomically
from hoshimori.catalogue.store import Store
from hoshimori.catalogue.tables import NAMES
from hoshimori.catalogue.writer import rows_to_columns, writing
from hoshimori.errors import CatalogueBusy, CatalogueDamaged, CatalogueUnwritable
from tests.catalogue.ingesting import SETS, answer
from tests.catalogue.some import HOUR, T0, read, received, row, sets

ROOT = Path(__file__).resolve().parents[2]
FAR = T0 + 1000 * HOUR


def start(home: Path, first: int, step: int = 1) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.catalogue.ingesting", str(home), str(first), str(step)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def run_and_kill(home: Path, first: int, seconds: float) -> list[int]:
    """The answers acknowledged before SIGKILL came, that long after the first of them."""
    process = start(home, first)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline())]
    time.sleep(seconds)
    process.kill()
    acknowledged += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    process.wait()
    process.stdout.close()
    return acknowledged


def held(home: Path) -> dict[int, int]:
    """Sets held of each object, asked as a reader would."""
    found = Catalogue(home, read=read).view(T0, FAR, FAR).sets()
    return dict(zip(*(x.tolist() for x in np.unique(found.norad_id, return_counts=True)), strict=True))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kill_9_loses_nothing_acknowledged_and_leaves_no_half(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    first, acknowledged = 0, set[int]()
    for _ in range(2):
        acknowledged |= set(run_and_kill(tmp_path, first, chance.uniform(0.0, 0.5)))
        first = max(acknowledged) + 1
        seen = held(tmp_path)
        assert set(seen.values()) == {SETS}, "an answer is there whole or not at all"
        assert {n + 1 for n in acknowledged} <= set(seen) <= {n + 1 for n in range(first + 1)}
    catalogue = Catalogue(tmp_path, read=read, grace_s=0.0)
    catalogue.ingest([answer(first)])
    catalogue.compact()
    catalogue.ingest([answer(first + 1)])
    catalogue.check()
    named = catalogue.stat().files
    assert len(list((tmp_path / "catalogue" / "files").iterdir())) == named, "the next writer clears what the killed one left"


def test_a_half_written_file_is_not_seen_and_is_cleared(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read)
    catalogue.ingest([answer(0)])
    leavings = [tmp_path / "catalogue" / "files" / name for name in ("sets-000002-0.parquet", "sets-000002-1.parquet.partial")]
    for path in leavings:
        path.write_bytes(b"PAR1 and then the power went")
    assert held(tmp_path) == {1: SETS}
    catalogue.ingest([answer(1)])
    assert held(tmp_path) == {1: SETS, 2: SETS}
    assert not leavings[1].exists()


def test_two_processes_at_once_and_a_reader_who_never_waits(tmp_path: Path) -> None:
    both = [start(tmp_path, 0, 2), start(tmp_path, 1, 2)]
    acknowledged, counts = [], [0]
    for process in both:
        assert process.stdout is not None
        acknowledged.append(int(process.stdout.readline()))
    catalogue, until = Catalogue(tmp_path, read=read), time.monotonic() + 2.0
    while time.monotonic() < until:
        found = catalogue.view(T0, FAR, FAR).sets()
        assert len(found) % SETS == 0
        counts.append(len(found))
    for process in both:
        process.kill()
        acknowledged += [int(line) for line in process.communicate()[0].split("\n")[:-1]]
    assert counts == sorted(counts), "nothing seen once is ever gone again"
    assert {n % 2 for n in acknowledged} == {0, 1}
    assert {n + 1 for n in acknowledged} <= set(held(tmp_path))


def interrupted(store: Store) -> None:
    with writing(store) as writer:
        file = writer.write(NAMES, rows_to_columns(NAMES, [(1, "", "ALPHA", "", "", "", "", T0, "test")]))
        write_atomically(store.manifest_path, writer.manifest.next(files=(file,)).dump())
        raise KeyboardInterrupt


def test_a_publication_interrupted_after_its_rename_keeps_its_files(tmp_path: Path) -> None:
    """Control-C may fall between the rename of the manifest and the next line."""
    with pytest.raises(KeyboardInterrupt):
        interrupted(Store(tmp_path))
    assert [n.name for n in Catalogue(tmp_path).view(T0, FAR, FAR).names()] == ["ALPHA"]


def test_a_reader_whose_files_were_compacted_away_looks_again(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read, grace_s=0.0)
    catalogue.ingest([answer(0)])
    catalogue.ingest([answer(1)])
    view = Catalogue(tmp_path, read=read).view(T0, FAR, FAR)
    catalogue.compact()
    catalogue.ingest([answer(2)])
    assert len(view.history(1)) == SETS


def test_many_small_files_are_merged_unasked(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read, grace_s=0.0)
    for n in range(36):
        report = catalogue.ingest([received([row(1, n)], location=str(n))])
    assert report.new == 1
    assert catalogue.stat().files < 40
    assert len(catalogue.view(T0, FAR, FAR).history(1)) == 36


@pytest.fixture
def taken(tmp_path: Path) -> Iterator[Path]:
    """A home whose lock is held by another process."""
    Catalogue(tmp_path, read=read).ingest([answer(0)])
    script = f"import fcntl,os,sys\nf=open({str(tmp_path / 'catalogue' / 'lock')!r},'r+')\nfcntl.flock(f,fcntl.LOCK_EX)\n"
    script += "f.truncate(0)\nf.write(f'process {os.getpid()} since noon')\nf.flush()\nprint('held',flush=True)\nsys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield tmp_path
    process.communicate("")


def test_busy_names_the_other_process_and_reading_goes_on(taken: Path) -> None:
    catalogue = Catalogue(taken, read=read, wait_s=0.2)
    with pytest.raises(CatalogueBusy, match=r"process \d+ since noon"):
        catalogue.ingest([answer(1)])
    assert held(taken) == {1: SETS}


def test_a_lock_is_free_again_when_its_holder_is_done(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, read=read, wait_s=10.0)
    catalogue.ingest([answer(0)])
    with open(tmp_path / "catalogue" / "lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        threading.Timer(0.3, lambda: fcntl.flock(lock, fcntl.LOCK_UN)).start()
        assert catalogue.ingest([answer(1)]).new == SETS


FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from hoshimori.catalogue import Catalogue
from hoshimori.errors import CatalogueUnwritable
from tests.catalogue.some import sets
n = 20000
big = sets((np.arange(n) % 900).tolist(), (np.arange(n) / 10).tolist(), ma_deg=np.random.default_rng(1).uniform(0, 360, n))
catalogue = Catalogue(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    catalogue.append(big, provider="p", location="big")
except CatalogueUnwritable as error:
    print(error)
    sys.exit(5)
"""


def full(home: Path, limit: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", FULL, str(home), str(limit)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("limit", [200_000, 2_000])
def test_no_room_for_a_file_says_so_and_changes_nothing(tmp_path: Path, limit: int) -> None:
    Catalogue(tmp_path, read=read).ingest([answer(0)])
    before = sorted(str(p) for p in tmp_path.rglob("*"))
    done = full(tmp_path, limit)
    assert done.returncode == 5, done.stderr
    assert str(tmp_path) in done.stdout
    assert "free some space" in done.stdout
    assert sorted(str(p) for p in tmp_path.rglob("*")) == before
    assert held(tmp_path) == {1: SETS}
    assert full(tmp_path, resource.RLIM_INFINITY).returncode == 0


def test_a_full_disk(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(tmp_path)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small file system; RLIMIT_FSIZE stands in for it above")
    try:
        catalogue = Catalogue(tmp_path, read=read)
        catalogue.ingest([answer(0)])
        n = 50_000
        big = sets(
            (np.arange(n) % 900).tolist(), (np.arange(n) / 10).tolist(), ma_deg=np.random.default_rng(1).uniform(0, 360, n)
        )
        with pytest.raises(CatalogueUnwritable, match="free some space"):
            catalogue.append(big, provider="p", location="big")
        assert held(tmp_path) == {1: SETS}
        assert catalogue.ingest([answer(1)]).new == SETS
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_no_permission(tmp_path: Path) -> None:
    """As root every permission is granted, so the home is placed where not even root can make a folder."""
    blocked = tmp_path / "a file" / "home"
    blocked.parent.write_text("not a folder")
    with pytest.raises(CatalogueUnwritable, match="HOSHIMORI_HOME"):
        Catalogue(blocked, read=read).ingest([answer(0)])
    with pytest.raises(CatalogueUnwritable, match="/proc/"):
        Catalogue(Path("/proc/hoshimori"), read=read).ingest([answer(0)])
    assert len(Catalogue(blocked).view(T0, FAR, FAR).sets()) == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_home_can_be_read(tmp_path: Path) -> None:
    Catalogue(tmp_path, read=read).ingest([answer(0)])
    folders = [tmp_path, *(p for p in tmp_path.rglob("*") if p.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        assert held(tmp_path) == {1: SETS}
        with pytest.raises(CatalogueUnwritable):
            Catalogue(tmp_path, read=read).ingest([answer(1)])
    finally:
        for folder in folders:
            folder.chmod(0o755)


class TestDamage:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        catalogue = Catalogue(tmp_path, read=read)
        catalogue.ingest([answer(0), answer(1)])
        catalogue.append(sets([77], [5], name=np.array(["MADE"], object)), provider="program", location="columns")
        return tmp_path

    def files(self, home: Path, table: str) -> list[Path]:
        return sorted((home / "catalogue" / "files").glob(f"{table}-*"))

    def refuse_then_rebuild(self, home: Path, name: str, expected: dict[int, int]) -> None:
        with pytest.raises(CatalogueDamaged, match=name) as caught:
            held(home)
        assert "rebuild()" in str(caught.value)
        report = Catalogue(home, read=read).rebuild()
        assert held(home) == expected
        lost = [f.location for f in report.files if f.refused]
        assert bool(lost) == (77 not in expected)
        Catalogue(home).check()

    @pytest.mark.parametrize("place", [0.01, 0.3, 0.6, 0.95])
    def test_one_flipped_bit(self, home: Path, place: float) -> None:
        path = self.files(home, "sets")[0]
        content = bytearray(path.read_bytes())
        content[int(place * len(content))] ^= 1
        path.write_bytes(content)
        self.refuse_then_rebuild(home, path.name, {1: SETS, 2: SETS, 77: 1})

    def test_a_truncated_file(self, home: Path) -> None:
        path = self.files(home, "sets")[0]
        path.write_bytes(path.read_bytes()[:-100])
        self.refuse_then_rebuild(home, path.name, {1: SETS, 2: SETS, 77: 1})

    def test_a_lost_file_of_rows_without_bytes_is_reported(self, home: Path) -> None:
        path = self.files(home, "sets")[1]
        path.unlink()
        self.refuse_then_rebuild(home, path.name, {1: SETS, 2: SETS})

    @pytest.mark.parametrize("content", [b"", b"{}", b'{"schema": "hoshimori.catalogue/1", "sha256": ""}', None])
    def test_a_damaged_manifest(self, home: Path, content: bytes | None) -> None:
        path = home / "catalogue" / "manifest.json"
        path.write_bytes(path.read_bytes().replace(b'"rows": 80', b'"rows": 81') if content is None else content)
        self.refuse_then_rebuild(home, "manifest.json", {1: SETS, 2: SETS, 77: 1})

    def test_a_missing_manifest(self, home: Path) -> None:
        (home / "catalogue" / "manifest.json").unlink()
        with pytest.raises(CatalogueDamaged, match="missing"):
            Catalogue(home, read=read).ingest([answer(2)])
        self.refuse_then_rebuild(home, "manifest.json", {1: SETS, 2: SETS, 77: 1})

    def test_changed_bytes_are_not_handed_out(self, home: Path) -> None:
        catalogue = Catalogue(home, read=read)
        sha256 = answer(0).sha256
        path = home / "raw" / sha256[:2] / f"{sha256}.gz"
        good = path.read_bytes()
        for bad in (b"", good[:-4], good[:20] + bytes([good[20] ^ 4]) + good[21:], b"\x1f\x8b", b"not gzip"):
            path.write_bytes(bad)
            with pytest.raises(CatalogueDamaged, match=path.name):
                catalogue.raw(sha256)
        report = catalogue.rebuild()
        assert [f.location for f in report.files if f.refused] == ["answer 0"]
        assert "fetch" in str(report)

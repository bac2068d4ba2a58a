"""What a journal costs: durable appends, proofs among a million entries, a whole check; and what two hundred killed writers lose.

Everything is made here, no data is needed: bench/ledger/run.py [--entries 1000000] [--kills 200] [--quick] [--postgres URL]
Without --postgres a private server is started where PostgreSQL is installed, and left out where it is not.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, the root is not where names are looked for

from bench.ledger import writers  # noqa: E402
from hoshimori.ledger import merkle  # noqa: E402
from hoshimori.ledger.journal import Journal  # noqa: E402

WANTED_APPENDS_PER_S = 500
WANTED_PROOF_MS = 10
"""Both from the issue: what an operator's desk needs, far below what is usual for transparency logs."""


@dataclass(frozen=True)
class Sizes:
    """How much is done. bulk: entries of the large log; kills: writers that are killed."""

    appends: int
    bulk: int
    proofs: int
    kills: int


FULL = Sizes(appends=3000, bulk=1_000_000, proofs=300, kills=200)
QUICK = Sizes(appends=50, bulk=3000, proofs=20, kills=3)


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def say(what: str, value: str) -> None:
    print(f"  {what:58} {value}", flush=True)


def measure_appends(where: Path | str, count: int) -> None:
    with Journal(where) as journal:
        journal.append("act", writers.BODY)
        single = [timed(lambda: journal.append("act", writers.BODY)) for _ in range(count)]
        single.sort()
        say("one append after another, each durable", f"{count / sum(single):,.0f} /s (wanted {WANTED_APPENDS_PER_S})")
        say(
            "one durable append, median and 99 of 100",
            f"{1000 * single[count // 2]:.2f} ms, {1000 * single[count * 99 // 100]:.2f} ms",
        )

        def block() -> None:
            with journal.writing() as w:
                for _ in range(100):
                    w.append("act", writers.BODY)

        blocks = max(1, count // 100)
        say("blocks of 100 under one lock", f"{100 * blocks / sum(timed(block) for _ in range(blocks)):,.0f} /s")


def measure_disk(folder: Path, count: int) -> None:
    """What the disk allows anybody: one block overwritten and synced, over and over. On busy cores an append waits for this."""
    with open(folder / "synced", "wb+", buffering=0) as file:
        file.write(bytes(4096))
        os.fsync(file.fileno())

        def sync() -> None:
            os.pwrite(file.fileno(), os.urandom(4096), 0)
            os.fdatasync(file.fileno())

        say("bare fdatasync of one block", f"{count / sum(timed(sync) for _ in range(count)):,.0f} /s")


def measure_meeting(where: Path | str, count: int) -> None:
    seconds, said = writers.together(where, 2, count)
    assert sorted(seq for given in said.values() for seq in given) == list(range(2 * count))
    with Journal(where) as journal:
        assert journal.check().size == 2 * count
    say("two processes at once, each append durable", f"{2 * count / seconds:,.0f} /s together; none lost, none twice")


def measure_large(where: Path | str, sizes: Sizes) -> None:
    with Journal(where) as journal:
        seconds = timed(lambda: journal.append_many("act", (b"%d %s" % (k, writers.BODY) for k in range(sizes.bulk))))
        say(f"{sizes.bulk:,} entries in one transaction", f"{sizes.bulk / seconds:,.0f} /s")
        root, drawn = journal.root(), random.Random(6)
        places = [drawn.randrange(sizes.bulk) for _ in range(sizes.proofs)]

        def included(seq: int) -> None:
            leaf = bytes.fromhex(journal.entry(seq).entry_hash)
            assert merkle.verify_inclusion(leaf, seq, sizes.bulk, journal.inclusion(seq, sizes.bulk), root)

        def continued(old: int) -> None:
            proof = journal.consistency(old, sizes.bulk)
            assert merkle.verify_consistency(old, journal.root(old), sizes.bulk, root, proof)

        _proofs("inclusion: entry read, proof made and verified", included, places)
        _proofs("consistency: older root, proof made and verified", continued, places)
        say("root", f"{1000 * timed(journal.root):.1f} ms")
        tail = [timed(lambda: journal.append("act", writers.BODY)) for _ in range(sizes.proofs)]
        say("one append after another on top of it", f"{len(tail) / sum(tail):,.0f} /s")
        seconds = timed(journal.check)
        say("check of everything", f"{sizes.bulk / seconds:,.0f} entries/s ({seconds:.1f} s)")


def _proofs(what: str, prove: Callable[[int], None], places: list[int]) -> None:
    took = sorted(1000 * timed(lambda p=p: prove(p)) for p in places)  # type: ignore[misc]
    say(what, f"median {took[len(took) // 2]:.1f} ms, worst of {len(took)} {took[-1]:.1f} ms (wanted {WANTED_PROOF_MS})")


def measure_kills(where: Path | str, kills: int) -> None:
    command = [sys.executable, "-m", "bench.ledger.crash", "--where", str(where), "--runs", str(kills)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"a killed writer lost something:\n{done.stderr}")
    print(f"  kill -9: {done.stdout.strip()}", flush=True)


def measure(name: str, places: Iterator[Path | str], sizes: Sizes) -> None:
    """All of it in one kind of database; places: a fresh one for each part."""
    print(name, flush=True)
    measure_appends(next(places), sizes.appends)
    measure_meeting(next(places), sizes.appends // 2)
    measure_large(next(places), sizes)
    measure_kills(next(places), sizes.kills)


def folders(parent: Path) -> Iterator[Path | str]:
    for k in range(4):
        yield parent / str(k)
        if k != 3:
            shutil.rmtree(parent / str(k))


def schemas(url: str) -> Iterator[Path | str]:
    from tests.ledger import postgres

    for _ in range(4):
        with postgres.schema(url) as place:
            yield place


def measure_postgres(given: str | None, sizes: Sizes) -> None:
    from tests.ledger import postgres

    with ExitStack() as stack:
        try:
            url = given or stack.enter_context(postgres.server())
        except (postgres.Absent, ModuleNotFoundError) as absent:
            print(f"PostgreSQL: not measured: {absent}")
            return
        version = postgres.execute(url, "SHOW server_version")[0][0]
        places = schemas(url)
        stack.callback(places.close)  # type: ignore[attr-defined]
        measure(f"PostgreSQL {version}", places, sizes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, help="entries of the large log")
    parser.add_argument("--kills", type=int, help="writers that are killed")
    parser.add_argument("--quick", action="store_true", help="a little of everything, to see that it runs")
    parser.add_argument("--postgres", help="URL of a database in which schemas may be made")
    parser.add_argument("--folder", type=Path, help="where the files are written (default: the system's temporary folder)")
    given = parser.parse_args()
    base = QUICK if given.quick else FULL
    sizes = Sizes(base.appends, given.entries or base.bulk, base.proofs, given.kills or base.kills)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}; bodies of {len(writers.BODY)} bytes; every commit synced")
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        print(f"The disk, with a load of {os.getloadavg()[0]:.1f} on the cores")
        measure_disk(Path(folder), sizes.appends // 5)
        measure(f"SQLite {sqlite3.sqlite_version}, a file", folders(Path(folder)), sizes)
    measure_postgres(given.postgres, sizes)


if __name__ == "__main__":
    main()

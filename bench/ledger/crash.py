"""Writers that are killed at a random moment, and writers that meet: what must hold of a journal afterwards.

Run by itself, in a process that holds no journal and no thread, because every writer is a fork of it:
python -m bench.ledger.crash --where FOLDER_OR_URL --runs 200 --seed 1
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from hoshimori.ledger.journal import Journal

MOST_MS = 60.0
"""How long a writer lives at most, judged: dozens of appends. One in five counts from its start, and may die while it makes the
tables; the others from their first acknowledged entry."""


@dataclass(frozen=True)
class Killed:
    """What one killed writer left: entries that it had been acknowledged, and all that are there."""

    acknowledged: int
    found: int
    size: int


def write(where: Path | str, tag: str, out: int, seed: int) -> None:
    """Append singly and in blocks until killed; after each, say on `out` which entries were acknowledged: 'first last hash'."""
    drawn = random.Random(seed)
    with Journal(where) as journal:
        for turn in range(1_000_000):
            many = drawn.choice([1, 1, 1, 2, 17])
            if many == 1:
                last = journal.append(tag, b"%d 0 1 " % turn + drawn.randbytes(drawn.randrange(2000)))
                first = last.seq
            else:
                with journal.writing() as w:
                    made = [w.append(tag, b"%d %d %d" % (turn, k, many)) for k in range(many)]
                first, last = made[0].seq, made[-1]
            os.write(out, f"{first} {last.seq} {last.entry_hash}\n".encode())


def kill_one(where: Path | str, tag: str, seed: int) -> Killed:
    """Start a writer, kill it after a random time, and hold the journal against what it had said."""
    drawn = random.Random(seed)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            write(where, tag, writing, seed)
        finally:
            os._exit(1)
    os.close(writing)
    if drawn.random() > 0.2:
        select.select([reading], [], [], 60)
    time.sleep(drawn.uniform(0, MOST_MS) / 1000)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the writer ended by itself"
    said = _read_all(reading)
    return _hold(where, tag, [line.split() for line in said.decode().splitlines(keepends=True) if line.endswith("\n")])


def _read_all(pipe: int) -> bytes:
    parts = []
    while select.select([pipe], [], [], 10)[0] and (part := os.read(pipe, 1 << 16)):
        parts.append(part)
    os.close(pipe)
    return b"".join(parts)


def _hold(where: Path | str, tag: str, said: list[list[str]]) -> Killed:
    """Everything acknowledged is there, the whole journal holds, and no block is there by halves."""
    with Journal(where) as journal:
        size = journal.check().size
        acknowledged = 0
        for first, last, entry_hash in said:
            entry = journal.entry(int(last))
            assert (entry.entry_hash, entry.kind) == (entry_hash, tag), f"entry {last} is not the one that was acknowledged"
            acknowledged += int(last) - int(first) + 1
        found = list(journal.entries(tag))
        blocks: dict[int, list[int]] = {}
        for entry in found:
            turn, k, many = map(int, entry.body.split(b" ")[:3])
            blocks.setdefault(turn, []).append(many)
            assert k == len(blocks[turn]) - 1
        assert all(len(b) == b[0] for b in blocks.values()), "a block is there by halves"
        assert sorted(blocks) == list(range(len(blocks)))
        assert len(said) <= len(blocks) <= len(said) + 1, "more is there than was begun"
        return Killed(acknowledged, len(found), size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--where", required=True)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fresh-every", type=int, default=20, help="a new folder after so many runs (folders only)")
    given = parser.parse_args()
    began, done = time.perf_counter(), []
    for k in range(given.runs):
        place = given.where if "://" in given.where else Path(given.where) / str(k // given.fresh_every)
        done.append(kill_one(place, f"run{given.seed}:{k}", given.seed * 100_000 + k))
    said, found = sum(d.acknowledged for d in done), sum(d.found for d in done)
    print(
        f"{len(done)} writers killed: {said} entries acknowledged, all there; {found - said} more whole, not yet acknowledged; "
        f"{sum(d.found == 0 for d in done)} died before their first; {time.perf_counter() - began:.0f} s"
    )


if __name__ == "__main__":
    main()

"""Several processes that append to one journal at the same time.

Each is started with: python -m bench.ledger.writers FOLDER_OR_URL TAG COUNT
It says "ready", waits for a line, appends, and prints the numbers that it was given.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from hoshimori.ledger.journal import Journal

ROOT = Path(__file__).resolve().parents[2]
BODY = b'{"act":"concurred","reason":"' + b"x" * 270 + b'"}'
"""About the size of a small signed act."""


def together(where: Path | str, writers: int, count: int) -> tuple[float, dict[str, list[int]]]:
    """Seconds that `writers` processes took for `count` appends each, and the numbers that each was acknowledged."""
    with Journal(where):
        pass
    command = [sys.executable, "-m", "bench.ledger.writers", str(where)]
    started = {
        f"writer:{k}": subprocess.Popen(
            [*command, f"writer:{k}", str(count)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for k in range(writers)
    }
    try:
        for process in started.values():
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        began = time.perf_counter()
        for process in started.values():
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = {tag: process.communicate(timeout=300)[0] for tag, process in started.items()}
        seconds = time.perf_counter() - began
        return seconds, {tag: json.loads(text) for tag, text in said.items()}
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def main(where: str, tag: str, count: int) -> None:
    with Journal(where) as journal:
        journal.size()
        print("ready", flush=True)
        sys.stdin.readline()
        print(json.dumps([journal.append(tag, BODY).seq for _ in range(count)]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

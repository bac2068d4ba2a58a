"""The bench of the ledger runs, and measures what it says."""

from __future__ import annotations

import subprocess
import sys

from tests.pages import ROOT


def test_the_bench_of_the_ledger_runs() -> None:
    done = subprocess.run(
        [sys.executable, "bench/ledger/run.py", "--quick", "--entries", "1500"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    for line in (
        "each durable",
        "none lost, none twice",
        "inclusion:",
        "consistency:",
        "check of everything",
        "3 writers killed: ",
    ):
        assert line in done.stdout
    assert "1,500 entries in one transaction" in done.stdout
    assert "PostgreSQL" in done.stdout, "measured, or said why not"

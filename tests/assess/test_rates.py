"""Measured error rates: of today's versions, with commands that exist, and of no version but their own."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from hoshimori.assess.rates import KEYS, rate, rates, read
from hoshimori.errors import UsageError
from hoshimori.watch import detectors
from tests.assess.test_reading import indicators
from tests.pages import ROOT

ROW = """
[[rate]]
id = "a"
method = "reentry@1"
indicator = "drag_explains"
power = 0.8
false = 0.1
n_so = 10
n_not = 20
split = "s"
command = "bench/reentry/run.py"
measured = 2026-11-21
note = "n"
"""


def test_every_row_is_of_todays_detector() -> None:
    """A new version of a detector makes this fail, until its rates are measured again."""
    today = {f"{d.name}@{d.version}" for d in detectors()}
    assert [r.method for r in rates() if r.method not in today] == []


def test_every_row_is_of_a_known_indicator_and_of_sense() -> None:
    for r in rates():
        assert r.indicator in indicators()
        assert 0.0 < r.p_seen_if_not < r.p_seen_if_so < 1.0
        assert min(r.n_so, r.n_not) >= 10
    assert len({r.rate_id for r in rates()}) == len(rates())


def commands() -> list[list[str]]:
    return [shlex.split(part) for r in rates() for part in r.command.split(";")]


def test_every_command_is_a_script_that_takes_these_options() -> None:
    for script, *options in commands():
        assert (ROOT / script).is_file(), script
        text = "\n".join(p.read_text(encoding="utf-8") for p in Path(ROOT / script).parent.glob("*.py"))
        assert [o for o in options if o.startswith("--") and f'"{o}"' not in text] == []


@pytest.mark.slow
def test_the_scripts_start() -> None:
    for script in sorted({c[0] for c in commands()}):
        done = subprocess.run([sys.executable, ROOT / script, "--help"], capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr


def test_a_rate_of_another_version_is_none() -> None:
    assert rate("reentry@1", "drag_explains") is not None
    assert rate("reentry@2", "drag_explains") is None
    assert rate("reentry", "drag_explains") is None
    assert rate("reentry@1", "storm") is None


def test_the_shares_are_those_of_the_counts() -> None:
    """(k + 1/2) / (n + 1) of the counts that the note names."""
    descent = rate("reentry@1", "drag_explains")
    assert descent is not None
    assert descent.p_seen_if_so == pytest.approx(76.5 / (descent.n_so + 1), abs=5e-4)
    assert descent.p_seen_if_not == pytest.approx(0.5 / (descent.n_not + 1), abs=5e-4)
    ranged = rate("illumination@1", "site_in_view")
    assert ranged is not None
    assert ranged.p_seen_if_so == pytest.approx(353.5 / (ranged.n_so + 1), abs=5e-5)
    assert ranged.p_seen_if_not == pytest.approx(0.5 / (ranged.n_not + 1), abs=5e-5)
    silent = rate("silence@1", "identity_exchange")
    assert silent is not None
    assert silent.p_seen_if_not == pytest.approx(0.5 / (silent.n_not + 1), abs=5e-5)


def test_every_published_number_stands_in_the_handbook() -> None:
    """What a row rests on is printed where users read it."""
    pages = {"manoeuvre@1": "manoeuvres.md", "illumination@1": "illumination.md", "silence@1": "silence.md"}
    figures = {
        "manoeuvre-operating": ("| GEO (Fengyun-2) | 82 | 0.88 / 0.85 / 0.86 | 0.68 |",),
        "illumination-repeats": ("| 6 | in bursts | 0.5 % | 79.0 %, 98.5 % |", "| 1 | in bursts | 4.0 % |"),
        "illumination-in-view": ("All 95 normal points and 258 ranges of LAGEOS-2", "none is found by one of the two alone"),
        "silence-renumbered": ("| renumbered | 112 | 111 | 0.96 | 0.96 |",),
    }
    for r in rates():
        if r.method in pages:
            text = " ".join((ROOT / "docs" / pages[r.method]).read_text(encoding="utf-8").split())
            assert [f for f in figures[r.rate_id] if f not in text] == []


def test_mistakes_come_back_together() -> None:
    assert len(read(ROW, "a")) == 1
    with pytest.raises(UsageError, match="two rows"):
        read(ROW + ROW, "a")
    with pytest.raises(UsageError, match=r"(?s)2 mistakes.*power.*colour"):
        read(ROW.replace("power = 0.8", 'power = "x"\ncolour = 1'), "a")
    with pytest.raises(UsageError, match="0 < false < power < 1"):
        read(ROW.replace("false = 0.1", "false = 0.9"), "a")
    with pytest.raises(UsageError, match="name@version"):
        read(ROW.replace("reentry@1", "reentry"), "a")
    with pytest.raises(UsageError, match="not valid TOML"):
        read("[[rate", "a")
    assert set(KEYS) == {line.split(" = ")[0] for line in ROW.strip().splitlines()[1:]}


def test_the_table_of_the_page_is_that_of_the_rows() -> None:
    page = (ROOT / "docs" / "nature-reading.md").read_text(encoding="utf-8")
    cells = [[c.strip(" `") for c in line.split("|")[1:6]] for line in page.splitlines() if re.match(r"\| \w+@\d", line)]
    printed = {(method, indicator): (float(so), float(no), n.replace(",", "")) for method, indicator, so, no, n in cells}
    assert printed == {(r.method, r.indicator): (r.p_seen_if_so, r.p_seen_if_not, f"{r.n_so}; {r.n_not}") for r in rates()}

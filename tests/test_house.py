"""The house stands as it is drawn: light to enter, whole when shipped, no secret, no borrowed data, no wall moved unseen."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.pages import ROOT

PACKAGE = ROOT / "src" / "hoshimori"
MODULES = sorted(PACKAGE.rglob("*.py"))
ENTRY_LIMIT_S = 0.4
TRIES = 10  # a busy machine stretches processor time too: the best run counts
LONGEST_MODULE = 500
HEAVY = {"numba", "duckdb", "pyarrow", "scipy", "httpx", "jinja2"}


def in_git(*arguments: str) -> list[str]:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")[:-1]


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """The files that a commit would hold: tracked, or new and not ignored."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: there is nothing to say about tracked files")
    names = in_git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [ROOT / n for n in names if (ROOT / n).is_file()]


def processor_s(*command: str) -> float:
    """Processor time of one run: what a run takes on an idle machine, whatever the other tests are doing meanwhile."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, command
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-c", "import hoshimori"),
        (sys.executable, "-c", "from hoshimori.doors.cli import main; main()", "--help"),
    ],
    ids=["import hoshimori", "hoshimori --help"],
)
def test_entering_takes_less_than_four_tenths_of_a_second(command: tuple[str, ...]) -> None:
    assert any(processor_s(*command) < ENTRY_LIMIT_S for _ in range(TRIES))


@pytest.mark.parametrize("entry", ["hoshimori", "hoshimori.doors.cli"])
def test_entering_loads_nothing_heavy(entry: str) -> None:
    ask = f"import sys, {entry}; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert entry in loaded
    assert HEAVY & set(loaded) == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_module_says_its_job_first_and_ends_before_it_is_long(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "the first line says the room's job"
    assert len(text.splitlines()) <= LONGEST_MODULE, "does it still do one thing?"


def test_no_test_stands_in_for_what_it_tests() -> None:
    stand_ins = re.compile(r"unittest\.mock|MagicMock|\bmocker\b|pytest_mock")
    tests = [p for p in (ROOT / "tests").rglob("*.py") if p != Path(__file__)]
    assert [p.name for p in tests if stand_ins.search(p.read_text(encoding="utf-8"))] == []


def floors_drawn() -> list[set[str]]:
    """The floors in design/house.md, top first."""
    text = (ROOT / "design" / "house.md").read_text(encoding="utf-8")
    picture = re.search(r"^## Floors.*?^```text\n(.*?)^```", text, re.M | re.S)
    assert picture, "design/house.md has no picture of the floors"
    return [set(re.findall(r"\w+", line)) for line in picture[1].splitlines()]


def test_the_picture_of_the_floors_is_the_contract() -> None:
    (contract,) = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    assert floors_drawn() == [set(re.findall(r"\w+", layer)) for layer in contract["layers"]]
    assert contract["exhaustive"] is True


def test_every_room_is_on_the_list_of_rooms() -> None:
    text = (ROOT / "design" / "house.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([\w./]+?)/?` \|", text, re.M))
    rooms = {p.name for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert rooms == listed


def test_every_choice_that_was_weighed_is_on_the_list_of_choices() -> None:
    listed = re.findall(r"\]\(([\w-]+)\.\w+\)", (ROOT / "design" / "README.md").read_text(encoding="utf-8"))
    assert set(listed) == {p.stem for p in (ROOT / "design").iterdir() if p.suffix in (".md", ".py")} - {"README"}


SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|://[^/\s:@{}$<]+:(?!secret@|\*\*\*@)[^/\s:@{}$<¤]+@"
)
MACHINE_PATHS = re.compile(r"(?<![\w.}*])/(?:home|root|Users|work|mnt)/\w+")


def test_no_secret_and_no_path_of_a_machine_is_committed(tracked: list[Path]) -> None:
    found = []
    for file in tracked:
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if SECRETS.search(line) or MACHINE_PATHS.search(line):
                found.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["see /ho¤me/ann/x", "-----BEGIN PRIVATE¤ KEY-----", "https://ann:hunter2¤@host/", "token = ghp¤_" + 36 * "a"],
)
def test_a_secret_or_a_path_would_be_seen(line: str) -> None:
    whole = line.replace("¤", "")  # so that this file passes its own test
    assert SECRETS.search(whole) or MACHINE_PATHS.search(whole)


def test_no_test_data_is_copied_into_the_repository(tracked: list[Path], data: Path) -> None:
    def digests(files: Iterable[Path]) -> dict[str, Path]:
        return {hashlib.sha256(f.read_bytes()).hexdigest(): f for f in files if f.is_file() and f.stat().st_size > 300}

    ours = digests(f for f in tracked if f.name != "LICENSE")  # the same licence lies beside some of the data
    assert [str(ours[d].relative_to(ROOT)) for d in ours.keys() & digests(data.rglob("*")).keys()] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it would be shipped, built with the build backend that is installed, from no network.

    Whether it holds the console is asked in tests/doors/web/test_console_build.py.
    """
    place = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "SKIP_CONSOLE": "1"})
    assert done.returncode == 0, done.stderr
    (built,) = place.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel: Path, tracked: list[Path]) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {n for n in names if ".dist-info/" not in n and not n.startswith("hoshimori/_console/")}
    assert shipped == {p.relative_to(ROOT / "src").as_posix() for p in tracked if p.is_relative_to(PACKAGE)}
    assert "hoshimori/py.typed" in shipped
    assert any(n.endswith(".toml") for n in shipped)
    assert any(n.endswith("licenses/LICENSE") for n in names)


def test_what_is_shipped_can_be_used_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    ask = "import hoshimori; from hoshimori.doors.cli import main; print(hoshimori.__file__, flush=True); main()"
    done = subprocess.run(
        [sys.executable, "-c", ask, "watchlist"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "HOSHIMORI_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path))
    assert "japan-comms" in done.stdout

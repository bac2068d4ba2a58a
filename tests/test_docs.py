"""What is written runs: every block of every page; every verb, option, setting and exit code is in the handbook."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from hoshimori.doors import cli, options
from hoshimori.errors import HoshimoriError
from tests.pages import ROOT, blocks

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(p for p in DOCS.rglob("*.md") if "_build" not in p.parts)]
MOST_SKIPS = 6
NOWHERE = "http://127.0.0.1:9"  # the discard port: whatever a page would fetch from outside is refused at once


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def reader(folder: Path) -> dict[str, str]:
    """The environment of a reader who has installed the package, has a fresh home and no network."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "HOSHIMORI_HOME": str(folder / "home"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "120",
        "NO_COLOR": "1",
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
        "no_proxy": "127.0.0.1,localhost",
    }


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run(
        [sys.executable, ROOT / "tests" / "pages.py", page],
        cwd=work,
        env=reader(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_few_blocks_are_skipped_and_each_says_why() -> None:
    skipped = [b for p in PAGES for b in blocks(name_of(p), p.read_text(encoding="utf-8")) if b.skip]
    assert len(skipped) <= MOST_SKIPS, "\n".join(f"{b.place}: {b.skip}" for b in skipped)
    assert [b.place for b in skipped if len(b.skip) < 10] == []


def test_the_handbook_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "dummy", "-d", tmp_path / "trees", DOCS, tmp_path],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def verbs() -> list[tuple[str, Any]]:
    """Every command of the command line after its words, subcommands included. (Typer brings its own Click, so: Any.)"""

    def walk(words: str, command: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(command, TyperGroup):
            for name, below in command.commands.items():
                yield from walk(f"{words} {name}", below)
        else:
            yield words, command

    return list(walk("hoshimori", typer.main.get_command(cli.app)))


def section_on(words: str) -> str:
    """The part of docs/cli.md under the heading that names this command; "" where there is none."""
    found = re.search(
        rf"^(#+) .*\b{re.escape(words)}\b(?! [a-z]).*\n((?:(?!#+ ).*\n)*)", (DOCS / "cli.md").read_text(encoding="utf-8"), re.M
    )
    return found[2] if found else ""


@pytest.mark.parametrize(("words", "command"), verbs(), ids=[words for words, _ in verbs()])
def test_a_verb_has_its_section_and_every_option_is_in_it(words: str, command: Any) -> None:
    section = section_on(words)
    assert section, f"docs/cli.md has no heading that names `{words}`"
    options = {o for p in command.params for o in p.opts if o.startswith("--")} - {"--help"}
    assert sorted(o for o in options if not re.search(rf"(?<![\w-]){o}(?![\w-])", section)) == []


def handbook() -> str:
    return "\n".join(p.read_text(encoding="utf-8") for p in PAGES if p.is_relative_to(DOCS))


def test_every_environment_variable_is_in_the_handbook() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py"))
    settings = set(re.findall(r"HOSHIMORI_[A-Z][A-Z_]*[A-Z]", code))
    assert settings, "no HOSHIMORI_... in src: has this pattern gone stale?"
    text = handbook()
    assert sorted(s for s in settings if s not in text) == []


def errors(root: type[HoshimoriError] = HoshimoriError) -> Iterator[type[HoshimoriError]]:
    yield root
    for kind in root.__subclasses__():
        yield from errors(kind)


def exit_codes() -> dict[int, str]:
    """The rows of the table of exit codes."""
    return {int(code): row for code, row in re.findall(r"^\| *(\d+) *\|(.*)$", (DOCS / "exit-codes.md").read_text("utf-8"), re.M)}


def test_every_error_is_in_the_table_of_exit_codes_with_its_code() -> None:
    rows = {name: code for code, row in exit_codes().items() for name in re.findall(r"`(\w+)`", row)}
    shipped = {e.__name__: e.exit_code for e in errors() if e.__module__ == "hoshimori.errors"}
    assert {name: rows.get(name) for name in shipped} == shipped


def test_the_exit_codes_of_the_command_line_itself_are_in_the_table() -> None:
    assert {options.FOUND, cli.DIFFERENT, cli.STOPPED, cli.PIPE_CLOSED, 0} <= exit_codes().keys()

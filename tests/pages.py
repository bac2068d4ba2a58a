"""The handbook's blocks: found in Markdown and run, one page at a time, as a reader would.

As a program, `python tests/pages.py PAGE` runs a page in the folder that it is started in and says what did not hold.
Blocks run in the order of the page and share one namespace and one folder:

    python     is run; a block of `>>>` examples is a doctest
    console    each `$ command` is run in a shell of its own; it must leave with 0, or with N where it ends in `# exit N`;
               lines below it must be what it says, `...` standing for anything; `$ make TARGET` is a dry run
    json toml  are parsed
    text       is shown and nothing more

Any other language is a mistake, so that no block escapes by its name. A block that cannot run says why, in sight:
``python {skip: "needs an account"}``.
"""

from __future__ import annotations

import doctest
import io
import json
import re
import subprocess
import sys
import tomllib
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
SLOWEST_COMMAND_S = 120


@dataclass(frozen=True)
class Block:
    """One fenced block. `line` is that of its first line of text, from 1; `skip` the reason for not running it, or ""."""

    page: str
    line: int
    language: str
    skip: str
    body: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Command:
    """One `$` line of a console block with the output printed below it."""

    text: str
    says: str

    @property
    def exit_code(self) -> int:
        stated = re.search(r"# exit (\d+)\s*$", self.text)
        return int(stated[1]) if stated else 0


def blocks(page: str, text: str, first_line: int = 0) -> Iterator[Block]:
    """Every fenced block of a page, those inside notes and other directives included."""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type != "fence" or token.map is None:
            continue
        line = first_line + token.map[0] + 1
        directive = re.match(r"\{([\w-]+)\}\s*(.*)", token.info)
        if directive and directive[1] != "code-block":
            yield from blocks(page, token.content, line)
            continue
        info = directive[2] if directive else token.info
        reason = re.search(r'\{skip: "([^"]*)"\}', info)
        yield Block(page, line + 1, (info.split() or [""])[0], reason[1] if reason else "", token.content)


def commands(body: str) -> Iterator[Command]:
    """The commands of a console block; a backslash or a `>` prompt carries a command on to the next line."""
    command: list[str] = []
    says: list[str] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            if command:
                yield Command("\n".join(command), "\n".join(says))
            command, says = [line[2:]], []
        elif command and not says and (line.startswith("> ") or command[-1].endswith("\\")):
            command.append(line.removeprefix("> "))
        else:
            says.append(line)
    if command:
        yield Command("\n".join(command), "\n".join(says))


def run_console(block: Block, _names: dict[str, Any]) -> Iterator[str]:
    every = list(commands(block.body))
    if not every:
        yield "a console block without a `$ command`"
    for command in every:
        dry = command.text.startswith("make ")
        text = command.text.replace("make ", "make --dry-run ", 1) if dry else command.text
        done = subprocess.run(
            text,
            shell=True,
            cwd=ROOT if dry else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SLOWEST_COMMAND_S,
        )
        if done.returncode != command.exit_code:
            yield f"$ {command.text}\nleft with {done.returncode}, not {command.exit_code}:\n{done.stdout}"
        elif not dry and not alike(command.says, done.stdout):
            yield f"$ {command.text}\nthe page says:\n{command.says}\nit said:\n{done.stdout}"


def alike(wanted: str, got: str) -> bool:
    """Is the printed output the same, `...` standing for anything and any white space for any other? Nothing wanted: yes."""
    return not wanted.strip() or doctest.OutputChecker().check_output(wanted.strip() + "\n", got.strip() + "\n", LIKE)


def run_python(block: Block, names: dict[str, Any]) -> Iterator[str]:
    if block.body.lstrip().startswith(">>> "):
        yield from run_doctest(block, names)
        return
    try:
        exec(compile("\n" * (block.line - 1) + block.body, block.page, "exec"), names)
    except Exception:
        yield traceback.format_exc()


def run_doctest(block: Block, names: dict[str, Any]) -> Iterator[str]:
    test = doctest.DocTestParser().get_doctest(block.body, names, block.page, block.page, block.line - 1)
    said = io.StringIO()
    outcome = doctest.DocTestRunner(optionflags=LIKE).run(test, out=said.write, clear_globs=False)
    names.update(test.globs)
    if outcome.failed:
        yield said.getvalue()


def parse_with(parser: Callable[[str], object]) -> Callable[[Block, dict[str, Any]], Iterator[str]]:
    def run(block: Block, _names: dict[str, Any]) -> Iterator[str]:
        try:
            parser(block.body)
        except ValueError as wrong:
            yield f"not {block.language}: {wrong}"

    return run


def show(_block: Block, _names: dict[str, Any]) -> Iterator[str]:
    return iter(())


RUNNERS: dict[str, Callable[[Block, dict[str, Any]], Iterator[str]]] = {
    "python": run_python,
    "console": run_console,
    "json": parse_with(json.loads),
    "toml": parse_with(tomllib.loads),
    "text": show,
}


def failures(page: str, text: str) -> Iterator[str]:
    """Everything on a page that does not hold, each with its place."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page, text):
        run = RUNNERS.get(block.language)
        if run is None:
            yield f"{block.place}: a block in {block.language!r}, which is none of {', '.join(RUNNERS)}"
        elif not block.skip:
            yield from (f"{block.place}: {wrong}" for wrong in run(block, names))


if __name__ == "__main__":
    found = list(failures(sys.argv[1], Path(sys.argv[1]).read_text(encoding="utf-8")))
    print("\n\n".join(found))
    sys.exit(bool(found))

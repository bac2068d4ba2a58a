"""The command line as a person uses it: in this process where that is enough, in one of its own where the terminal matters."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoshimori.doors import cli


@dataclass(frozen=True)
class Done:
    """How a command left, and what it said on both streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def hoshimori(*words: str | Path) -> Done:
    """`hoshimori WORDS` in this process."""
    out, err, before, code = io.StringIO(), io.StringIO(), sys.argv, 0
    sys.argv = ["hoshimori", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            cli.main()
    except SystemExit as left:
        code = int(left.code or 0)
    finally:
        sys.argv = before
    return Done(code, out.getvalue(), err.getvalue())


def start(*words: str | Path, settings: Mapping[str, str] | None = None, **pipes: Any) -> subprocess.Popen[bytes]:
    """`hoshimori WORDS` in a process of its own, without a terminal."""
    command = [sys.executable, "-c", "from hoshimori.doors.cli import main; main()", *map(str, words)]
    environment = {**os.environ, **(settings or {})}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **pipes)


def apart(*words: str | Path, settings: Mapping[str, str] | None = None) -> Done:
    """Run it to its end in a process of its own."""
    child = start(*words, settings=settings)
    out, err = child.communicate(timeout=120)
    encoding = "ascii" if (settings or {}).get("PYTHONIOENCODING") == "ascii" else "utf-8"
    return Done(child.returncode, out.decode(encoding), err.decode(encoding))

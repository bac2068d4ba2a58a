"""The build hook: a wheel and an sdist carry the console built; who installs from either needs no Node.

An editable install builds nothing (`make console` does). SKIP_CONSOLE=1 leaves out what is not built already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM = ("npm", "--no-audit", "--no-fund", "--no-update-notifier")


class Console(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        build_data["artifacts"].append("src/hoshimori/_console/**")
        if version == "editable" or is_built(root):
            return
        if os.environ.get("SKIP_CONSOLE") == "1":
            self.app.display_warning("SKIP_CONSOLE=1: the console is left as it is")
            return
        if shutil.which("npm") is None:
            raise RuntimeError("npm is needed to build the console; `make console` brings it, SKIP_CONSOLE=1 builds without")
        for step in steps(root / "console"):
            subprocess.run([*NPM, *step], cwd=root / "console", check=True)  # noqa: S603 - two fixed commands


def is_built(root: Path) -> bool:
    """Whether the page is newer than everything that it is built from, as make decides; in an sdist what is there is whole."""
    page = root / "src" / "hoshimori" / "_console" / "index.html"
    if not page.exists():
        return False
    return not (root / ".git").exists() or all(f.stat().st_mtime <= page.stat().st_mtime for f in sources(root / "console"))


def sources(console: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(console):
        folders[:] = [f for f in folders if f != "node_modules"]
        yield from (Path(folder, f) for f in files)


def steps(console: Path) -> Iterator[tuple[str, ...]]:
    """What is still to be done. npm leaves a copy of its lock file where it has installed."""
    held, wanted = console / "node_modules" / ".package-lock.json", console / "package-lock.json"
    if not held.exists() or held.stat().st_mtime < wanted.stat().st_mtime:
        yield ("ci",)
    yield ("run", "build")

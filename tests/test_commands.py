"""The two commands of the README, and CI: what they refuse, they refuse at once and say what to do."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.pages import ROOT


def run(*command: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("MAKE")}, **settings}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def a_python(folder: Path, says: str, leaves_with: int) -> Path:
    """A stand-in for an interpreter that this machine does not have: a script that answers as that one would."""
    script = folder / "python"
    script.write_text(f"#!/bin/sh\necho '{says}'\nexit {leaves_with}\n", encoding="utf-8")
    script.chmod(0o755)
    return script


@pytest.mark.parametrize("target", ["demo", "test"])
def test_a_python_that_is_too_old_is_named(target: str, tmp_path: Path) -> None:
    python = a_python(tmp_path, "Python 3.10.13", 1)
    done = run("make", target, f"VENV={tmp_path / 'venv'}", f"PY={python}")
    assert done.returncode != 0
    assert f"{python} is not Python 3.11, 3.12 or 3.13: Python 3.10.13" in done.stdout
    assert not (tmp_path / "venv").exists()


def test_no_python_at_all_is_said(tmp_path: Path) -> None:
    done = run("make", "demo", f"VENV={tmp_path / 'venv'}", "PY=")
    assert done.returncode != 0
    assert "hoshimori needs Python 3.11, 3.12 or 3.13 and found none" in done.stdout


def test_a_python_without_venv_leaves_nothing_behind(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$1" in -m) mkdir {tmp_path}/venv; exit 1;; esac\n', encoding="utf-8")
    python.chmod(0o755)
    done = run("make", "demo", f"VENV={tmp_path / 'venv'}", f"PY={python}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stdout
    assert not (tmp_path / "venv").exists()


def test_ci_fails_where_the_test_data_is_absent(tmp_path: Path) -> None:
    done = run(ROOT / ".ci" / "run", HOSHIMORI_DATA=str(tmp_path))
    assert done.returncode == 1
    assert f"no test data at {tmp_path}" in done.stderr


def test_ci_runs_the_command_of_the_readme() -> None:
    stated = set(re.findall(r"^\$ (make \w+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M))
    assert stated == {"make demo", "make test"}
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == "exec make test"


def test_the_demo_needs_nothing_that_only_tests_need() -> None:
    plan = run("make", "--dry-run", "--always-make", "demo").stdout
    assert "sync" in plan
    assert "--no-dev" in plan
    assert plan.splitlines()[-1].endswith("/hoshimori demo")

"""What every test may ask for: the test data beside the project, and a home that is thrown away."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from hoshimori.doors import demonstration, tables
from hoshimori.ports import View, silent
from hoshimori.watch import Sweep

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data() -> Path:
    """The test data beside the project. Absent: skip with a reason; in CI: fail."""
    place = Path(os.environ.get("HOSHIMORI_DATA") or ROOT.parent / "shared" / "data")
    if not (place / "DATA.md").exists():
        reason = f"test data not found at {place}: set HOSHIMORI_DATA to the folder that holds DATA.md"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return place


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh hoshimori home, set as the default for this test."""
    place = tmp_path / "home"
    monkeypatch.setenv("HOSHIMORI_HOME", str(place))
    return place


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes give a test no name: those of an archive hold the second at which it was made, and workers must agree on names."""
    return argname if isinstance(val, bytes) else None


@dataclass(frozen=True)
class Practice:
    """The demonstration on the practice sky: what was watched, and the folders it left. Shared: copy before changing any."""

    home: Path
    out: Path
    view: View
    sweep: Sweep

    def copied(self, place: Path) -> Path:
        """A home of one's own with the same facts."""
        shutil.copytree(self.home, place)
        return place

    def options(self, home: Path | None = None) -> list[str]:
        return ["--home", str(home or self.home), "--mode", "EXERCISE", "--as-of", "data"]


@pytest.fixture(scope="session")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    """One practice home and its report, made once for each worker."""
    out = tmp_path_factory.mktemp("practice")
    shown = demonstration.run(out, "practice", silent)
    tables.write(shown.view, shown.sweep, out, "en", source=shown.source)
    return Practice(shown.home, out, shown.view, shown.sweep)

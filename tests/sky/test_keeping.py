"""Tables kept on this machine are what was computed, or are computed again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hoshimori.sky import atmosphere, keeping
from hoshimori.sky.keeping import kept


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(keeping, "_folders", lambda: iter([tmp_path / "cache"]))
    return tmp_path / "cache"


class Made:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.times += 1
        return {"a": np.arange(10_000, dtype=np.float32), "b": np.eye(3)}


def test_it_is_made_once(folder: Path) -> None:
    make = Made()
    first, second = (kept("x", b"1", make) for _ in range(2))
    assert make.times == 1
    assert first.keys() == second.keys()
    for k in first:
        assert first[k].dtype == second[k].dtype
        assert np.array_equal(first[k], second[k])
    kept("x", b"2", make)
    assert make.times == 2  # what it follows from is another
    assert [p.suffix for p in folder.iterdir()] == [".npz"] * 2  # nothing half written is left


@pytest.mark.parametrize("harm", ["cut", "flipped", "empty", "text", "folder"])
def test_a_damaged_file_is_made_again(folder: Path, harm: str) -> None:
    make = Made()
    kept("x", b"1", make)
    file = next(folder.iterdir())
    data = bytearray(file.read_bytes())
    if harm == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif harm == "flipped":
        data[20_000] ^= 4
        file.write_bytes(data)
    elif harm == "folder":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(b"" if harm == "empty" else b"not a zip" * 100)
    again = kept("x", b"1", make)
    assert make.times == 2
    assert np.array_equal(again["a"], np.arange(10_000))


def test_where_nothing_can_be_kept_it_is_made_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(keeping, "_folders", lambda: iter([tmp_path / "file" / "below"]))
    make = Made()
    for _ in range(2):
        assert kept("x", b"1", make)["b"][2, 2] == 1.0
    assert make.times == 2


def test_the_air_is_the_same_from_the_file() -> None:
    atmosphere.tables()
    atmosphere.tables.cache_clear()
    read = atmosphere.tables()
    made = (atmosphere._usual(), atmosphere._added_by_flux(), atmosphere._added_by_ap())
    assert all(np.array_equal(a, b) for a, b in zip(read, made, strict=True))

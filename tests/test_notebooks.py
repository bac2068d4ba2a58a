"""The notebooks of the handbook run from the first cell to the last; they are kept without outputs, and know no machine."""

from __future__ import annotations

import json
import re
import resource
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.pages import ROOT

FOLDER = ROOT / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LONGEST_S = 60.0
"""Of processor time: what a run takes on an idle machine, whatever the other tests are doing meanwhile."""
PATIENCE_S = 400.0
SILENT = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1,localhost"}


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call,no-any-return]


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code"]


def test_there_are_three() -> None:
    assert [p.stem for p in NOTEBOOKS] == ["a-visitor", "first-watch", "through-the-api"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_kept_without_outputs_and_without_this_machine(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert [c.outputs for c in code(notebook) if c.outputs] == []
    assert {c.execution_count for c in code(notebook)} == {None}
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(home|root|Users|tmp|work|var|mnt)/", text)
    assert "EXERCISE" in text


def processor_s() -> float:
    """Of all processes that this one has seen end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_in_less_than_a_minute(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path), "HOSHIMORI_HOME": str(tmp_path / "none")}
    for key, value in {**SILENT, **own}.items():
        monkeypatch.setenv(key, value)
    notebook = read(path)
    before = processor_s()
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=int(PATIENCE_S), kernel_name="python3", resources=place).execute()
    assert 0.0 < processor_s() - before < LONGEST_S
    assert not (tmp_path / "none").exists()  # each works in a home of its own
    shown = [o for c in code(notebook) for o in c.outputs]
    pages = [o.data["text/html"] for o in shown if "data" in o and "text/html" in o.data]
    assert len(pages) >= 4, "records did not show themselves"
    assert all("hoshimori" in p for p in pages)
    assert any(">EXERCISE</span>" in p for p in pages)
    assert [o for o in shown if o.output_type == "error"] == []
    assert "<script" not in json.dumps(pages)

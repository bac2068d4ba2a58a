"""The weights that are shipped are what the records teach: no number in the package that cannot be learnt again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.manoeuvres.shipping import WEIGHTS, shipped_text
from bench.manoeuvres.truth import histories


def numbers(value: Any, name: str = "") -> dict[str, float | str]:
    if isinstance(value, dict):
        return {k: x for key, v in value.items() for k, x in numbers(v, f"{name}/{key}").items()}
    if isinstance(value, list):
        return {k: x for i, v in enumerate(value) for k, x in numbers(v, f"{name}/{i}").items()}
    return {name: value}


@pytest.mark.data
def test_the_shipped_weights_are_what_the_records_teach(data: Path) -> None:
    learnt, shipped = numbers(json.loads(shipped_text(histories(data)))), numbers(json.loads(WEIGHTS.read_text()))
    assert learnt.keys() == shipped.keys()
    words = {k for k, v in shipped.items() if isinstance(v, str)}
    assert {k: learnt[k] for k in words} == {k: shipped[k] for k in words}
    for name in shipped.keys() - words:
        assert learnt[name] == pytest.approx(shipped[name], rel=1e-3, abs=1e-3), name

"""A conjunction is run again by a stranger from the stored bytes: our own, and one that rests on an operator's message."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hoshimori
from hoshimori.detect.conjunction import Conjunction
from hoshimori.findings import Event
from hoshimori.formats import dump_cdm, dump_omm
from hoshimori.formats.sizes import SizeTable
from hoshimori.watch import Sweep
from tests.detect.skies import ASSET, OTHER, at, sky, watching
from tests.detect.test_conjunction import GROWING, message, sets

SIZES = SizeTable(np.array([OTHER]), np.array([0.3]), np.array([0.1]), np.array(["SFK RCS Estimate"], object))


def home_with(place: Path, *, warned: bool) -> Path:
    files = place / "files"
    files.mkdir()
    (files / "sets.json").write_text(dump_omm(sky(*sets(GROWING)), kind="json"), encoding="utf-8")
    if warned:
        (files / "m1.cdm").write_text(dump_cdm(message(), kind="KVN"), encoding="utf-8")
    hoshimori.ingest(files, home=place / "home")
    return place / "home"


def swept(home: Path) -> Sweep:
    using = [Conjunction().with_sizes(SIZES)]
    return hoshimori.sweep(watching(ASSET), home=home, as_of=at(0.6), start=at(-1.0), stop=at(2.0), using=using)


def the_one(sweep: Sweep) -> Event:
    return min(sweep.events, key=lambda e: abs(e.start_utc - at(1.0)))


@pytest.mark.parametrize("warned", [False, True])
def test_it_comes_out_the_same_from_the_stored_bytes(tmp_path: Path, warned: bool) -> None:
    home = home_with(tmp_path, warned=warned)
    event = the_one(swept(home))
    assert event.label == ("operator's message" if warned else "predicted")
    (check,) = hoshimori.check([event], home=home)
    assert check.verdict == "same", [f for f in check.fields if f.verdict != "same"]
    compared = {f.field for f in check.fields}
    assert {"miss_km", "miss_km sigma", "radius_m", "trend_score", "explanations"} <= compared
    assert ("collision_probability" in compared) == warned


@pytest.mark.parametrize(("warned", "field"), [(False, "screening_probability"), (True, "collision_probability")])
def test_a_probability_that_was_changed_is_noticed(tmp_path: Path, warned: bool, field: str) -> None:
    home = home_with(tmp_path, warned=warned)
    record: dict[str, Any] = copy.deepcopy(the_one(swept(home)).to_json())
    record["quantities"][field]["value"] *= 1.001
    (check,) = hoshimori.check([Event.from_json(record)], home=home)
    assert [f.field for f in check.fields if f.verdict == "different"] == [field]


def test_the_state_of_the_asset_says_what_could_happen(tmp_path: Path) -> None:
    sweep = swept(home_with(tmp_path, warned=True))
    (state,) = sweep.states
    reason = next(r for r in state.reasons if r.code.startswith("conjunction"))
    event = the_one(sweep)
    assert state.state == "attention"
    assert (reason.code, reason.values["other"]) == ("conjunction message", str(OTHER))
    assert reason.values["p"] == event.quantities["collision_probability"].value
    assert state.quantities["conjunctions"].value == len(sweep.events)

"""A claim is re-run from its own evidence: what was edited, lost or altered is noticed and named."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import hoshimori
from hoshimori.catalogue import Catalogue
from hoshimori.doors import cli
from hoshimori.errors import UsageError
from hoshimori.findings import Event
from hoshimori.verify import Check
from tests import command
from tests.conftest import Practice

Record = dict[str, Any]


@pytest.fixture(scope="module")
def claims(practice: Practice) -> list[Record]:
    return [json.loads(x) for x in (practice.out / "events.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def claim(claims: list[Record]) -> Record:
    """The intruder's stay, to be changed at will."""
    return copy.deepcopy(next(c for c in claims if c["kind"] == "stay" and not c["normal"]))


def checked(record: Record, home: Path) -> Check:
    (check,) = hoshimori.check([record], home=home)
    return check


def with_its_own_id(record: Record) -> Record:
    """As a careful forger would write it: the id fits the content."""
    return Event.from_json(record).to_json()


def wrong(check: Check) -> set[str]:
    return {f.field for f in check.fields if f.verdict == "different"}


def test_every_claim_of_the_practice_watch_comes_out_the_same(claims: list[Record], practice: Practice) -> None:
    checks = hoshimori.check(claims, home=practice.home)
    assert [c.verdict for c in checks] == ["same"] * len(claims)
    assert {"miss_km", "miss_km sigma", "start", "explanations", "as_of", "stored bytes"} <= {f.field for f in checks[0].fields}


def test_events_are_checked_as_they_are_records(practice: Practice) -> None:
    (check,) = hoshimori.check(practice.sweep.events[:1], home=practice.home)
    assert check.verdict == "same"


def test_an_edited_number_is_different_in_its_field_and_in_the_id(claim: Record, practice: Practice) -> None:
    claim["quantities"]["miss_km"]["value"] += 0.001
    assert wrong(checked(claim, practice.home)) == {"id", "miss_km"}


EDITS: list[tuple[str, Any]] = [
    ("label", lambda c: c.update(label="drift-by")),
    ("normal", lambda c: c.update(normal=True)),
    ("data_mode", lambda c: c.update(data_mode="REAL")),
    ("as_of", lambda c: c.update(as_of="2026-05-30T00:00:00.000000Z")),
    ("explanations", lambda c: c["explanations"][0].update(verdict="wins")),
    ("miss_km", lambda c: c["quantities"]["miss_km"].update(unit="m")),
    ("miss_km sigma", lambda c: c["quantities"]["miss_km"].pop("sigma")),
    ("median_km", lambda c: c["quantities"].pop("median_km")),
    ("event", lambda c: c.update(others=["27954"])),
    ("event", lambda c: c.update(start="2026-05-25T00:00:00.000000Z")),
]


def test_a_forger_who_also_mends_the_id_is_found_by_the_re_run(claim: Record, practice: Practice) -> None:
    forged = []
    for _, edit in EDITS:
        one = copy.deepcopy(claim)
        edit(one)
        forged.append(with_its_own_id(one))
    checks = hoshimori.check(forged, home=practice.home)
    assert [wrong(c) for c in checks] == [{field} for field, _ in EDITS]


def test_a_claim_whose_inputs_are_not_held_cannot_be_checked(claim: Record, tmp_path: Path) -> None:
    check = checked(claim, tmp_path / "empty home")
    assert check.verdict == "cannot"
    assert f"{len(set(claim['evidence'][0]['inputs']))} missing" in {f.recomputed for f in check.fields}


MADE_UP = ["f" * 32, "not a digest", "sha256:" + "0" * 64]


def test_what_cannot_be_run_again_as_claimed_is_said_not_to_be(claim: Record, practice: Practice) -> None:
    evidence = claim["evidence"][0]
    name, _, version = evidence["method"].partition("@")
    settings = {**evidence["parameters"], "settings": {**evidence["parameters"]["settings"], "sensitivity": 11}}
    changes: list[Record] = [{"inputs": [*evidence["inputs"], x]} for x in MADE_UP]
    changes += [{"method": f"{name}@0"}, {"method": "oracle@1"}, {"parameters": settings}]
    checks = hoshimori.check([with_its_own_id({**claim, "evidence": [{**evidence, **c}]}) for c in changes], home=practice.home)
    assert [c.verdict for c in checks] == ["cannot"] * len(changes)
    said = [c.fields[-1].recomputed for c in checks]
    assert f"this is {name}@{version}" in said[3]
    assert "no plugin 'oracle'" in said[4]
    assert "sensitivity" in said[5]


def test_a_claim_from_fewer_inputs_than_it_needs_comes_out_different(claim: Record, practice: Practice) -> None:
    claim["evidence"][0]["inputs"] = claim["evidence"][0]["inputs"][::4]
    assert checked(with_its_own_id(claim), practice.home).verdict == "different"


def bytes_behind(home: Path, claim: Record) -> list[Path]:
    catalogue = Catalogue(home)
    sets = catalogue.by_digest(claim["evidence"][0]["inputs"])
    digests = [s.sha256 for s in catalogue.source_of(set(sets.source.tolist())).values()]
    return [next((home / "raw").glob(f"??/{d}.*[!n]")) for d in digests]


def test_stored_bytes_that_were_altered_are_noticed(claim: Record, practice: Practice, tmp_path: Path) -> None:
    home = practice.copied(tmp_path / "home")
    file = bytes_behind(home, claim)[0]
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()).replace(b"0", b"1", 1)))
    check = checked(claim, home)
    (said,) = [f.recomputed for f in check.fields if f.verdict == "cannot"]
    assert f"{file.name}: its bytes do not match its name" in said


def test_stored_bytes_that_are_gone_are_noticed(claim: Record, practice: Practice, tmp_path: Path) -> None:
    home = practice.copied(tmp_path / "home")
    for file in bytes_behind(home, claim):
        file.unlink()
    assert checked(claim, home).verdict == "cannot"


@pytest.mark.parametrize(
    "record",
    [5, "text", None, [], {}, {"schema": "hoshimori.event/1"}],
    ids=["number", "text", "null", "list", "nothing", "only a schema"],
)
def test_what_is_no_event_is_refused_with_its_place(record: Any, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(record) + "\n", encoding="utf-8")
    done = command.hoshimori("verify", file, "--home", tmp_path / "home")
    assert done.code == 2
    assert "record 1 is not an event of hoshimori.event/1" in done.err


@pytest.mark.parametrize("missing", ["evidence", "settings", "start"])
def test_an_event_that_cannot_be_run_again_is_refused(missing: str, claim: Record, practice: Practice) -> None:
    if missing == "evidence":
        claim["evidence"] = []
    else:
        del claim["evidence"][0]["parameters"][missing]
    with pytest.raises(UsageError, match="record 1"):
        checked(claim, practice.home)


def test_a_line_that_is_cut_short_is_named(practice: Practice, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes((practice.out / "events.jsonl").read_bytes()[:-100])
    done = command.hoshimori("verify", file, "--home", practice.home)
    assert done.code == 2
    assert f"{file}:{len(practice.sweep.events)}: not JSON" in done.err


def test_the_command_says_what_differs_and_leaves_with_six(claim: Record, practice: Practice, tmp_path: Path) -> None:
    claim["quantities"]["miss_km"]["value"] = 1.0
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps(claim), encoding="utf-8")
    done = command.hoshimori("verify", file, "--home", practice.home)
    assert done.code == cli.DIFFERENT
    assert "different: miss_km: claimed '1.0 km', recomputed" in done.out
    assert done.out.splitlines()[-1] == "1 claims: 0 same, 1 different, 0 cannot"


def test_only_the_events_asked_for_are_checked(claim: Record, practice: Practice) -> None:
    file = practice.out / "events.jsonl"
    done = command.hoshimori("verify", file, "--home", practice.home, "--event", claim["id"][:12], "--json")
    assert [c["id"] for c in done.json] == [claim["id"]]
    assert command.hoshimori("verify", file, "--home", practice.home, "--event", "zzzz").code == 2

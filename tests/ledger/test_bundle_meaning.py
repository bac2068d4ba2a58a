"""A party with a good key signs what is not so: the other finds it before it concurs, because it does not come out again."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hoshimori.doors import incidents, nature, records
from hoshimori.errors import Refused
from hoshimori.facts import DataMode
from hoshimori.findings import Event
from hoshimori.judgements import Incident, Item
from hoshimori.ledger import canonical, container, exchange
from tests.conftest import Practice
from tests.ledger.parties import Parties, check, edited, pack, parties, payload_of, slip_in

Predicate = dict[str, Any]


class Case:
    """JPN's record of one finding of the practice watch, and its payload, to be forged."""

    def __init__(self, folder: Path, practice: Practice) -> None:
        self.who: Parties = parties(folder)
        home = folder / "A"
        with self.who.at("A/ledger"):
            pass
        told = [json.loads(x) for x in (practice.out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
        event = next(e for e in told if e["kind"] == "stay" and not e["normal"])
        opened = incidents.open_incident(
            "A visitor", by="A. Sato", party="JPN", owners=["JPN"], data_mode=DataMode.EXERCISE, home=home,
            start="2026-05-01", stop="2026-06-01",
        )  # fmt: skip
        incidents.add_findings(opened.incident_id, [event], home=home)
        incidents.assess_incident(opened.incident_id, home=home)
        self.record = records.sign(opened.incident_id, self.who["jpn"], home=home, catalogue_home=practice.home).record
        with self.who.at("A/ledger") as a:
            self.honest = pack(a, self.record, self.who["jpn"])
            self.payload = payload_of(self.honest["record/envelope.json"])
        self.count = 0
        self.folder = folder

    def forged(self, change: Callable[[Predicate, dict[str, bytes]], None]) -> Path:
        """The bundle of a record that says something else: signed by JPN, in JPN's log, every digest mended."""
        payload = copy.deepcopy(self.payload)
        files = {n: b for n, b in self.honest.items() if n.startswith(("events/", "inputs/"))}
        change(payload["predicate"], files)
        rows = [{"name": n, "digest": {"sha256": canonical.sha256(b)}} for n, b in sorted(files.items())]
        names = {i["name"]: i for i in payload["predicate"]["inputs"]}
        like = next(iter(names.values()))
        inputs = [names.get(n, {**like, "name": n}) for n in sorted(files)]
        payload["subject"] = [*rows, {"name": "assessment.json", "digest": {"sha256": "0" * 64}}]
        data = edited(payload, inputs=inputs)
        self.count += 1
        path = self.folder / f"forged-{self.count}.zip"
        with self.who.at("A/ledger") as a:
            with a.journal.writing() as w:
                for n in sorted(files):
                    w.append(f"blob:{canonical.sha256(files[n])}", files[n])
                w.append(f"disclosures:{canonical.sha256(data)}", exchange.disclosures_json({}))
            slip_in(a, data, [self.who["jpn"]])
            container.write(pack(a, canonical.sha256(data), self.who["jpn"]), path)
        return path

    def concur(self, path: Path) -> str:
        """The code with which USA's own program refuses to concur."""
        home = f"B of {path.name}"
        with self.who.at(f"{home}/ledger"):
            pass
        with pytest.raises(Refused) as caught:
            records.concur(path, self.who["usa"], home=self.folder / home)
        with self.who.at(f"{home}/ledger") as b:
            assert list(b.journal.entries("act")) == []
        return caught.value.code


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory, practice: Practice) -> Case:
    return Case(tmp_path_factory.mktemp("case"), practice)


def made_again(predicate: Predicate, **incident: Any) -> None:
    """As a careful forger: the whole assessment worked out anew from the items that he changed."""
    before = predicate["assessment"]
    case = Incident.from_json({**before["incident"], "items": before["items"], "claims": [], "judgements": [], **incident})
    moments = [nature._moment(before[k]) for k in ("as_of", "made")]
    predicate["assessment"] = nature.assess(case, moments[0], made_utc=moments[1])


def test_the_honest_record_comes_out_again_and_is_concurred_with(case: Case) -> None:
    with case.who.at("reader/ledger") as reader:
        found = records.look_again(check(case.honest, reader))
    assert (found.assessment, [f.verdict for f in found.findings], found.verdict) == ("same", ["same"], "same")


def _verdict(p: Predicate, _: dict[str, bytes]) -> None:
    p["assessment"]["verdict"] = "deliberate_reversible"


def _odds(p: Predicate, _: dict[str, bytes]) -> None:
    odds = p["assessment"]["bayes"]["odds"]
    odds["routine"], odds["deliberate_reversible"] = odds["deliberate_reversible"], odds["routine"]


def _confidence(p: Predicate, _: dict[str, bytes]) -> None:
    p["assessment"]["confidence"] = "high"


def _gate(p: Predicate, _: dict[str, bytes]) -> None:
    gate = p["assessment"]["gates"][0]
    gate["answer"] = "not met" if gate["answer"] == "met" else "met"


def _dissent(p: Predicate, _: dict[str, bytes]) -> None:
    p["assessment"]["left_out"] = {"not_releasable": 0, "known_later": 7, "unweighed": 0}
    p["assessment"]["confidence_reasons"] = []


def _more(p: Predicate, _: dict[str, bytes]) -> None:
    p["assessment"]["note"] = "USA has agreed to this by telephone"


def _precedents(p: Predicate, _: dict[str, bytes]) -> None:
    p["assessment"]["precedents"] = []


@pytest.mark.parametrize("change", [_verdict, _odds, _confidence, _gate, _dissent, _more, _precedents])
def test_an_assessment_that_does_not_follow_from_its_items_is_found(case: Case, change: Callable[..., None]) -> None:
    assert case.concur(case.forged(change)) == "different"


def _seen(p: Predicate, _: dict[str, bytes]) -> None:
    """One item says the opposite, under its old id."""
    p["assessment"]["items"][0]["seen"] = not p["assessment"]["items"][0]["seen"]


def _statement(p: Predicate, _: dict[str, bytes]) -> None:
    p["assessment"]["items"][0]["statement"] = "It came within arm's reach."


@pytest.mark.parametrize("change", [_seen, _statement])
def test_an_item_that_was_changed_is_found_by_its_id(case: Case, change: Callable[..., None]) -> None:
    assert case.concur(case.forged(change)) == "different"


def _event_changed(p: Predicate, files: dict[str, bytes]) -> None:
    """The finding says another distance and has a new id, every item names that, the assessment is made anew from them."""
    (name,) = (n for n in files if n.startswith("events/"))
    event = json.loads(files.pop(name))
    event["quantities"]["miss_km"]["value"] /= 10
    event = Event.from_json(event).to_json()
    files[f"events/{event['id']}.json"] = canonical.canonical(event)
    for item in p["assessment"]["items"]:
        if item["event"]:
            item.update(Item.from_json({**item, "event": event["id"]}).to_json())
    made_again(p)


def test_a_finding_that_was_changed_with_all_that_follows_is_found_by_running_it_again(case: Case) -> None:
    assert case.concur(case.forged(_event_changed)) == "different"


def _event_in_place(p: Predicate, files: dict[str, bytes]) -> None:
    (name,) = (n for n in files if n.startswith("events/"))
    event = json.loads(files[name])
    event["label"] = "inspection"
    files[name] = canonical.canonical(event)


def test_a_finding_under_the_id_of_another_is_found(case: Case) -> None:
    assert case.concur(case.forged(_event_in_place)) == "different"


def _inputs_gone(_: Predicate, files: dict[str, bytes]) -> None:
    for name in [n for n in files if n.startswith("events/")]:
        del files[name]


def test_an_item_whose_finding_is_not_there_is_refused(case: Case) -> None:
    assert case.concur(case.forged(_inputs_gone)) == "missing-input"


def _item_changed_with_all_that_follows(p: Predicate, _: dict[str, bytes]) -> None:
    """The finding is honest and comes out again; what was read from it is not what it says."""
    item = p["assessment"]["items"][0]
    item.update(Item.from_json({**item, "seen": not item["seen"], "statement": "It did the opposite."}).to_json())
    made_again(p)


def test_an_item_that_its_finding_does_not_say_is_found(case: Case) -> None:
    assert case.concur(case.forged(_item_changed_with_all_that_follows)) == "different"


def _another_table(p: Predicate, _: dict[str, bytes]) -> None:
    """Weighed, it says, with a table that USA does not have; and the verdict changed beside it."""
    p["assessment"]["table"] = "0" * 64
    p["assessment"]["verdict"] = "deliberate_irreversible"


def test_a_table_that_nobody_has_does_not_make_an_altered_verdict_pass_in_silence(case: Case) -> None:
    assert case.concur(case.forged(_another_table)) in ("different", "cannot")


def _nonsense(p: Predicate, _: dict[str, bytes]) -> None:
    p["assessment"] = {"incident": p["assessment"]["incident"], "verdict": "deliberate_irreversible", "marking": {"tlp": "CLEAR"}}


def test_what_cannot_be_made_again_is_not_concurred_with_in_silence(case: Case) -> None:
    assert case.concur(case.forged(_nonsense)) in ("different", "cannot")


def _closed_to_hide(p: Predicate, _: dict[str, bytes]) -> None:
    """A part that nobody may see, so that nothing can be made again; and the verdict changed beside it."""
    p["assessment"]["verdict"] = "deliberate_irreversible"
    p["assessment"]["precedents"] = {"withheld": {"sha256": "0" * 64, "marking": {"tlp": "RED", "releasable_to": ["JPN"]}}}
    p["assessment"]["markings"] = {"precedents": {"tlp": "RED", "releasable_to": ["JPN"]}}


def test_a_closed_part_does_not_make_an_altered_verdict_pass_in_silence(case: Case) -> None:
    assert case.concur(case.forged(_closed_to_hide)) in ("different", "cannot")

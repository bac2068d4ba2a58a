"""The whole path on real element sets: a watch, an incident on a stay, an assessment, a brief, two signatures, a third party."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

import hoshimori
from hoshimori.detect.encounter import Encounter
from hoshimori.doors import brief, incidents, keyrings, nature, records
from hoshimori.errors import Refused
from hoshimori.findings import Event
from hoshimori.ledger import container
from hoshimori.ledger.keys import PrivateKey
from hoshimori.watch import Sweep

ASSETS = """id = "two"
[[asset]]
id = "jcsat-5a"
norad_id = 29045
name = "JCSAT-5A"
operator = "SKY Perfect JSAT"
orbit = "GEO"
[[asset]]
id = "jcsat-12"
norad_id = 35755
name = "JCSAT-12"
operator = "SKY Perfect JSAT"
orbit = "GEO"
"""


@dataclass(frozen=True)
class Parties:
    """Two homes that trust one keyring, and the key of one person of each."""

    jpn: Path
    usa: Path
    sato: PrivateKey
    smith: PrivateKey
    fingerprint: str


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    place = tmp_path_factory.mktemp("parties")
    os.chmod(place, 0o700)
    sato = keyrings.make_key(place / "jpn.pem", party="JPN", person="A. Sato")
    smith = keyrings.make_key(place / "usa.pem", party="USA", person="B. Smith")
    ring = place / "keyring.json"
    keyrings.draft([place / "jpn.pub.json", place / "usa.pub.json"], ring)
    keyrings.sign(ring, sato)
    signed = keyrings.sign(ring, smith)
    for home in (place / "JPN", place / "USA"):
        keyrings.adopt(ring, fingerprint=signed.fingerprint, home=home)
    return Parties(place / "JPN", place / "USA", sato, smith, signed.fingerprint)


@pytest.fixture(scope="module")
def sweep(data: Path, parties: Parties, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    place = tmp_path_factory.mktemp("week")
    for name in ("geo.3le.gz", "geo_first_seen.csv.gz"):
        (place / name).symlink_to(data / "geo-week" / name)
    hoshimori.ingest(place, home=parties.jpn)
    (place / "two.toml").write_text(ASSETS, encoding="utf-8")
    return hoshimori.sweep(place / "two.toml", as_of="data", using=[Encounter()], home=parties.jpn)


def a_stay(sweep: Sweep) -> Event:
    return next(e for e in sweep.events if e.kind == "stay" and e.subject == "29045" and e.others == ("35755",))


@pytest.fixture(scope="module")
def proposal(sweep: Sweep, parties: Parties) -> records.Record:
    """Assessed and signed by the first party: an incident on a stay that is on file."""
    opened = incidents.open_incident(
        "Who stays beside JCSAT-5A?", by="A. Sato", party="JPN", owners=["JPN"], assets=["jcsat-5a"], home=parties.jpn,
        start="2026-05-24", stop="2026-05-31",
    )  # fmt: skip
    added = incidents.add_findings(opened.incident_id, [a_stay(sweep)], home=parties.jpn)
    assert added.items
    incidents.judge(
        opened.incident_id, "security-threatened", "not met", by="A. Sato", party="JPN",
        reason="A neighbour of many years, on its own station-keeping.", home=parties.jpn,
    )  # fmt: skip
    incidents.assess_incident(opened.incident_id, home=parties.jpn)
    return records.sign(opened.incident_id, parties.sato, home=parties.jpn)


def test_the_judgement_claims_no_more_than_a_stay_carries(proposal: records.Record, parties: Parties) -> None:
    made = records.assessment_of(proposal.record, home=parties.jpn)
    assert made["data_mode"] == "REAL"
    assert made["verdict"] in ("routine", "undetermined")
    assert made["bayes"]["leader"] == "routine"
    gates = {g["id"]: g["answer"] for g in made["gates"]}
    assert gates["G0"] == "met"
    assert gates["G5"] == "undetermined"
    page = brief.html(made, lang="en", signatures=[dict(a) for a in proposal.acts])
    assert "A. Sato" in page
    assert "case by case" in page


def test_the_other_party_concurs_from_the_bundle_alone_and_a_third_verifies(
    proposal: records.Record, parties: Parties, tmp_path: Path
) -> None:
    sent = records.bundle(proposal.record, tmp_path / "proposal.zip", parties.sato, reader="USA", home=parties.jpn)
    assert not (parties.usa / "catalogue").exists()
    answered = records.concur(sent, parties.smith, reason="Seen alike here.", home=parties.usa)
    assert answered.state == "concurred"
    joint = records.bundle(proposal.record, tmp_path / "joint.zip", parties.smith, reader="JPN", home=parties.usa)
    assert records.receive(joint, home=parties.jpn).state == "concurred"

    found = records.verify_bundle(joint, fingerprint=parties.fingerprint, home=tmp_path / "third")
    assert found.checked.state == "concurred"
    assert found.assessment == "same"
    assert [f.verdict for f in found.findings] == ["same"]
    assert found.verdict == "same"
    assert {s.act.party for s in found.checked.standings} == {"JPN", "USA"}

    stranger = records.verify_bundle(joint, home=tmp_path / "fourth")
    assert not stranger.checked.anchored
    assert stranger.verdict == "cannot"


def test_a_finding_that_was_changed_before_it_was_signed_does_not_come_out_again(
    sweep: Sweep, parties: Parties, tmp_path: Path
) -> None:
    """The proposer lies, over a good signature: whoever runs the finding again sees it, and cannot concur by accident."""
    told = json.loads(json.dumps(a_stay(sweep).to_json()))
    told["quantities"]["miss_km"]["value"] = 0.5
    lie = Event.from_json(told)
    opened = incidents.open_incident("A lie", by="A. Sato", party="JPN", owners=["JPN"], home=parties.jpn)
    incidents.add_findings(opened.incident_id, [lie], home=parties.jpn)
    incidents.assess_incident(opened.incident_id, home=parties.jpn)
    record = records.sign(opened.incident_id, parties.sato, home=parties.jpn)
    sent = records.bundle(record.record, tmp_path / "lie.zip", parties.sato, reader="USA", home=parties.jpn)
    found = records.verify_bundle(sent, fingerprint=parties.fingerprint, home=tmp_path / "third")
    assert found.assessment == "same"
    assert [f.verdict for f in found.findings] == ["different"]
    with pytest.raises(Refused, match="comes out different") as refused:
        records.concur(sent, parties.smith, home=parties.usa)
    assert refused.value.code == "different"
    answered = records.dissent(sent, parties.smith, reason="The distance does not come out of its own inputs.", home=parties.usa)
    assert answered.state == "dissented"


def test_the_assessment_is_made_again_from_the_bundle_alone(proposal: records.Record, parties: Parties, tmp_path: Path) -> None:
    sent = records.bundle(proposal.record, tmp_path / "folder", parties.sato, reader="USA", home=parties.jpn)
    files = container.read(sent)
    assert {n.split("/")[0] for n in files} >= {"manifest.json", "keyring.json", "record", "logs", "events", "inputs"}
    made = records.assessment_of(proposal.record, home=parties.jpn)
    assert nature.same(made, nature.again(made)) == []
    twisted = {**made, "verdict": "deliberate_irreversible"}
    assert nature.same(twisted, nature.again(twisted)) == ["verdict"]

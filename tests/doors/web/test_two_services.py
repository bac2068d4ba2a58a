"""Two parties, two services, real HTTP: opened and signed at one, concurred with at the other, checked by a third."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoshimori.doors import keyrings
from hoshimori.findings import Event
from tests.conftest import Practice
from tests.doors.web.sides import PASSPHRASE, Keys, Side, keys, served

ZIP = {"Content-Type": "application/zip"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, practice: Practice) -> Iterator[tuple[Side, Side, Keys]]:
    place = tmp_path_factory.mktemp("two")
    held = keys(place)
    japan = practice.copied(place / "japan")
    for home in (japan, place / "states"):
        keyrings.adopt(held.ring, fingerprint=held.fingerprint, home=home)
    with served(japan, "JPN", keys=held.japan) as a, served(place / "states", "USA", keys=held.states) as b:
        yield a, b, held


def visit(practice: Practice) -> dict[str, object]:
    """A stay of the practice sky that is not usual."""
    return next(e.to_json() for e in practice.sweep.events if e.kind == "stay" and not e.normal)


@pytest.mark.slow
def test_one_record_between_two_services(both: tuple[Side, Side, Keys], practice: Practice, tmp_path: Path) -> None:
    a, b, held = both
    event = visit(practice)
    analyst, signer = a.person("A. Analyst", "JPN", "analyst"), a.person("S. Sato", "JPN", "signer")

    body = {"title": "A visitor", "owners": ["JPN"], "subjects": [event["subject"]], "start": "2026-05-26T00:00:00Z"}
    opened = analyst.post("/incidents", json=body)
    assert opened.status_code == 201, opened.text
    number = opened.json()["id"]
    assert opened.json()["data_mode"] == "EXERCISE"
    assert opened.json()["opened_by"] == "A. Analyst"
    assert opened.headers["location"].endswith(number)

    kept = json.loads(json.dumps(event))
    a.world.duty.keep_sweep("k", "japan-comms", Event.from_json(kept).as_of_utc, {"as_of": kept["as_of"]}, [kept])
    fed = analyst.post(f"/incidents/{number}/findings", json={"event_ids": [kept["id"][:12]]})
    assert fed.status_code == 200, fed.text
    assert fed.json()["items"]
    toml = analyst.get("/incidents/template").content
    fed = analyst.post(f"/incidents/{number}/evidence", content=toml, headers={"Content-Type": "application/toml"})
    assert fed.status_code == 200, fed.text
    assert len(fed.json()["items"]) == len(fed.json()["claims"]) == 1
    answered = analyst.post(
        f"/incidents/{number}/judgements",
        json={"criterion": "affected-or-threatened", "answer": "met", "reason": "Its owner must watch the visitor."},
    )
    assert answered.status_code == 201, answered.text

    made = analyst.post(f"/incidents/{number}/assessments", json={})
    assert made.status_code == 201, made.text
    assert analyst.post("/records", json={"incident": number, "key": "sato", "passphrase": PASSPHRASE}).status_code == 403
    signed = signer.post("/records", json={"assessment": made.json()["id"], "key": "sato", "passphrase": PASSPHRASE})
    assert signed.status_code == 201, signed.text
    record = signed.json()["record"]
    assert signed.json()["state"] == "proposed"
    assert signed.json()["acts"][0]["by"] == "S. Sato"

    sent = signer.post(f"/records/{record}/bundle", json={"reader": "USA", "key": "sato", "passphrase": PASSPHRASE})
    assert sent.status_code == 200
    assert sent.headers["content-type"] == "application/zip"
    assert sent.headers["x-marking"] == "TLP:GREEN // REL TO JPN, USA"

    there, smith = b.person("B. Brown", "USA", "analyst"), b.person("S. Smith", "USA", "signer")
    got = there.post("/bundles", content=sent.content, headers=ZIP)
    assert got.status_code == 201, got.text
    verified = got.json()["verified"]
    assert (verified["verdict"], verified["state"], verified["anchored"]) == ("same", "proposed", True)
    assert verified["findings"]
    assert {f["verdict"] for f in verified["findings"]} == {"same"}
    assert got.json()["known"] is False
    assert there.get("/records").json()["total"] == 0
    answer = {"key": "smith", "passphrase": PASSPHRASE, "reason": "As we see it."}
    concurred = smith.post(f"/bundles/{got.json()['bundle']}/concur", json=answer)
    assert concurred.status_code == 200, concurred.text
    assert concurred.json()["state"] == "concurred"
    assert concurred.json()["acts"][-1]["reasons"] == "As we see it."
    assert smith.post(f"/bundles/{got.json()['bundle']}/concur", json=answer).json()["acts"] == concurred.json()["acts"]

    back = smith.post(f"/records/{record}/bundle", json={"reader": "JPN", "key": "smith", "passphrase": PASSPHRASE})
    returned = analyst.post("/bundles", content=back.content, headers=ZIP)
    assert returned.json()["verified"]["verdict"] == "same"
    assert returned.json()["verified"]["state"] == "concurred"
    assert analyst.get(f"/incidents/{number}").json()["state"] == "proposed"
    received = analyst.post(f"/bundles/{returned.json()['bundle']}/receive")
    assert received.status_code == 200
    assert received.json()["state"] == "concurred"
    assert analyst.get(f"/incidents/{number}").json()["state"] == "concurred"
    assert analyst.get(f"/records/{record[:12]}?lang=ja").json()["text"]["state"] == "全当事国が同意"

    public = signer.post(f"/records/{record}/bundle", json={"reader": "public", "key": "sato", "passphrase": PASSPHRASE})
    assert public.headers["x-marking"] == "TLP:CLEAR"
    with served(tmp_path / "third", "USA") as third:
        stranger = third.person("C. Stranger", "USA", "analyst")
        refused = stranger.post("/bundles", content=public.content, headers=ZIP)
        assert refused.status_code == 409
        assert refused.json()["type"].endswith(":not-anchored")
        assert not (tmp_path / "third" / "inbox").exists()
        assert not (tmp_path / "third" / "ledger").exists()
        wrong = stranger.post("/bundles", params={"fingerprint": "00" * 32}, content=public.content, headers=ZIP)
        assert wrong.status_code == 409
        assert wrong.json()["type"].endswith(":fingerprint")
        found = stranger.post("/bundles", params={"fingerprint": held.fingerprint}, content=public.content, headers=ZIP)
        assert found.status_code == 201, found.text
        assert (found.json()["verified"]["verdict"], found.json()["verified"]["state"]) == ("same", "concurred")


@pytest.mark.slow
def test_what_is_withheld_stays_so_on_the_way(both: tuple[Side, Side, Keys]) -> None:
    """Signed whole at one, shown in part at the other, who signs without having seen it and says so."""
    a, b, _ = both
    sato = a.person("S. Sato", "JPN", "signer")
    number = sato.post("/incidents", json={"title": "A visitor again", "owners": ["JPN"]}).json()["id"]
    row = {
        "indicator": "service_lost",
        "seen": True,
        "statement": "CANARY-RED",
        "source": "log",
        "grade": "A2",
        "t": "2026-05-01",
        "known": "2026-05-01",
    }
    closed = {"items": [{**row, "tlp": "RED", "releasable_to": ["JPN"]}]}
    assert sato.post(f"/incidents/{number}/evidence", json=closed).status_code == 200
    assert sato.post(f"/incidents/{number}/assessments", json={}).json()["marking"] == {"tlp": "RED", "releasable_to": ["JPN"]}
    done = sato.post("/records", json={"incident": number, "key": "sato", "passphrase": PASSPHRASE}).json()
    sent = sato.post(f"/records/{done['record']}/bundle", json={"reader": "USA", "key": "sato", "passphrase": PASSPHRASE})
    assert b"CANARY-RED" not in sent.content
    assert sent.headers["x-marking"] == "TLP:GREEN // REL TO JPN, USA"
    own = sato.post(f"/records/{done['record']}/bundle", json={"reader": "JPN", "key": "sato", "passphrase": PASSPHRASE})
    assert b"CANARY-RED" in own.content
    assert own.headers["x-marking"] == "TLP:RED // REL TO JPN"

    smith = b.person("S. Smith", "USA", "signer")
    got = smith.post("/bundles", content=sent.content, headers=ZIP)
    assert got.status_code == 201
    assert got.json()["verified"]["withheld"] > 0
    assert got.json()["verified"]["verdict"] == "cannot"
    answer = {"key": "smith", "passphrase": PASSPHRASE}
    silent = smith.post(f"/bundles/{got.json()['bundle']}/concur", json=answer)
    assert silent.status_code == 409
    assert silent.json()["type"].endswith(":cannot")
    said = smith.post(f"/bundles/{got.json()['bundle']}/concur", json={**answer, "reason": "Told in person."})
    assert said.status_code == 200
    assert said.json()["acts"][-1]["not_seen"] == got.json()["verified"]["withheld"]
    shown = smith.get(f"/records/{done['record']}")
    assert shown.status_code == 200
    assert "withheld" in shown.json()["assessment"]
    assert "CANARY" not in shown.text
    wrong = smith.post("/bundles", content=own.content, headers=ZIP)
    assert wrong.status_code == 409
    assert wrong.json()["type"].endswith(":wrong-reader")
    assert not any(b"CANARY-RED" in p.read_bytes() for p in b.world.home.rglob("*") if p.is_file())

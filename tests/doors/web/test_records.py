"""Records, bundles and keys over the API: who may sign with what, and that what is refused leaves no trace."""

from __future__ import annotations

import base64
import concurrent.futures
import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from hoshimori.doors import keyrings, records
from hoshimori.doors.web import inbox
from hoshimori.doors.web.key_shelf import Tries
from hoshimori.ledger import container
from tests.doors.web.sides import PASSPHRASE, Keys, Side, keys, served
from tests.doors.web.test_incidents import HOSTILE, ODD, ROW, code, opened, size

ZIP = {"Content-Type": "application/zip"}
SATO = {"key": "sato", "passphrase": PASSPHRASE}
SMITH = {"key": "smith", "passphrase": PASSPHRASE}


@dataclass(frozen=True)
class Both:
    """A service of each party, and a proposal of Japan on its way."""

    japan: Side
    states: Side
    held: Keys
    sato: httpx.Client
    smith: httpx.Client

    def proposed(self, **more: Any) -> str:
        number = assessed(self.sato)
        return str(self.sato.post("/records", json={"incident": number, **SATO, **more}).json()["record"])

    def sent(self, record: str) -> bytes:
        answer = self.sato.post(f"/records/{record}/bundle", json={"reader": "USA", **SATO})
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    place = tmp_path_factory.mktemp("records")
    held = keys(place)
    for home in ("japan", "states"):
        keyrings.adopt(held.ring, fingerprint=held.fingerprint, home=place / home)
    with served(place / "japan", "JPN", keys=held.japan) as a, served(place / "states", "USA", keys=held.states) as b:
        yield Both(a, b, held, a.person("S. Sato", "JPN", "signer"), b.person("S. Smith", "USA", "signer"))


def assessed(who: httpx.Client) -> str:
    number = opened(who, title=f"A link went down {os.urandom(4).hex()}")
    assert who.post(f"/incidents/{number}/evidence", json={"items": [ROW]}).status_code == 200
    assert who.post(f"/incidents/{number}/assessments", json={}).status_code == 201
    return number


def tree(home: Path) -> dict[str, str]:
    """Every file of a home by its digest, but for the book of who came in and what a database keeps beside itself."""
    return {
        str(p.relative_to(home)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(home.rglob("*"))
        if p.is_file() and "duty" not in p.parts and not p.name.endswith(("-wal", "-shm"))
    }


def test_keys_are_shown_by_their_public_halves(both: Both) -> None:
    answer = both.sato.get("/keys")
    rows = {row["name"]: row for row in answer.json()["items"]}
    assert set(rows) == {"abe", "sato"}
    assert rows["sato"]["person"] == "S. Sato"
    assert rows["sato"]["keyid"] == both.held.of["sato"].keyid
    assert rows["sato"]["encrypted"] is True
    assert rows["sato"]["state"] == "signs"
    assert both.sato.get("/keys?lang=ja").json()["items"][0]["text"] != rows["abe"]["text"]
    private = (both.held.japan / "sato.pem").read_text()
    assert not [line for line in private.splitlines() if line in answer.text]
    assert both.japan.person("B. Brown", "USA", "signer").get("/keys").json()["items"] == []
    ring = both.sato.get("/keyring").json()["keyring"]
    assert ring["fingerprint"] == both.held.fingerprint
    assert len(ring["keyring"]["keys"]) == 3
    then = "?as_of=2020-01-01T00:00:00Z"
    assert both.sato.get(f"/keyring{then}").json()["keyring"] is None
    assert {k["state"] for k in both.sato.get(f"/keys{then}").json()["items"]} == {"not in the keyring"}


@pytest.mark.parametrize(
    ("given", "status", "expected"),
    [
        ({"key": "sato"}, 403, "key-passphrase"),
        ({"key": "sato", "passphrase": ""}, 403, "key-passphrase"),
        ({"key": "sato", "passphrase": "wrong"}, 403, "key-passphrase"),
        ({"key": "smith", "passphrase": PASSPHRASE}, 404, "not-found"),
        ({"key": "nobody", "passphrase": PASSPHRASE}, 404, "not-found"),
        ({"key": "../sato", "passphrase": PASSPHRASE}, 422, "invalid"),
        ({"key": "keys-japan/sato", "passphrase": PASSPHRASE}, 422, "invalid"),
        ({"key": "/etc/passwd", "passphrase": PASSPHRASE}, 422, "invalid"),
        ({"key": "sato.pem", "passphrase": PASSPHRASE}, 422, "invalid"),
        ({"key": "sato\x00", "passphrase": PASSPHRASE}, 422, "invalid"),
        ({"key": "keyring:sato", "passphrase": PASSPHRASE}, 422, "invalid"),
        ({"key": "", "passphrase": PASSPHRASE}, 422, "invalid"),
        ({"key": ["sato"], "passphrase": PASSPHRASE}, 422, "invalid"),
        ({"key": "sato", "passphrase": 5}, 422, "invalid"),
        ({"key": "sato", "passphrase": "x" * 1025}, 422, "invalid"),
        ({"passphrase": PASSPHRASE}, 422, "invalid"),
        ({**SATO, "by": "Another"}, 422, "invalid"),
    ],
)
def test_a_key_that_may_not_sign(both: Both, given: dict[str, Any], status: int, expected: str) -> None:
    both.japan.service.app.state.cases.tries = Tries()  # the rest of a key is another test
    number = opened(both.sato)
    both.sato.post(f"/incidents/{number}/assessments", json={})
    before = size(both.japan)
    answer = both.sato.post("/records", json={"incident": number, **given})
    assert (answer.status_code, code(answer)) == (status, expected)
    assert str(both.held.japan) not in answer.text
    assert size(both.japan) == before


def test_a_key_of_another_party_in_the_folder(both: Both) -> None:
    for name in ("smith.pem", "smith.pub.json"):
        shutil.copy2(both.held.states / name, both.held.japan / name)
    try:
        number = assessed(both.sato)
        answer = both.sato.post("/records", json={"incident": number, **SMITH})
        assert (answer.status_code, code(answer)) == (403, "wrong-party")
        assert {row["name"] for row in both.sato.get("/keys").json()["items"]} == {"abe", "sato"}
    finally:
        for name in ("smith.pem", "smith.pub.json"):
            (both.held.japan / name).unlink()


def test_a_key_rests_after_wrong_passphrases(both: Both) -> None:
    number = assessed(both.sato)
    wrong = {"incident": number, "key": "abe", "passphrase": "wrong"}
    answers = [both.sato.post("/records", json=wrong) for _ in range(7)]
    assert [a.status_code for a in answers] == [403] * 5 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0
    assert both.sato.post("/records", json={**wrong, "passphrase": PASSPHRASE}).status_code == 429
    assert both.sato.post("/records", json={"incident": number, **SATO}).status_code == 201


def test_a_key_without_a_passphrase_signs_for_its_person_alone(both: Both) -> None:
    """Whoever may sign would otherwise sign in anybody's name."""
    place = both.held.japan / "open.pem"
    keyrings.make_key(place, party="JPN", person="O. Pen")
    try:
        number = assessed(both.sato)
        answer = both.sato.post("/records", json={"incident": number, "key": "open"})
        assert (answer.status_code, code(answer)) == (403, "open-key")
        own = both.japan.person("o. pen", "JPN", "signer").post("/records", json={"incident": number, "key": "open"})
        assert (own.status_code, code(own)) == (409, "unknown-key")  # it is no key of the keyring
        os.chmod(place, 0o644)
        lax = both.japan.person("O. Pen", "JPN", "signer").post("/records", json={"incident": number, "key": "open"})
        assert (lax.status_code, code(lax)) == (409, "key-permissions")
    finally:
        place.unlink()
        (both.held.japan / "open.pub.json").unlink()


def test_what_is_signed_is_what_was_named(both: Both) -> None:
    number = assessed(both.sato)
    first = both.sato.get(f"/incidents/{number}/assessments/latest").json()["id"]
    both.sato.post(f"/incidents/{number}/evidence", json={"items": [{**ROW, "statement": "Another."}]})
    both.sato.post(f"/incidents/{number}/assessments", json={})
    signed = both.sato.post("/records", json={"assessment": first, **SATO}).json()
    assert signed["assessment_id"] == first
    assert signed["acts"][0]["by"] == "S. Sato"
    again = both.sato.post("/records", json={"assessment": first, **SATO})
    assert again.json()["record"] == signed["record"]
    newer = both.sato.post("/records", json={"incident": number, "supersedes": signed["record"][:12], **SATO}).json()
    assert newer["assessment_id"] != first
    assert both.sato.get(f"/records/{signed['record']}").json()["state"] == "superseded"
    assert both.sato.get(f"/incidents/{number}").json()["state"] == "proposed"
    before = both.sato.get(f"/records/{signed['record']}?as_of={signed['at']}").json()
    assert before["state"] == "proposed"
    for body in (
        {},
        {"incident": number, "assessment": first},
        {"incident": number, "record": signed["record"]},
        {"assessment": "x"},
    ):
        assert code(both.sato.post("/records", json={**body, **SATO})) == "invalid"
    for body in ({"assessment": "0" * 64}, {"record": "0" * 64}, {"incident": "JPN-1999-0001"}, {"incident": opened(both.sato)}):
        assert code(both.sato.post("/records", json={**body, **SATO})) == "not-found"


def test_the_same_signature_twice_at_once_is_one_record(both: Both) -> None:
    number = assessed(both.sato)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda _: both.sato.post("/records", json={"incident": number, **SATO}), range(6)))
    assert {a.status_code for a in done} == {201}
    assert len({a.json()["record"] for a in done}) == 1
    assert [len(a.json()["acts"]) for a in done] == [1] * 6
    assert len(both.sato.get(f"/incidents/{number}").json()["records"]) == 1


def test_dissent_and_withdrawal_keep_their_reasons(both: Both) -> None:
    record = both.proposed()
    got = both.smith.post("/bundles", content=both.sent(record), headers=ZIP).json()["bundle"]
    assert code(both.smith.post(f"/bundles/{got}/dissent", json=SMITH)) == "no-reason"
    for text in ODD.values():
        assert code(both.smith.post(f"/bundles/{got}/dissent", json={**SMITH, "reason": text})) == "invalid"
    text = " ".join(HOSTILE)
    said = both.smith.post(f"/bundles/{got}/dissent", json={**SMITH, "reason": text})
    assert said.status_code == 200, said.text
    assert (said.json()["state"], said.json()["acts"][-1]["reasons"]) == ("dissented", text)
    assert code(both.smith.post(f"/bundles/{got}/concur", json={**SMITH, "reason": "x"})) == "already-answered"
    back = both.smith.post(f"/records/{record}/withdraw", json={**SMITH, "reason": "Read wrongly."})
    assert back.json()["state"] == "proposed"
    assert [a["act"] for a in back.json()["acts"]] == ["proposed", "dissented", "withdrawn"]
    own = both.sato.post(f"/records/{record}/withdraw", json={**SATO, "reason": "Another came."})
    assert own.json()["state"] == "withdrawn"
    assert code(both.sato.post(f"/records/{record}/withdraw", json={**SATO, "reason": ""})) == "invalid"


def test_a_party_does_not_concur_with_itself(both: Both) -> None:
    record = both.proposed()
    own = both.sato.post(f"/records/{record}/bundle", json={"reader": "JPN", **SATO})
    got = both.sato.post("/bundles", content=own.content, headers=ZIP).json()["bundle"]
    assert code(both.sato.post(f"/bundles/{got}/concur", json=SATO)) == "one-party-only"


def test_a_bundle_is_for_a_reader_that_is_known(both: Both) -> None:
    record = both.proposed()
    assert code(both.sato.post(f"/records/{record}/bundle", json={"reader": "AUS", **SATO})) == "unknown-reader"
    assert code(both.sato.post(f"/records/{record}/bundle", json={"reader": "everybody", **SATO})) == "invalid"
    assert code(both.sato.post(f"/records/{record}/bundle", json={"reader": "../USA", **SATO})) == "invalid"


def test_a_good_bundle_is_kept_once(both: Both) -> None:
    data = both.sent(both.proposed())
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: both.smith.post("/bundles", content=data, headers=ZIP), range(2)))
    assert {a.status_code for a in answers} == {201}
    sha = hashlib.sha256(data).hexdigest()
    assert {a.json()["bundle"] for a in answers} == {sha}
    place = both.states.world.home / "inbox"
    assert (place / f"{sha}.zip").read_bytes() == data
    assert sorted(p.suffix for p in place.iterdir() if sha in p.name) == [".json", ".zip"]
    assert oct((place / f"{sha}.zip").stat().st_mode & 0o777) == "0o600"
    assert both.smith.get(f"/bundles/{sha}").json()["verified"]["verdict"] == "same"
    assert sha in [b["bundle"] for b in both.smith.get("/bundles").json()["items"]]
    assert both.smith.get("/bundles?as_of=2020-01-01").json()["total"] == 0
    assert both.smith.get(f"/bundles/{sha}?as_of=2020-01-01").status_code == 404
    ja = both.smith.get(f"/bundles/{sha}?lang=ja").json()["text"]
    assert ja["holds"] != both.smith.get(f"/bundles/{sha}").json()["text"]["holds"]
    (place / f"{sha}.zip").write_bytes(data + b" ")  # what the disk gives back otherwise is not believed
    assert code(both.smith.post(f"/bundles/{sha}/receive")) == "altered-file"
    (place / f"{sha}.zip").write_bytes(data)
    assert both.smith.post(f"/bundles/{sha}/receive", json={}).status_code == 200
    assert both.smith.post(f"/bundles/{'0' * 64}/receive").status_code == 404


def zipped(files: dict[str, bytes]) -> bytes:
    return container.zipped(files)


def changed(files: dict[str, bytes], name: str, change: Callable[[bytes], bytes]) -> bytes:
    return zipped({**files, name: change(files[name])})


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * (40 << 20))
    return out.getvalue()


def lying() -> bytes:
    """A zip whose directory says that it holds far more than it is."""
    data = bytearray(zipped({"manifest.json": b"{}"}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    return bytes(data)


def named(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(name, b"{}")
    return out.getvalue()


def other_signature(data: bytes) -> bytes:
    envelope = json.loads(data)
    envelope["signatures"][0]["sig"] = base64.b64encode(b"\1" * 64).decode()
    return json.dumps(envelope, sort_keys=True, separators=(",", ":")).encode()


def test_a_bad_bundle_leaves_no_trace(both: Both, tmp_path: Path) -> None:
    record = both.proposed()
    good = both.sent(record)
    files = container.unzip(good, "good")
    forged = stranger(tmp_path)
    bad = {
        "nothing": b"",
        "no zip": b"x" * 1000,
        "a zip of nothing": zipped({}),
        "cut": good[:-100],
        "one byte": good[:2000] + bytes([good[2000] ^ 1]) + good[2001:],
        "more at the end": good + b"more",
        "more at the start": b"more" + good,
        "bomb": bomb(),
        "lying": lying(),
        "out of the folder": named("../../../../tmp/evil.json"),
        "absolute": named("/etc/cron.d/evil"),
        "odd name": named("record/\u202eevil.json"),
        "extra": zipped({**files, "inputs/more": b"x"}),
        "missing": zipped({k: v for k, v in files.items() if k != "record/log.json"}),
        "another record": changed(files, "record/envelope.json", lambda d: d.replace(b"payload", b"Payload", 1)),
        "another signature": changed(files, "record/envelope.json", other_signature),
        "another packer": changed(files, "manifest.json", other_signature),
        "another keyring": changed(files, "keyring.json", lambda d: forged["keyring.json"]),
        "forged whole": zipped(forged),
    }
    home, before, entries = both.states.world.home, tree(both.states.world.home), size(both.states)
    assert before
    for name, data in bad.items():
        answer = both.smith.post("/bundles", content=data, headers=ZIP)
        assert answer.status_code == 409, (name, answer.text)
        assert code(answer), name
        assert str(home) not in answer.text
        assert tree(home) == before, name
        assert size(both.states) == entries, name
    large = both.smith.post("/bundles", content=b"PK" + b"\0" * inbox.MOST_BYTES, headers=ZIP)
    assert large.status_code == 413
    assert both.smith.post("/bundles", content=good, headers={"Content-Type": "text/html"}).status_code == 415
    for person in (both.states.person("J", "JPN", "signer"), both.states.person("P", None, "signer")):
        assert code(person.post("/bundles", content=good, headers=ZIP)) == "wrong-party"
    assert tree(home) == before
    assert not (Path("/tmp") / "evil.json").exists()


def stranger(place: Path) -> dict[str, bytes]:
    """A bundle that holds together under keys that nobody of the alliance knows."""
    from tests.doors.two_parties import assessed as assess
    from tests.doors.two_parties import parties

    own = parties(place)
    done = records.sign(assess(own), own.keys["sato"], home=own.japan)
    out = records.bundle(done.record, own.sent("forged.zip"), own.keys["sato"], reader="USA", home=own.japan)
    return container.read(out)


def test_a_bundle_that_cannot_be_kept(both: Both, tmp_path: Path) -> None:
    data = both.sent(both.proposed())
    keyrings.adopt(both.held.ring, fingerprint=both.held.fingerprint, home=tmp_path / "home")
    (tmp_path / "home" / "inbox").write_text("in the way")
    with served(tmp_path / "home", "USA") as full:
        answer = full.person("B. Brown", "USA", "analyst").post("/bundles", content=data, headers=ZIP)
        assert (answer.status_code, code(answer)) == (507, "unwritable")
        assert str(tmp_path) not in answer.text
        assert full.person("B. Brown", "USA", "analyst").get("/bundles").json()["total"] == 0


def test_two_persons_sign(tmp_path: Path) -> None:
    held = keys(tmp_path, needed=2)
    keyrings.adopt(held.ring, fingerprint=held.fingerprint, home=tmp_path / "home")
    with served(tmp_path / "home", "JPN", keys=held.japan) as japan:
        sato, abe = (japan.person(n, "JPN", "signer") for n in ("S. Sato", "A. Abe"))
        number = assessed(sato)
        first = sato.post("/records", json={"incident": number, **SATO}).json()
        assert (first["acts"][0]["signed"], first["acts"][0]["needed"], first["acts"][0]["complete"]) == (1, 2, False)
        both_ = abe.post("/records", json={"record": first["record"][:8], "key": "abe", "passphrase": PASSPHRASE})
        assert both_.status_code == 201, both_.text
        assert both_.json()["record"] == first["record"]
        assert both_.json()["acts"][0]["complete"] is True
        assert both_.json()["acts"][0]["by"] in ("S. Sato, A. Abe", "A. Abe, S. Sato")

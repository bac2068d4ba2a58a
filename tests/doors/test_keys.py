"""`key` and `keyring` as two persons use them: what is shown, what is refused, and that no secret is ever shown."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from hoshimori.doors import keyrings
from hoshimori.errors import UsageError
from hoshimori.ledger import keys
from tests.command import hoshimori
from tests.doors.two_parties import Parties, parties


@pytest.fixture
def both(tmp_path: Path) -> Parties:
    return parties(tmp_path)


def test_the_ceremony_step_by_step(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o700)
    jpn, usa, ring, home = (tmp_path / n for n in ("jpn.pem", "usa.pem", "ring.json", "home"))
    for file, party in ((jpn, "JPN"), (usa, "USA")):
        made = hoshimori("key", "make", file, "--party", party, "--person", f"Post {party}")
        assert made.code == 0
        assert str(keys.public_file(file)) in made.out
    draft = hoshimori("keyring", "draft", ring, "--key", tmp_path / "jpn.pub.json", "--key", tmp_path / "usa.pub.json", "--json")
    assert draft.json["missing"] == {"JPN": 1, "USA": 1}
    assert not draft.json["complete"]
    assert "JPN 1, USA 1" in hoshimori("keyring", "show", ring).out
    heard = draft.json["fingerprint"]
    assert hoshimori("keyring", "sign", ring, "--key", jpn).code == 0
    half = hoshimori("keyring", "adopt", ring, "--fingerprint", heard, "--home", home)
    assert half.code == 7
    assert "USA" in half.err
    assert hoshimori("keyring", "sign", ring, "--key", usa, "--json").json["complete"]

    unheard = hoshimori("keyring", "adopt", ring, "--home", home)
    assert unheard.code == 7
    assert "another channel" in unheard.err
    wrong = hoshimori("keyring", "adopt", ring, "--home", home, "--fingerprint", heard[::-1])
    assert wrong.code == 7
    assert "do not trust it" in wrong.err
    assert hoshimori("keyring", "show", "--home", home).out == "No keyring is trusted here yet.\n"
    assert hoshimori("keyring", "adopt", ring, "--home", home, "--fingerprint", heard.upper().replace(" ", "")).code == 0
    assert hoshimori("keyring", "show", "--home", home, "--json").json["fingerprint"] == heard


def test_a_keyring_is_never_written_over_and_needs_every_party(both: Parties) -> None:
    before = both.ring.read_bytes()
    again = hoshimori("keyring", "draft", both.ring, "--key", both.public("sato"), "--key", both.public("smith"))
    assert again.code == 2
    assert both.ring.read_bytes() == before
    other = both.place / "other.json"
    alone = hoshimori("keyring", "draft", other, "--key", both.public("sato"))
    assert alone.code == 7
    assert "no key of USA" in alone.err
    assert not other.exists()
    many = hoshimori(
        "keyring", "draft", other, "--key", both.public("sato"), "--key", both.public("smith"), "--threshold", "JPN=2"
    )
    assert many.code == 7
    assert not other.exists()


@pytest.mark.parametrize("text", ["jpn=2", "JPN:2", "JPN=0", "JPN=", "=2", "JPN=two"])
def test_a_threshold_that_is_none_is_refused_with_an_example(text: str, both: Parties) -> None:
    done = hoshimori("keyring", "amend", both.ring, "--threshold", text)
    assert done.code == 2
    assert "JPN=2" in done.err


def test_revoking_needs_a_reason_and_one_key(both: Parties) -> None:
    first = both.keys["sato"].keyid[:8]
    assert "--because" in hoshimori("keyring", "amend", both.ring, "--revoke", first).err
    for start in ("", first[:3], "zzzz"):
        refused = hoshimori("keyring", "amend", both.ring, "--revoke", start, "--because", "left")
        assert refused.code == 7
        assert "sato" in refused.err
    assert keyrings.state(both.ring).complete, "what was refused changed the file"


def test_a_new_version_waits_for_both_and_is_adopted_without_a_fingerprint(both: Parties) -> None:
    keyrings.make_key(both.pem("abe"), party="JPN", person="abe")
    amended = hoshimori("keyring", "amend", both.ring, "--key", both.public("abe"), "--json").json
    assert amended["keyring"]["version"] == 2
    assert amended["missing"] == {"JPN": 1, "USA": 1}
    assert amended["fingerprint"] == both.fingerprint
    assert hoshimori("keyring", "adopt", both.ring, "--home", both.japan).code == 7
    for who in ("sato", "smith"):
        keyrings.sign(both.ring, both.keys[who])
    assert hoshimori("keyring", "adopt", both.ring, "--home", both.japan).code == 0
    ring = keyrings.trusted(home=both.japan)
    assert ring is not None
    assert {row.person for row in ring.keyring.keys} == {"sato", "smith", "abe"}


def test_what_is_revoked_is_shown_with_when_and_why_in_both_languages(both: Parties) -> None:
    keyrings.make_key(both.pem("abe"), party="JPN", person="abe")
    keyrings.amend(both.ring, add=[both.public("abe")])
    for who in ("sato", "smith"):
        keyrings.sign(both.ring, both.keys[who])
    keyrings.amend(both.ring, revoke=[both.keys["sato"].keyid[:8]], because="left the post")
    assert "REVOKED" in (en := hoshimori("keyring", "show", both.ring).out)
    assert "left the post" in en
    assert "失効" in (ja := hoshimori("keyring", "show", both.ring, "--lang", "ja").out)
    assert "left the post" in ja


def test_a_private_key_is_not_opened_to_be_shown(both: Parties) -> None:
    done = hoshimori("key", "show", both.pem("sato"))
    assert done.code == 2
    assert str(both.public("sato")) in done.err
    shown = hoshimori("key", "show", both.public("sato"), "--json").json
    assert shown["keyid"] == both.keys["sato"].keyid
    assert shown["person"] == "sato"


def test_no_secret_is_printed(both: Parties) -> None:
    secret = "".join(both.pem("sato").read_text().splitlines()[1:-1])
    words = both.place / "words"
    words.write_text("plain rope window\n")
    said = [
        hoshimori("key", "make", both.pem("new"), "--party", "JPN", "--person", "new", "--passphrase-file", words),
        hoshimori("key", "show", both.pem("sato")),
        hoshimori("keyring", "show", both.ring, "--json"),
        hoshimori("keyring", "sign", both.ring, "--key", both.pem("new"), "--passphrase-file", both.ring),
    ]
    for done in said:
        for hidden in (secret, secret[-32:], "plain rope"):
            assert hidden not in done.out + done.err


def test_an_encrypted_key_needs_its_own_passphrase(both: Parties, monkeypatch: pytest.MonkeyPatch) -> None:
    words, other = both.place / "words", both.place / "other"
    words.write_text("plain rope window\n")
    other.write_text("plain rope door\n")
    made = hoshimori("key", "make", both.pem("abe"), "--party", "JPN", "--person", "abe", "--passphrase-file", words)
    assert made.code == 0
    assert "ENCRYPTED" in both.pem("abe").read_text()
    hoshimori("keyring", "amend", both.ring, "--key", both.public("abe"))
    sign = ("keyring", "sign", both.ring, "--key", both.pem("abe"))
    monkeypatch.setattr("sys.stdin", io.StringIO())  # no terminal to ask at
    assert hoshimori(*sign).code == 2
    assert hoshimori(*sign, "--passphrase-file", other).code == 7
    assert hoshimori(*sign, "--passphrase-file", both.place / "none").code == 2
    monkeypatch.setenv("HOSHIMORI_PASSPHRASE", "plain rope window")
    assert hoshimori(*sign).code == 0


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_that_others_may_read_is_refused(mode: int, both: Parties) -> None:
    os.chmod(both.pem("sato"), mode)
    done = hoshimori("keyring", "sign", both.ring, "--key", both.pem("sato"))
    assert done.code == 7
    assert "chmod 600" in done.err


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--party", "jpn", "--person", "X"), "alpha-3"),
        (("--party", "JPN", "--person", ""), "name or post"),
        (("--party", "JPN", "--person", "X", "--role", "boss"), "root, signer"),
        (("--party", "JPN", "--person", "X", "--until", "2020-01-01"), "the end comes first"),
        (("--party", "JPN", "--person", "X", "--until", "soon"), "ISO 8601"),
    ],
)
def test_a_key_that_could_never_be_used_is_not_made(options: tuple[str, ...], part: str, tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o700)
    done = hoshimori("key", "make", tmp_path / "k.pem", *options)
    assert done.code == 2
    assert part in done.err
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_keyring_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json"):
        keyrings.state(tmp_path / "none.json")
    page = tmp_path / "page.json"
    page.write_text(json.dumps({"schema": "something else"}))
    assert hoshimori("keyring", "show", page).code == 7

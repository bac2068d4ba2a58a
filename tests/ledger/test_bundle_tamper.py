"""No byte of a bundle can be another, no file more, fewer or elsewhere: whoever does it, with no key or with one of his own."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoshimori.errors import HoshimoriError, Refused
from hoshimori.ledger import canonical, envelope, exchange, keyring, packing
from hoshimori.ledger.exchange import Given
from hoshimori.ledger.home import Ledger
from tests.ledger.parties import (
    Files,
    ago,
    answer,
    assessment,
    check,
    concur,
    flipped,
    joint,
    now,
    pack,
    parties,
    propose,
    receive,
    refused,
    resealed,
    zipped,
)
from tests.pages import ROOT

AMBER = {"tlp": "AMBER", "releasable_to": ["JPN", "USA"]}
OURS = {"tlp": "RED", "releasable_to": ["JPN"]}
SECRETS = ("HAKUTO-source", "KAGUYA-remark", "TSUKI-inner", "YORU-raw-bytes", "HOSHI-finding", "KUMO-file-name")
"""Planted in what the public, or USA, may not read."""
ALL_BYTES_OF = 1500
SAMPLE = 250


def closed_assessment() -> dict[str, object]:
    """Parts for both parties, parts for JPN alone, one inside the other."""
    inner = {"word": SECRETS[2], "marking": OURS}
    items = [
        {"event": "", "statement": SECRETS[0], "method": "", "marking": OURS},
        {"event": "", "statement": "for both", "method": "", "marking": AMBER, "more": inner},
        {"event": "", "statement": "for all", "method": "", "marking": {"tlp": "CLEAR"}},
    ]
    return assessment(items=items, remark=SECRETS[1], markings={"remark": OURS})


CLOSED = (
    Given("inputs/element-sets-real.json", b"[1,2,3]", "sets.json"),
    Given("inputs/" + "a" * 64, SECRETS[3].encode(), f"{SECRETS[5]}.oem", marking=OURS),
    Given("events/b.json", json.dumps({"secret": SECRETS[4]}).encode(), marking=OURS),
    Given("events/c.json", b'{"for":"both"}', marking=AMBER),
)


class Scene:
    """Two parties, one record with closed parts and two answers, and a reader's home that trusts the keyring."""

    def __init__(self, folder: Path) -> None:
        self.who = parties(folder)
        with self.who.at("A") as a, self.who.at("B") as b:
            self.record = propose(a, self.who["jpn"], ago(hours=2), made=closed_assessment(), given=CLOSED)
            sent = pack(a, self.record, self.who["jpn"])
            concur(b, sent, self.who["usa"], ago(hours=1))
            answer(a, "dissented", self.record, self.who["jpn 2"], ago(minutes=90), reason="I read it otherwise")
            receive(a, pack(b, self.record, self.who["usa"], "JPN"))
            self.files = {r: pack(a, self.record, self.who["jpn"], r) for r in ("JPN", "USA", "public")}
            second = propose(a, self.who["jpn"], ago(minutes=30), made=assessment("another"))
            concur(b, pack(a, second, self.who["jpn"]), self.who["usa"], ago(minutes=20))
            receive(a, pack(b, second, self.who["usa"], "JPN"))
            self.other = pack(a, second, self.who["jpn"], "USA")
        self.reader: Ledger

    def refused(self, files: Files) -> str:
        """The code with which the reader refuses; it is never accepted, and nothing but our own errors is raised."""
        with pytest.raises(HoshimoriError) as caught:
            check(files, self.reader)
        assert isinstance(caught.value, Refused), repr(caught.value)
        return caught.value.code


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    made = Scene(tmp_path_factory.mktemp("scene"))
    with made.who.at("reader") as reader:
        made.reader = reader
        yield made


def names(files: Files) -> list[str]:
    return sorted(files)


def test_the_bundles_themselves_hold(scene: Scene) -> None:
    for reader, files in scene.files.items():
        found = check(files, scene.reader)
        assert (found.state, found.reader, found.anchored) == ("concurred", reader, True)
        assert [s.act.act for s in found.standings] == ["proposed", "dissented", "concurred"]
    assert check(scene.other, scene.reader).state == "concurred"


# ---- without a key


def places(data: bytes, drawn: random.Random) -> list[int]:
    return list(range(len(data))) if len(data) <= ALL_BYTES_OF else sorted(drawn.sample(range(len(data)), SAMPLE))


def test_no_byte_of_any_file_can_be_another(scene: Scene) -> None:
    drawn, files = random.Random(1), scene.files["USA"]
    codes: set[str] = set()
    for name in names(files):
        for at in places(files[name], drawn):
            codes.add(scene.refused({**files, name: flipped(files[name], at, drawn.randrange(8))}))
    assert codes <= {"altered-file", "not-canonical", "envelope", "bad-signature", "unknown-key"} | {
        *("unsigned", "signed-twice", "shape", "missing-file", "extra-file")
    }


def test_no_file_can_be_cut_or_grow(scene: Scene) -> None:
    files = scene.files["USA"]
    for name in names(files):
        for changed in (b"", files[name][:-1], files[name] + b"\n", files[name] * 2, b"\xff\xfe", b"\xef\xbb\xbf" + files[name]):
            scene.refused({**files, name: changed})


def test_no_file_can_be_taken_away_added_or_exchanged_with_another(scene: Scene) -> None:
    files = scene.files["USA"]
    for name in names(files):
        assert scene.refused({n: b for n, b in files.items() if n != name}) == "missing-file"
    for name in ("inputs/more", "events/more.json", "answers/0003-USA.json", "logs/USA-0123456789abcdef.json"):
        assert scene.refused({**files, name: b"{}"}) == "extra-file"
    for one, other in itertools.combinations(names(files), 2):
        if files[one] != files[other]:
            scene.refused({**files, one: files[other], other: files[one]})


def test_a_bundle_without_a_signature_is_refused(scene: Scene) -> None:
    files = scene.files["USA"]
    for name in ("manifest.json", "record/envelope.json", "answers/0001-JPN.json"):
        bare = canonical.canonical({**json.loads(files[name]), "signatures": []})
        changed = {**files, name: bare}
        assert scene.refused(changed if name == "manifest.json" else resealed(changed, scene.who["usa"])) == "unsigned"
    chain = json.loads(files["keyring.json"])
    chain["versions"][0]["signatures"] = []
    assert scene.refused({**files, "keyring.json": canonical.canonical(chain)}) == "altered-file"
    assert (
        scene.refused(resealed({**files, "keyring.json": canonical.canonical(chain)}, scene.who["usa"])) == "keyring-signatures"
    )


def test_a_stranger_signs_nothing(scene: Scene, tmp_path: Path) -> None:
    stranger = parties(tmp_path)
    files = scene.files["USA"]
    assert scene.refused(resealed(files, stranger["jpn"])) == "unknown-key"
    theirs = {**files, "keyring.json": stranger.chain}
    assert scene.refused(resealed(theirs, stranger["jpn"])) == "keyring-fork"
    extra = envelope.add_signature(files["manifest.json"], stranger["jpn"])
    assert scene.refused({**files, "manifest.json": extra}) == "unknown-key"
    for name in ("record/envelope.json", "answers/0001-JPN.json"):
        extra = envelope.add_signature(files[name], stranger["jpn"])
        assert scene.refused(resealed({**files, name: extra}, scene.who["usa"])) == "log-proof"


def test_the_zip_of_a_bundle_has_no_byte_to_spare(scene: Scene, tmp_path: Path) -> None:
    from hoshimori.ledger import container

    drawn, data = random.Random(2), zipped(scene.files["public"])
    for at in drawn.sample(range(len(data)), 400):
        try:
            files = container.unzip(flipped(data, at, drawn.randrange(8)), "x")
        except Refused:
            continue
        scene.refused(files)


# ---- with a key of the other party: the manifest is whatever it likes


def test_the_other_party_changes_no_byte_of_what_was_said(scene: Scene) -> None:
    drawn, files, usa = random.Random(3), scene.files["USA"], scene.who["usa"]
    for name in names(files):
        if name != "manifest.json":
            for at in sorted(drawn.sample(range(len(files[name])), min(40, len(files[name])))):
                scene.refused(resealed({**files, name: flipped(files[name], at, drawn.randrange(8))}, usa))


def test_the_other_party_takes_no_file_away_adds_none_and_exchanges_none(scene: Scene) -> None:
    """But for whole answers, which only memory can miss: tests/ledger/test_checking.py, docs/bundle.md."""
    files, usa = scene.files["USA"], scene.who["usa"]
    rest = [n for n in names(files) if n != "manifest.json"]
    found = {n: scene.refused(resealed({k: b for k, b in files.items() if k != n}, usa)) for n in rest}
    assert set(found.values()) == {"missing-file", "missing-input", "log-fork"}
    for name in ("inputs/more", "events/more.json"):
        assert scene.refused(resealed({**files, name: b"{}"}, usa)) == "extra-file"
    for one, other in itertools.combinations(rest, 2):
        if files[one] != files[other]:
            scene.refused(resealed({**files, one: files[other], other: files[one]}, usa))


def test_nothing_of_another_record_fits(scene: Scene) -> None:
    files, other, usa = scene.files["USA"], scene.other, scene.who["usa"]
    for name in sorted({*files, *other} - {"manifest.json"}):
        if files.get(name) != other.get(name) and name in other and not name.startswith("logs/"):
            scene.refused(resealed({**files, name: other[name]}, usa))
    moved = {**files, "answers/0002-USA.json": other["answers/0001-USA.json"]}
    moved["answers/0002-USA.log.json"] = other["answers/0001-USA.log.json"]
    newer = {n: b for n, b in other.items() if n.startswith("logs/")}
    assert scene.refused(resealed({**moved, **newer}, usa)) == "swapped-file"
    disclosed = {**files, "record/disclosures.json": scene.files["JPN"]["record/disclosures.json"]}
    check(resealed(disclosed, usa, reader="JPN"), scene.reader)
    assert scene.refused(resealed({**files, "record/disclosures.json": b'{"' + b"0" * 64 + b'":"[]"}'}, usa)) == "disclosure"
    assert scene.refused(resealed({**files, "record/disclosures.json": b"{}"}, usa)) == "missing-disclosure"


def test_what_the_manifest_says_of_itself_is_held_to_what_is_there(scene: Scene) -> None:
    files, usa, jpn = scene.files["USA"], scene.who["usa"], scene.who["jpn"]
    assert scene.refused(resealed(files, usa, record="0" * 64)) == "swapped-file"
    assert scene.refused(resealed(files, usa, party="JPN")) == "wrong-party"
    assert scene.refused(resealed(files, usa, party="KOR")) == "wrong-party"
    assert scene.refused(resealed(files, usa, alliance="other")) == "wrong-party"
    assert scene.refused(resealed(files, usa, reader="nobody")) == "unknown-reader"
    assert scene.refused(resealed(files, usa, v=2)) == "shape"
    assert scene.refused(resealed(files, usa, made="2999-01-01T00:00:00.000000Z")) == "future"
    assert scene.refused(resealed(files, usa, made="1999-01-01T00:00:00.000000Z")) == "not-yet-valid-key"
    assert scene.refused(resealed(files, usa, more=1)) == "shape"
    twice = envelope.add_signature(files["manifest.json"], scene.who["jpn 2"])
    assert scene.refused({**files, "manifest.json": twice}) == "signed-twice"
    both = envelope.add_signature(files["manifest.json"], usa)
    assert scene.refused({**files, "manifest.json": both}) == "signed-twice"
    assert check(resealed(files, jpn), scene.reader).packed_by == "A. Sato (JPN)"


def test_a_rootless_or_rolled_back_keyring_is_refused(scene: Scene) -> None:
    """An older version in the bundle is no harm to who trusts the newer one; what was signed under the newer needs it."""
    who = parties(scene.who.folder / "roll")
    first = who.chain
    who.amend(thresholds={"JPN": 1, "USA": 1})
    with who.at("A") as a:
        files = pack(a, propose(a, who["jpn"]), who["jpn"])
    refused("keyring-rollback", resealed({**files, "keyring.json": first}, who["jpn"]), fingerprint=keyring.fingerprint(first))


# ---- what a reader may not see is not there


def decoded(files: Files) -> bytes:
    """Every byte of a bundle, and every byte that is Base64 inside of it."""
    out = [zipped(files)]
    for name, data in files.items():
        if name.endswith(".json") and data.startswith(b'{"payload"'):
            out.append(envelope.open_(data).payload)
    return b"".join(out)


def test_what_a_reader_may_not_see_is_not_in_the_bytes(scene: Scene) -> None:
    for reader, withheld in (("JPN", 0), ("USA", 3), ("public", 3)):
        files = scene.files[reader]
        found = check(files, scene.reader)
        everything = decoded(files)
        hits = {s for s in SECRETS if s.encode() in everything}
        assert hits == (set(SECRETS) - {SECRETS[5]} if reader == "JPN" else set()), reader
        assert found.withheld == withheld, reader
    assert check(scene.files["USA"], scene.reader).absent == ("events/b.json", "inputs/" + "a" * 64)
    both = b"for both"
    assert both in decoded(scene.files["USA"]) or b'"for":"both"' in decoded(scene.files["USA"])
    assert both not in decoded(scene.files["public"])
    assert b'"for":"both"' not in decoded(scene.files["public"])


def test_one_signature_holds_for_every_reader(scene: Scene) -> None:
    envelopes = {scene.files[r]["record/envelope.json"] for r in scene.files}
    assert len(envelopes) == 1


def test_what_was_withheld_is_received_later_from_a_bundle_that_holds_it(scene: Scene) -> None:
    with scene.who.at("later") as book:
        receive(book, scene.files["public"])
        receive(book, scene.files["USA"])
        receive(book, scene.files["JPN"])
        proposal = next(s for s in exchange.known(book.journal, scene.record) if s.act.act == "proposed")
        assert SECRETS[2] in json.dumps(exchange.whole(book.journal, proposal))


# ---- hostile texts


def deep(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


HOSTILE = [
    deep(100),
    deep(100_000),
    b"[" * 200_000,
    b'{"v":1e400}',
    b'{"v":-0}',
    b'{"v":1' + b"0" * 400 + b"}",
    b'{"v":9007199254740993}',
    b'{"v":NaN}',
    b'{"v":1,"v":2}',
    b'{"v":"\\ud800"}',
    b'{"v":"\\u0041"}',
    b"\xff\xfe{}",
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"\0" * 100,
    b'{"payload":"","payloadType":"a/b","signatures":[]}',
    b'{"payload":"e30=","payloadType":"application/vnd.hoshimori.bundle+json","signatures":[{"keyid":"x","sig":"x"}]}',
]


@pytest.mark.parametrize("text", HOSTILE, ids=[repr(t[:24]) for t in HOSTILE])
def test_a_text_made_to_break_readers_is_refused_in_every_place(scene: Scene, text: bytes) -> None:
    files, usa = scene.files["USA"], scene.who["usa"]
    for name in names(files):
        scene.refused({**files, name: text})
        if name != "manifest.json" and not (name == "record/disclosures.json" and text == b"{}"):
            scene.refused(resealed({**files, name: text}, usa))


def test_a_manifest_that_is_signed_and_made_to_break_readers_is_refused(scene: Scene) -> None:
    for payload in (*HOSTILE, canonical.canonical({"v": 1, "files": {"a": []}})):
        data = envelope.seal(payload, [scene.who["usa"]], payload_type=packing.MANIFEST_TYPE)
        scene.refused({**scene.files["USA"], "manifest.json": data})


def test_nothing_of_all_this_was_written_down(scene: Scene) -> None:
    assert list(scene.reader.journal.entries("act.received")) == []
    assert scene.reader.journal.check().size == 1, "the keyring"


def test_a_joint_record_of_two_minutes_ago_is_checked_as_one_of_now(tmp_path: Path) -> None:
    who = parties(tmp_path)
    _, files = joint(who)
    assert check(files, now_utc=now()).state == "concurred"


def test_every_code_is_explained_in_the_handbook_or_in_the_design() -> None:
    code = re.compile(r'Refused\(\s*"([a-z-]+)"')
    given = {c for p in (ROOT / "src/hoshimori/ledger").glob("*.py") for c in code.findall(p.read_text(encoding="utf-8"))}
    pages = [(ROOT / p).read_text(encoding="utf-8") for p in ("docs/bundle.md", "design/two-keys.md")]
    told = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", "".join(pages)))
    assert len(given) > 40, "has this pattern gone stale?"
    assert sorted(given - told) == []

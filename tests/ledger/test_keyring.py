"""No party alone says who speaks for whom: what each rule of a keyring refuses, for 1-of-1 and for 2-of-3."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from hoshimori.errors import Refused, UsageError
from hoshimori.ledger import envelope, keyring
from hoshimori.ledger.canonical import canonical, sha256
from hoshimori.ledger.keyring import Keyring, KeyRow, amend, authorise, draft, newer, pending, propose, read, sign
from hoshimori.ledger.keys import ROLES, PrivateKey, PublicRow, raw_public

ALLIANCE = "japan-us"
FROM, UNTIL = np.datetime64("2026-01-01", "us"), np.datetime64("2028-01-01", "us")
MADE = np.datetime64("2026-02-01", "us")
LATER = np.datetime64("2026-06-01", "us")
DAY = np.timedelta64(1, "D")


def key(
    party: str, person: str, *, roles: Sequence[str] = ROLES, start: np.datetime64 = FROM, stop: np.datetime64 = UNTIL, n: int = 0
) -> PrivateKey:
    """A key that is the same in every run: its secret is the SHA-256 of its owner and number."""
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{party} {person} {n}".encode()).digest())
    raw = raw_public(private)
    return PrivateKey(private, PublicRow(sha256(raw), base64.b64encode(raw).decode(), party, person, tuple(roles), start, stop))


J = [key("JPN", f"Officer {i}") for i in range(3)]
U = [key("USA", f"Guardian {i}") for i in range(3)]
THIEF = key("JPN", "Nobody")


def signed(ring: Keyring, by: Sequence[PrivateKey], chain: bytes = b"") -> bytes:
    chain = propose(chain, ring)
    for one in by:
        chain = sign(chain, one)
    return chain


def one_of_one() -> bytes:
    return signed(draft(ALLIANCE, [J[0].public, U[0].public], {"JPN": 1, "USA": 1}, MADE), [J[0], U[0]])


def two_of_three() -> bytes:
    return signed(draft(ALLIANCE, [k.public for k in J + U], {"JPN": 2, "USA": 2}, MADE), [*J[:2], *U[1:]])


def code(act: Callable[..., object], *arguments: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(*arguments, **named)
    return refused.value.code


def forged(chain: bytes, change: Callable[[dict[str, Any]], object], by: Sequence[PrivateKey]) -> bytes:
    """The chain with its newest version changed and then signed by these keys, without asking our own rules."""
    data = json.loads(chain)
    versions = data["versions"]
    payload = json.loads(base64.b64decode(versions[-1]["payload"]))
    change(payload)
    versions[-1] = json.loads(envelope.seal(canonical(payload), by, keyring.PAYLOAD_TYPE))
    return canonical({**data, "versions": versions})


def test_one_of_one_there_and_back() -> None:
    (ring,) = read(chain := one_of_one())
    assert (ring.alliance, ring.version, ring.created, ring.previous, ring.first) == (ALLIANCE, 1, MADE, "", "")
    assert ring == draft(ALLIANCE, [U[0].public, J[0].public], {"USA": 1, "JPN": 1}, MADE)
    assert [row.person for row in authorise(ring, "JPN", [J[0].keyid], LATER)] == ["Officer 0"]
    assert keyring.fingerprint(chain) == keyring.fingerprint(ring) == keyring.fingerprint([ring])
    groups = keyring.fingerprint(chain).split()
    assert "".join(groups) == hashlib.sha256(ring.payload()).hexdigest()
    assert {len(group) for group in groups} == {4}


def test_another_tool_reads_a_version() -> None:
    data = json.loads(one_of_one())["versions"][0]
    payload = base64.b64decode(data["payload"])
    kind = data["payloadType"].encode()
    for row in data["signatures"]:
        owner = J[0] if row["keyid"] == J[0].keyid else U[0]
        pae = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
        Ed25519PublicKey.from_public_bytes(owner.public.raw).verify(base64.b64decode(row["sig"]), pae)


@pytest.mark.parametrize("party", ["JPN", "USA"])
def test_two_of_three(party: str) -> None:
    (ring,) = read(two_of_three())
    mine = [k.keyid for k in (J if party == "JPN" else U)]
    for pair in ([0, 1], [0, 2], [1, 2], [0, 1, 2]):
        assert {row.keyid for row in authorise(ring, party, [mine[i] for i in pair], LATER)} == {mine[i] for i in pair}
    for i in range(3):
        assert code(authorise, ring, party, [mine[i], mine[i]], LATER) == "below-threshold"
    assert code(authorise, ring, party, [], LATER) == "below-threshold"


def test_both_parties_roots_must_sign_and_who_is_missing_is_said() -> None:
    chain = propose(b"", draft(ALLIANCE, [k.public for k in J + U], {"JPN": 2, "USA": 2}, MADE))
    assert code(read, chain) == "keyring-signatures"
    for one, missing in zip([J[0], J[1], U[0], U[2]], [(1, 2), (0, 2), (0, 1), (0, 0)], strict=True):
        chain = sign(chain, one)
        state = pending(chain)
        assert (state.missing["JPN"], state.missing["USA"]) == missing
        assert one.keyid in {row.keyid for row in state.signed_by}
        if any(missing):
            assert code(read, chain) == "keyring-signatures"
    assert read(chain)[0].version == 1
    assert code(sign, chain, J[0]) == "signed-twice"
    assert code(sign, chain, THIEF) == "unknown-key"


def test_root_and_signer_are_two_roles() -> None:
    root, signer = key("JPN", "Chief", roles=["root"]), key("JPN", "Officer", roles=["signer"])
    ring = draft(ALLIANCE, [root.public, signer.public, U[0].public], {"JPN": 1, "USA": 1}, MADE)
    chain = propose(b"", ring)
    assert code(sign, chain, signer) == "wrong-role"
    (ring,) = read(sign(sign(chain, root), U[0]))
    assert authorise(ring, "JPN", [signer.keyid], LATER)
    assert code(authorise, ring, "JPN", [root.keyid], LATER) == "wrong-role"
    assert code(read, forged(sign(sign(chain, root), U[0]), lambda _: None, [root, signer, U[0]])) == "wrong-role"


def test_roots_may_have_a_threshold_of_their_own() -> None:
    rows = [k.public for k in J + U]
    ring = draft(ALLIANCE, rows, {"JPN": 1, "USA": 1}, MADE, root_thresholds={"JPN": 3, "USA": 2})
    assert code(read, signed(ring, [*J[:2], *U])) == "keyring-signatures"
    (ring,) = read(signed(ring, [*J, *U]))
    assert authorise(ring, "JPN", [J[2].keyid], LATER)
    with pytest.raises(UsageError, match="both"):
        draft(ALLIANCE, rows, {"JPN": 1, "USA": 1}, MADE, root_thresholds={"JPN": 1})


def test_one_person_counts_once() -> None:
    twin = key("JPN", "Officer 0", n=1)
    ring = draft(ALLIANCE, [k.public for k in (*J, twin, *U)], {"JPN": 2, "USA": 2}, MADE)
    assert code(authorise, ring, "JPN", [J[0].keyid, twin.keyid], LATER) == "one-person-twice"
    assert len(authorise(ring, "JPN", [J[0].keyid, twin.keyid, J[1].keyid], LATER)) == 3
    assert code(read, signed(ring, [J[0], twin, *U])) == "one-person-twice"
    assert pending(signed(ring, [J[0], twin, *U])).missing == {"JPN": 1, "USA": 0}
    assert code(draft, ALLIANCE, [J[0].public, twin.public, U[0].public], {"JPN": 2, "USA": 1}, MADE) == "keyring-threshold"
    with pytest.raises(UsageError, match="plain spelling"):
        key("JPN", "Officer\u3000\uff10")  # full-width: another spelling of the same name


@pytest.mark.parametrize(
    "thresholds", [{"JPN": 0, "USA": 1}, {"JPN": 2, "USA": 1}, {"JPN": -1, "USA": 1}, {"JPN": True, "USA": 1}]
)
def test_thresholds_that_nobody_or_everybody_reaches(thresholds: dict[str, int]) -> None:
    assert code(draft, ALLIANCE, [J[0].public, U[0].public], thresholds, MADE) == "keyring-threshold"


def test_an_expired_key_does_not_help_to_reach_a_threshold() -> None:
    old = key("JPN", "Retired", stop=MADE)
    assert code(draft, ALLIANCE, [J[0].public, old.public, U[0].public], {"JPN": 2, "USA": 1}, MADE) == "keyring-threshold"


def test_a_keyring_is_held_by_two_parties() -> None:
    assert code(draft, ALLIANCE, [k.public for k in J], {"JPN": 1}, MADE) == "one-party-only"
    assert (
        code(draft, ALLIANCE, [J[0].public, U[0].public, key("AUS", "Officer").public], {"JPN": 1, "USA": 1}, MADE)
        == "keyring-row"
    )


def test_one_key_signs_for_one_party() -> None:
    both = replace(J[0].public, party="USA")
    assert code(draft, ALLIANCE, [J[0].public, both, U[0].public], {"JPN": 1, "USA": 1}, MADE) == "key-in-two-parties"
    assert code(draft, ALLIANCE, [J[0].public, J[0].public, U[0].public], {"JPN": 1, "USA": 1}, MADE) == "keyring-row"
    (ring,) = read(two_of_three())
    moved = [replace(row, party="USA") if row.keyid == J[2].keyid else row for row in ring.keys]
    new = Keyring(ALLIANCE, 2, LATER, ring.parties, tuple(moved), ring.digest, ring.digest)
    assert code(propose, two_of_three(), new) == "key-in-two-parties"


def test_a_signature_counts_for_its_own_party_only() -> None:
    (ring,) = read(two_of_three())
    assert code(authorise, ring, "USA", [U[0].keyid, J[0].keyid], LATER) == "wrong-party"
    assert code(authorise, ring, "AUS", [J[0].keyid], LATER) == "wrong-party"
    assert code(authorise, ring, "JPN", [J[0].keyid, THIEF.keyid], LATER) == "unknown-key"
    with pytest.raises(UsageError):
        authorise(ring, "JPN", [J[0].keyid], np.datetime64("NaT", "us"))


def test_keys_speak_within_their_dates() -> None:
    short = key("JPN", "Guest", start=LATER, stop=LATER + DAY)
    ring = draft(ALLIANCE, [J[0].public, short.public, U[0].public], {"JPN": 1, "USA": 1}, MADE)
    tick = np.timedelta64(1, "us")
    assert code(authorise, ring, "JPN", [short.keyid], LATER - tick) == "not-yet-valid-key"
    assert authorise(ring, "JPN", [short.keyid], LATER)
    assert authorise(ring, "JPN", [short.keyid], LATER + DAY - tick)
    assert code(authorise, ring, "JPN", [short.keyid], LATER + DAY) == "expired-key"
    assert code(authorise, ring, "JPN", [J[0].keyid, short.keyid], LATER + DAY) == "expired-key"
    assert code(sign, propose(b"", ring), short) == "not-yet-valid-key"


def test_a_revoked_key_counts_only_where_another_witnessed_before() -> None:
    chain = two_of_three()
    ring = amend(read(chain)[0], at=LATER, revoke={J[0].keyid: "stolen on a journey"}, since={J[0].keyid: LATER - 5 * DAY})
    ring = read(signed(ring, [*J[1:], *U[:2]], chain))[-1]
    ids = [J[0].keyid, J[1].keyid]
    before, revoked = LATER - 10 * DAY, LATER - 5 * DAY
    assert code(authorise, ring, "JPN", ids, revoked) == "revoked-key"
    assert code(authorise, ring, "JPN", ids, revoked, witnessed_before=before) == "revoked-key"
    assert code(authorise, ring, "JPN", ids, before) == "revoked-key"
    assert code(authorise, ring, "JPN", ids, before, witnessed_before=revoked) == "revoked-key"
    assert code(authorise, ring, "JPN", ids, before, witnessed_before=np.datetime64("NaT", "us")) == "revoked-key"
    assert len(authorise(ring, "JPN", ids, before, witnessed_before=revoked - np.timedelta64(1, "us"))) == 2
    with pytest.raises(Refused, match="stolen on a journey"):
        authorise(ring, "JPN", ids, LATER)
    assert authorise(ring, "JPN", [J[1].keyid, J[2].keyid], LATER)


def test_rotation_of_one_of_one_by_old_and_new_key() -> None:
    chain = one_of_one()
    new_key = key("JPN", "Officer 0", n=1)
    ring = amend(read(chain)[0], at=LATER, add=[new_key.public], revoke={J[0].keyid: "rotated"})
    proposed = propose(chain, ring)
    for too_few in ([J[0], U[0]], [new_key, U[0]], [J[0], new_key]):
        assert code(read, signed(ring, too_few, chain)) == "keyring-signatures"
    assert pending(sign(proposed, U[0])).missing == {"JPN": 1, "USA": 0}
    both = read(signed(ring, [J[0], new_key, U[0]], chain))
    assert [r.version for r in both] == [1, 2]
    assert authorise(both[-1], "JPN", [new_key.keyid], LATER)
    assert code(authorise, both[-1], "JPN", [J[0].keyid], LATER) == "revoked-key"
    assert keyring.fingerprint(both[-1]) == keyring.fingerprint(chain)


def test_rotation_of_two_of_three_without_the_stolen_key() -> None:
    chain = two_of_three()
    ring = amend(read(chain)[0], at=LATER, add=[key("USA", "Guardian 3").public], revoke={U[0].keyid: "stolen"})
    newest = read(signed(ring, [*J[:2], *U[1:]], chain))[-1]
    assert code(authorise, newest, "USA", [U[0].keyid, U[1].keyid], LATER) == "revoked-key"
    third = amend(newest, at=LATER + DAY, thresholds={"JPN": 1, "USA": 2})
    longer = signed(ring, [*J[:2], *U[1:]], chain)
    assert code(sign, propose(longer, third), U[0]) == "revoked-key"
    assert read(signed(third, [*J[:2], *U[1:]], longer))[-1].parties["JPN"] == {"threshold": 1, "root_threshold": 1}


def test_a_thief_of_every_key_of_one_party_changes_nothing() -> None:
    chain = two_of_three()
    ring = amend(read(chain)[0], at=LATER, add=[THIEF.public], revoke={k.keyid: "gone" for k in U[:1]})
    assert code(read, signed(ring, [*J, THIEF], chain)) == "keyring-signatures"


def test_dates_of_roots_hold_when_a_version_is_made() -> None:
    chain = two_of_three()
    late = [key("JPN", f"New {i}", start=LATER, stop=UNTIL + 365 * DAY) for i in range(2)]
    late += [key("USA", f"New {i}", start=LATER, stop=UNTIL + 365 * DAY) for i in range(2)]
    ring = amend(read(chain)[0], at=UNTIL, add=[k.public for k in late])
    proposed = propose(chain, ring)
    assert code(sign, proposed, J[0]) == "expired-key"
    for one in late:
        proposed = sign(proposed, one)
    assert code(read, proposed) == "keyring-signatures"  # whoever lets every root expire begins a new keyring


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "gap": (lambda p: p.update(version=4), "keyring-version"),
    "again": (lambda p: p.update(version=2), "keyring-version"),
    "other past": (lambda p: p.update(previous="0" * 64), "keyring-version"),
    "other first": (lambda p: p.update(first="0" * 64), "keyring-version"),
    "no past": (lambda p: p.update(previous="", first=""), "keyring-version"),
    "version as text": (lambda p: p.update(version="3"), "keyring-version"),
    "earlier": (lambda p: p.update(created="2026-02-02T00:00:00.000000Z", keys=p["keys"]), "keyring-clock"),
    "same time": (lambda p: p.update(created="2026-06-01T00:00:00.000000Z"), "keyring-clock"),
    "other alliance": (lambda p: p.update(alliance="other"), "keyring-parties"),
    "row taken away": (lambda p: p["keys"].pop(), "keyring-row"),
    "other person": (lambda p: p["keys"][1].update(person="Somebody"), "keyring-row"),
    "longer valid": (lambda p: p["keys"][1].update(valid_until="2030-01-01T00:00:00.000000Z"), "keyring-row"),
    "other roles": (lambda p: p["keys"][-1].update(roles=["root"]), "keyring-row"),
    "other public bytes": (lambda p: p["keys"][1].update(public=THIEF.public.public_b64), "key-row"),
    "un-revoked": (
        lambda p: [r.update(revoked_at=None, revoked_because="") for r in p["keys"] if r["revoked_at"]],
        "keyring-row",
    ),
    "revoked later": (
        lambda p: [r.update(revoked_at="2026-06-01T12:00:00.000000Z") for r in p["keys"] if r["revoked_at"]],
        "keyring-row",
    ),
    "revoked in the future": (
        lambda p: p["keys"][1].update(revoked_at="2027-01-01T00:00:00.000000Z", revoked_because="x"),
        "keyring-clock",
    ),
    "revoked without a reason": (lambda p: p["keys"][1].update(revoked_at="2026-06-01T12:00:00.000000Z"), "key-row"),
    "revoked now and then": (lambda p: p["keys"][1].update(revoked_at=5, revoked_because="x"), "key-row"),
    "row no row": (lambda p: p["keys"].append("row"), "key-row"),
    "threshold 0": (lambda p: p["parties"]["JPN"].update(threshold=0), "keyring-threshold"),
    "threshold too high": (lambda p: p["parties"]["JPN"].update(root_threshold=4), "keyring-threshold"),
    "third threshold": (lambda p: p["parties"]["JPN"].update(other=1), "keyring-format"),
    "one party": (lambda p: p["parties"].pop("USA"), "one-party-only"),
    "parties a list": (lambda p: p.update(parties=["JPN", "USA"]), "keyring-format"),
    "party in small letters": (lambda p: p["parties"].update(aus={"threshold": 1, "root_threshold": 1}), "keyring-format"),
    "field too many": (lambda p: p.update(note=1), "keyring-format"),
    "field too few": (lambda p: p.pop("created"), "keyring-format"),
    "previous no text": (lambda p: p.update(previous=1), "keyring-format"),
    "rows out of order": (lambda p: p["keys"].reverse(), "keyring-format"),
    "other schema": (lambda p: p.update(schema="other/1"), "keyring-format"),
    "keys no list": (lambda p: p.update(keys={}), "keyring-format"),
}


@pytest.fixture(scope="module")
def three_versions() -> bytes:
    chain = two_of_three()
    for at, revoke in ((LATER, {J[2].keyid: "lost"}), (LATER + DAY, {})):
        chain = signed(amend(read(chain)[-1], at=at, revoke=revoke), [*J[:2], *U[:2]], chain)
    return chain


@pytest.mark.parametrize("name", CHANGES)
def test_what_may_not_follow_is_refused_even_if_all_roots_sign_it(three_versions: bytes, name: str) -> None:
    change, expected = CHANGES[name]
    assert code(read, forged(three_versions, change, [*J[:2], *U])) == expected


def test_a_revocation_may_be_moved_to_an_earlier_time(three_versions: bytes) -> None:
    ring = amend(
        read(three_versions)[-1], at=LATER + 2 * DAY, revoke={J[2].keyid: "lost earlier"}, since={J[2].keyid: LATER - DAY}
    )
    row = read(signed(ring, [*J[:2], *U[:2]], three_versions))[-1].row(J[2].keyid)
    assert row is not None
    assert row.revoked_at == LATER - DAY


def test_the_order_of_versions_is_theirs(three_versions: bytes) -> None:
    data = json.loads(three_versions)
    one, two, three = data["versions"]
    for versions, expected in (
        ([two, one, three], "keyring-version"),
        ([one, three], "keyring-version"),
        ([two, three], "keyring-version"),
        ([one, one, two], "keyring-version"),
        ([], "keyring-format"),
    ):
        assert code(read, canonical({**data, "versions": versions})) == expected
    assert code(read, canonical({**data, "schema": "other"})) == "keyring-format"
    assert code(read, canonical([data])) == "keyring-format"
    assert code(read, three_versions + b"\n") == "not-canonical"
    assert code(read, canonical({**data, "versions": [{**one, "payloadType": "application/json"}]})) == "keyring-format"
    exchanged = {**two, "signatures": three["signatures"]}
    assert code(read, canonical({**data, "versions": [one, exchanged]})) == "bad-signature"


def test_newer_goes_on_and_a_fork_is_refused(three_versions: bytes) -> None:
    shorter = two_of_three()
    assert newer(shorter, three_versions) == newer(three_versions, shorter) == three_versions
    more_signatures = sign(shorter, J[2])
    assert newer(shorter, more_signatures) == shorter
    assert keyring.continued(shorter, three_versions) == three_versions
    assert keyring.continued(three_versions, three_versions) == three_versions
    assert code(keyring.continued, three_versions, shorter) == "keyring-rollback"
    fork = signed(amend(read(shorter)[-1], at=LATER + DAY), [*J[:2], *U[:2]], shorter)
    for act in (newer, keyring.continued):
        assert code(act, three_versions, fork) == "keyring-fork"
        assert code(act, fork, three_versions) == "keyring-fork"
        assert code(act, fork, one_of_one()) == "keyring-fork"


def test_a_version_is_proposed_after_the_last_that_holds(three_versions: bytes) -> None:
    ring = read(three_versions)[-1]
    later = amend(ring, at=LATER + 2 * DAY)
    assert code(propose, b"", later) == "keyring-version"
    assert code(propose, three_versions, ring) == "keyring-version"
    waiting = propose(three_versions, later)
    assert code(propose, waiting, amend(later, at=LATER + 3 * DAY)) == "keyring-signatures"
    assert pending(waiting).signed_by == ()
    assert (
        code(sign, canonical({"schema": keyring.SCHEMA, "versions": json.loads(waiting)["versions"][1:]}), J[0])
        == "keyring-version"
    )
    assert code(amend, ring, at=LATER, revoke={}) == "keyring-clock"
    assert code(amend, ring, at=LATER + 2 * DAY, revoke={THIEF.keyid: "x"}) == "unknown-key"
    with pytest.raises(UsageError, match="since"):
        amend(ring, at=LATER + 2 * DAY, since={J[0].keyid: LATER})
    with pytest.raises(UsageError, match="reason"):
        amend(ring, at=LATER + 2 * DAY, revoke={J[0].keyid: " "})
    with pytest.raises(UsageError):
        draft(ALLIANCE, [J[0].public, U[0].public], {"JPN": 1, "USA": 1}, np.datetime64("NaT", "us"))
    assert code(draft, "Japan US", [J[0].public, U[0].public], {"JPN": 1, "USA": 1}, MADE) == "keyring-format"


@settings(max_examples=200)
@given(st.data())
def test_any_change_of_the_file_is_refused(three_versions: bytes, draw: st.DataObject) -> None:
    place = draw.draw(st.integers(0, len(three_versions) - 1))
    changed = bytearray(three_versions)
    changed[place] ^= draw.draw(st.integers(1, 255))
    with pytest.raises(Refused):
        read(bytes(changed))


@settings(max_examples=200)
@given(st.sets(st.integers(0, 5)), st.integers(1, 3), st.integers(1, 3))
def test_any_k_of_three(chosen: set[int], k_jpn: int, k_usa: int) -> None:
    everyone = [*J, *U]
    ring = draft(ALLIANCE, [one.public for one in everyone], {"JPN": k_jpn, "USA": k_usa}, MADE)
    chain = propose(b"", ring)
    by_party = {"JPN": sum(i < 3 for i in chosen), "USA": sum(i >= 3 for i in chosen)}
    for i in sorted(chosen):
        chain = sign(chain, everyone[i])
    enough = by_party["JPN"] >= k_jpn and by_party["USA"] >= k_usa
    if enough:
        assert read(chain) == (ring,)
    else:
        assert code(read, chain) == "keyring-signatures"
    for party, k in (("JPN", k_jpn), ("USA", k_usa)):
        ids = [everyone[i].keyid for i in chosen if (i < 3) == (party == "JPN")]
        if len(ids) >= k:
            assert len(authorise(ring, party, ids, LATER)) == len(ids)
        else:
            assert code(authorise, ring, party, ids, LATER) == "below-threshold"


def test_rows_there_and_back() -> None:
    row = replace(KeyRow.of(J[0].public), revoked_at=LATER, revoked_because="lost")
    assert KeyRow.from_json(row.to_json()) == row
    assert KeyRow.from_json(KeyRow.of(J[0].public).to_json()).to_json()["revoked_at"] is None
    assert KeyRow.of(row) is row
    with pytest.raises(UsageError):
        replace(row, revoked_at=np.datetime64("NaT", "us"))

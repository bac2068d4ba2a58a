"""The doctor looks at a ledger: whole, cut, with a key that soon ends, or none at all."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from hoshimori.doors import incidents, keyrings, ledger_health, records
from hoshimori.ledger import exchange
from hoshimori.ledger.checkpoints import Checkpoint, seal
from hoshimori.ledger.home import FOLDER, Ledger, now_utc
from hoshimori.ledger.keys import PrivateKey


@pytest.fixture
def signed(tmp_path: Path) -> tuple[Path, PrivateKey]:
    """A ledger with one record, and a key that ends in a month."""
    os.chmod(tmp_path, 0o700)
    ours = keyrings.make_key(tmp_path / "a.pem", party="JPN", person="A", valid_until=now_utc() + np.timedelta64(30, "D"))
    theirs = keyrings.make_key(tmp_path / "b.pem", party="USA", person="B")
    ring = tmp_path / "ring.json"
    keyrings.draft([tmp_path / "a.pub.json", tmp_path / "b.pub.json"], ring)
    keyrings.sign(ring, ours)
    done = keyrings.sign(ring, theirs)
    home = tmp_path / "home"
    keyrings.adopt(ring, fingerprint=done.fingerprint, home=home)
    opened = incidents.open_incident("An incident", by="A", party="JPN", home=home)
    incidents.assess_incident(opened.incident_id, home=home)
    records.sign(opened.incident_id, ours, home=home)
    return home, ours


def told(home: Path) -> dict[str, tuple[bool, str]]:
    return {name: (well, text) for name, well, text in ledger_health.examine(home)}


def test_looking_makes_no_ledger(tmp_path: Path) -> None:
    assert told(tmp_path / "home") == {}
    assert not (tmp_path / "home").exists()


def test_a_whole_ledger_is_well_and_a_key_that_ends_soon_is_named(signed: tuple[Path, PrivateKey]) -> None:
    home, ours = signed
    found = told(home)
    assert found["ledger"][0]
    assert "whole; JPN in japan-us" in found["ledger"][1]
    assert ours.keyid[:16] in found["key"][1]
    assert found["keyring"] == (True, "japan-us, version 1, 2 keys, 0 expired")


def test_a_signed_state_that_the_log_does_not_show_is_found(signed: tuple[Path, PrivateKey]) -> None:
    """As after a restore of an old copy, or a change of what was signed: the state was given away and is not here."""
    home, ours = signed
    with Ledger(home / FOLDER) as book:
        opened = book.opened
        assert opened is not None
        other = Checkpoint(opened.origin, opened.party, book.journal.size() + 3, "0" * 64, now_utc())
        book.journal.append("checkpoint", seal(other, ours))
        assert len(exchange.own_checkpoints(book.journal)) == 2
    well, text = told(home)["ledger"]
    assert not well
    assert "cut, or changed" in text

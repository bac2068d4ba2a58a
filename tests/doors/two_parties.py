"""Two parties at one machine for tests of the verbs: their keys, one keyring, a home of each that trusts it, an incident."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hoshimori.doors import evidence, incidents, keyrings
from hoshimori.facts import DataMode
from hoshimori.ledger.keys import PrivateKey


@dataclass(frozen=True)
class Parties:
    """`japan`, `states`: homes. `keys`: by name of the person, each in NAME.pem of `place`. `sent`: where bundles go."""

    place: Path
    fingerprint: str
    keys: dict[str, PrivateKey] = field(default_factory=dict)

    @property
    def japan(self) -> Path:
        return self.place / "japan"

    @property
    def states(self) -> Path:
        return self.place / "states"

    @property
    def ring(self) -> Path:
        return self.place / "keyring.json"

    def pem(self, person: str) -> Path:
        return self.place / f"{person}.pem"

    def public(self, person: str) -> Path:
        return self.place / f"{person}.pub.json"

    def sent(self, name: str) -> Path:
        return self.place / "sent" / name


def parties(place: Path, *, japan: Sequence[str] = ("sato",), needed: int = 1) -> Parties:
    """Both parties with a keyring that both trust. The folder is closed to others: a key is not read from an open one."""
    os.chmod(place, 0o700)
    keys = {p: keyrings.make_key(place / f"{p}.pem", party="JPN", person=p) for p in japan}
    keys["smith"] = keyrings.make_key(place / "smith.pem", party="USA", person="smith")
    ring = place / "keyring.json"
    keyrings.draft([place / f"{p}.pub.json" for p in keys], ring, thresholds={"JPN": needed})
    for name in (*japan[:needed], "smith"):
        done = keyrings.sign(ring, keys[name])
    made = Parties(place, done.fingerprint, keys)
    for home in (made.japan, made.states):
        keyrings.adopt(ring, fingerprint=done.fingerprint, home=home)
    return made


def assessed(parties: Parties, *, data_mode: DataMode = DataMode.EXERCISE) -> str:
    """An incident of Japan with the evidence of the template, assessed. Its id."""
    opened = incidents.open_incident(
        "A visitor", by="A. Sato", party="JPN", owners=["JPN"], data_mode=data_mode, home=parties.japan
    )
    file = parties.place / "evidence.toml"
    file.write_text(evidence.TEMPLATE, encoding="utf-8")
    incidents.add_evidence(opened.incident_id, file, home=parties.japan)
    incidents.assess_incident(opened.incident_id, home=parties.japan)
    return opened.incident_id

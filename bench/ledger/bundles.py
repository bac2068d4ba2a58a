"""Ten thousand bundles changed at random, and two hundred whole commands of signing killed at a random moment, on each database.

Everything is made here: bench/ledger/bundles.py [--fuzz 10000] [--insiders 500] [--kills 200] [--quick] [--postgres URL]
Without --postgres a private server is started where PostgreSQL is installed, and left out where it is not.
Only the kills, in one place: python -m bench.ledger.bundles --only-kills 15 --folder FOLDER [--postgres URL]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))  # run as a script, the root is not where names are looked for

from bench.ledger import fuzz  # noqa: E402
from hoshimori.doors import evidence, incidents, ledgers, records  # noqa: E402
from hoshimori.ledger import exchange  # noqa: E402
from hoshimori.ledger.home import Ledger  # noqa: E402
from tests.ledger import parties, postgres  # noqa: E402
from tests.ledger.parties import Parties  # noqa: E402

COMMANDS = ("incident add", "incident assess", "sign", "concur", "receive")
PEOPLE = {"A": "jpn", "B": "usa"}
Result = Any


# ---- two homes, on files or in a database


@dataclass
class Place:
    """Two homes of a round. urls: where their ledgers are, if not in the homes' own folders."""

    folder: Path
    who: Parties
    urls: dict[str, str] = field(default_factory=dict)
    incident: str = ""

    @contextmanager
    def home(self, name: str) -> Iterator[Path | None]:
        """What a command is told as its home; with a database the setting names it."""
        if name not in self.urls:
            yield self.folder / name
            return
        before = {k: os.environ.get(k) for k in (ledgers.PLACE, "HOSHIMORI_HOME")}
        os.environ.update({ledgers.PLACE: self.urls[name], "HOSHIMORI_HOME": str(self.folder / name)})
        try:
            yield None
        finally:
            for key, value in before.items():
                os.environ.pop(key, None) if value is None else os.environ.update({key: value})

    @contextmanager
    def book(self, name: str) -> Iterator[Ledger]:
        with self.home(name) as home, ledgers.ledger(home) as book:
            yield book

    def do(self, command: str) -> Result:
        """One whole command, as the command line does it; what it tells."""
        name = "B" if command == "concur" else "A"
        key = self.who[PEOPLE[name]]
        with self.home(name) as home:
            if command == "incident add":
                return list(incidents.add_evidence(self.incident, self.folder / "evidence.toml", home=home).items)
            if command == "incident assess":
                return incidents.assess_incident(self.incident, home=home)["made"]
            if command == "sign":
                return records.sign(self.incident, key, home=home).record
            if command == "concur":
                return records.concur(self.folder / "proposal.zip", key, home=home).state
            return records.receive(self.folder / "joint.zip", home=home).state

    def send(self, command: str) -> None:
        """What one party hands the other after a command."""
        if command in ("sign", "concur"):
            name, other, file = ("A", "USA", "proposal.zip") if command == "sign" else ("B", "JPN", "joint.zip")
            with self.home(name) as home:
                (found,) = records.records(home=home)
                records.bundle(found.record, self.folder / file, self.who[PEOPLE[name]], reader=other, home=home)


def place(folder: Path, urls: dict[str, str] | None = None) -> Place:
    """Fresh homes that trust one keyring, and an incident."""
    made = Place(folder, parties.parties(folder), urls or {})
    (folder / "evidence.toml").write_text(evidence.TEMPLATE, encoding="utf-8")
    for name in PEOPLE:
        with made.book(name) as book:
            book.pin(made.who.chain, made.who.fingerprint)
    with made.home("A") as home:
        opened = incidents.open_incident("A test", by="A. Sato", party="JPN", owners=["JPN"], home=home)
    made.incident = opened.incident_id
    return made


@contextmanager
def fresh(folder: Path, url: str) -> Iterator[Place]:
    """Fresh homes, each in a schema of its own where a database is given."""
    with ExitStack() as stack:
        yield place(folder, {name: stack.enter_context(postgres.schema(url)) for name in PEOPLE} if url else {})


# ---- killed


@dataclass
class Kills:
    """How it went. lost: what was acknowledged and is not there, or was done twice, or did not come after all."""

    runs: int = 0
    killed: int = 0
    acknowledged: int = 0
    done_unacknowledged: int = 0
    wrong: list[str] = field(default_factory=list)


def started(act: Callable[[], Result]) -> tuple[int, int]:
    """A child that runs a command and then tells its result, as a command line prints it; its number, and where it tells it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            os.write(writing, json.dumps(act()).encode() + b"\n")
            status = 0
        except BaseException as error:
            os.write(2, f"child: {error!r}\n".encode())
        finally:
            os._exit(status)
    os.close(writing)
    return child, reading


def told(reading: int) -> Result:
    """The whole line that a child told; None where it told none."""
    parts = []
    while select.select([reading], [], [], 60)[0] and (part := os.read(reading, 1 << 16)):
        parts.append(part)
    os.close(reading)
    line = b"".join(parts)
    return json.loads(line) if line.endswith(b"\n") else None


def killed_after(act: Callable[[], Result], wait_s: float) -> tuple[bool, Result]:
    """Run a command in a child and kill it after a time. Was it killed, and what had it told?"""
    child, reading = started(act)
    time.sleep(wait_s)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), told(reading)


def effects(made: Place, command: str) -> list[str]:
    """What a command has done, as its ledger tells it now: each thing once."""
    with made.book("B" if command == "concur" else "A") as book:
        spoken = [(s.act.act, s.act.party, s.act.record) for s in exchange.known(book.journal)]
        if command == "incident add":
            return [e.entry_hash for e in book.journal.entries("incident.item")]
        if command == "incident assess":
            return [e.entry_hash for e in book.journal.entries("incident.assessed")]
        acts = {"sign": "proposed", "concur": "concurred", "receive": "concurred"}
        return [r for act, _, r in spoken if act == acts[command]]


def one_round(made: Place, drawn: random.Random, took_s: dict[str, float], kills: Kills, most: int) -> None:
    """Every command in turn: killed at a random moment, looked at, said again."""
    for command in COMMANDS:
        if kills.runs >= most:
            return
        kills.runs += 1
        was_killed, said = killed_after(lambda: made.do(command), drawn.uniform(0.0, 1.15 * took_s[command]))  # noqa: B023
        kills.killed += was_killed
        kills.acknowledged += said is not None
        here = f"run {kills.runs}, {command}"
        for name in PEOPLE:
            with made.book(name) as book:
                book.journal.check()
            with made.home(name) as home:
                records.records(home=home)
        before = effects(made, command)
        if said is not None and not before:
            kills.wrong.append(f"{here}: acknowledged, and not there")
        kills.done_unacknowledged += said is None and bool(before)
        child, reading = started(lambda: made.do(command))  # noqa: B023
        _, status = os.waitpid(child, 0)
        again = told(reading)
        after = effects(made, command)
        if status or again is None or not after:
            kills.wrong.append(f"{here}: said again, it did not succeed")
        if command != "incident assess" and len(after) != 1:
            kills.wrong.append(f"{here}: done {len(after)} times")
        if command == "sign" and said is not None and said != again:
            kills.wrong.append(f"{here}: two records of one assessment")
        made.send(command)
    with made.home("A") as home:
        if [r.state for r in records.records(home=home)] != ["concurred"]:
            kills.wrong.append(f"run {kills.runs}: the exchange did not end in a record that both signed")


def how_long(made: Place) -> dict[str, float]:
    """How long each command takes where nothing kills it, as a child."""
    out = {}
    for command in COMMANDS:
        began = time.perf_counter()
        child, reading = started(lambda: made.do(command))  # noqa: B023
        told(reading)
        os.waitpid(child, 0)
        out[command] = time.perf_counter() - began
        made.send(command)
    return out


def kill(folder: Path, count: int, seed: int, url: str = "") -> Kills:
    """So many commands, killed; in a database where a URL is given."""
    drawn, kills = random.Random(seed), Kills()
    with fresh(folder / "unkilled", url) as made:
        took_s = how_long(made)
    for n in range(count):
        if kills.runs >= count:
            break
        with fresh(folder / str(n), url) as made:
            one_round(made, drawn, took_s, kills, count)
    return kills


# ---- at once


def at_once(made: Place, count: int) -> list[str]:
    """Two processes sign in one home at once, the same assessments over one key; what is wrong afterwards, if anything."""
    assessments = [parties.assessment(f"number {n}") for n in range(count)]

    def sign_all() -> Result:
        with made.book("A") as book:
            return [parties.propose(book, made.who["jpn"], made=a, given=()) for a in assessments]

    children = [started(sign_all) for _ in range(2)]
    said = [told(reading) for _, reading in children]
    states = [os.waitpid(child, 0)[1] for child, _ in children]
    wrong = [] if states == [0, 0] else ["a process failed"]
    with made.book("A") as book:
        book.journal.check()
        acts = list(book.journal.entries("act"))
        if len(acts) != count or len({s.act.record for s in exchange.known(book.journal)}) != count:
            wrong.append(f"{len(acts)} acts for {count} assessments")
        if any(sorted(s or ()) != sorted(s.act.record for s in exchange.known(book.journal)) for s in said):
            wrong.append("what was acknowledged is not what is there")
        for record in said[0] or ():
            parties.check(parties.pack(book, record, made.who["jpn"]))
    return wrong


# ---- the bench


def say(what: str, value: str) -> None:
    print(f"  {what:46} {value}", flush=True)


def measure_fuzz(folder: Path, count: int, insiders: int) -> bool:
    ground = fuzz.ground(folder)
    began = time.perf_counter()
    found = fuzz.run(ground, count, seed=1)
    took_s = time.perf_counter() - began
    print(f"bundles changed at random, {len(fuzz.KINDS)} kinds of change")
    refused = sum(n for c, n in found.codes.items() if c not in ("accepted", "the same"))
    say(
        f"{found.tried:,} tried in {took_s:.0f} s",
        f"{refused:,} refused, {found.codes['the same']:,} said nothing but what is true",
    )
    say("accepted though changed", f"{len(found.accepted)} {found.accepted[:5]}")
    say("errors that are not refusals", f"{len(found.raised)} {found.raised[:5]}")
    say("codes", ", ".join(f"{c} {n:,}" for c, n in found.codes.most_common()))
    inside = fuzz.run_insider(ground, insiders, seed=2)
    say(f"{inside.tried:,} of nonsense over a good signature", ", ".join(f"{c} {n}" for c, n in inside.codes.most_common()))
    say("errors that are not refusals", f"{len(inside.raised)} {inside.raised[:5]}")
    return not (found.accepted or found.raised or inside.raised)


def measure_kills(what: str, folder: Path, count: int, url: str = "") -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    kills = kill(folder, count, 1, url)
    print(f"{what}: {kills.runs} commands killed at a random moment ({time.perf_counter() - began:.0f} s)")
    say("killed before they ended, acknowledged", f"{kills.killed}, {kills.acknowledged}")
    say("done and not acknowledged, then one act", f"{kills.done_unacknowledged}")
    say("lost, done twice or not to be repeated", f"{len(kills.wrong)} {kills.wrong[:5]}")
    with fresh(folder / "at once", url) as made:
        wrong = at_once(made, 20)
    say("two processes, the same 20 assessments at once", f"{wrong or '20 acts, none lost, none twice'}")
    return not (kills.wrong or wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fuzz", type=int, default=10_000)
    parser.add_argument("--insiders", type=int, default=500)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--only-kills", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    counts = (200, 10, 5) if given.quick else (given.fuzz, given.insiders, given.kills)
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if given.only_kills:
            return 0 if measure_kills("one place", folder, given.only_kills, given.postgres) else 1
        fine = measure_fuzz(folder / "fuzz", *counts[:2])
        fine &= measure_kills(f"SQLite {sqlite3.sqlite_version}, a file", folder / "sqlite", counts[2])
        try:
            url = given.postgres or stack.enter_context(postgres.server())
        except postgres.Absent as absent:
            print(f"PostgreSQL: not measured: {absent}")
            return 0 if fine else 1
        version = postgres.execute(url, "SHOW server_version")[0][0]
        fine &= measure_kills(f"PostgreSQL {version}", folder / "postgres", counts[2], url)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())

"""Records for programs and the command line: signed by one party, answered by the other, bundled, received, verified by anybody.

record = sign("JPN-2026-0001", key)                   # the newest assessment, over the signature of one's party
bundle(record, Path("proposal.zip"), key, reader="USA")
concur(Path("proposal.zip"), usa_key, home=there)     # from the bundle alone, in another home
verify_bundle(Path("joint.zip"))                      # by anybody
"""

from __future__ import annotations

import platform
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from hoshimori import __version__, verify
from hoshimori.assess import reading
from hoshimori.doors import bundle_inputs, nature
from hoshimori.doors.ledgers import ledger, ledger_exists
from hoshimori.errors import HoshimoriError, Refused, UsageError
from hoshimori.findings import Event, iso
from hoshimori.judgements import Incident, Item
from hoshimori.ledger import canonical, checking, container, disclosure, exchange, incidents, keyring, packing, standing
from hoshimori.ledger.acts import Act
from hoshimori.ledger.checking import Checked
from hoshimori.ledger.home import Ledger, now_utc
from hoshimori.ledger.keys import PrivateKey
from hoshimori.ledger.standing import Spoken

INCIDENT = re.compile("[A-Z]{3}-[0-9]{4}-[0-9]{4,}")
FALLEN = "fallen"
"""The state of a record that the keyring trusted here does not let stand."""
SAME, DIFFERENT, CANNOT = "same", "different", "cannot"


@dataclass(frozen=True)
class Record:
    """One record as a ledger knows it. why: where its state is "fallen", which rule it does not pass any more."""

    record: str
    incident: str
    party: str
    state: str
    acts: tuple[Mapping[str, Any], ...]
    at_utc: np.datetime64
    why: str = ""
    data_mode: str = "REAL"

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "hoshimori.record/1",
            "record": self.record,
            "incident": self.incident,
            "party": self.party,
            "state": self.state,
            "at": iso(self.at_utc),
            "acts": [dict(a) for a in self.acts],
            "why": self.why,
            "data_mode": self.data_mode,
        }


@dataclass(frozen=True)
class Verified:
    """What a stranger can say of a bundle: it holds; whether the assessment and each finding come out again."""

    checked: Checked
    assessment: str
    differs: tuple[str, ...]
    findings: tuple[Any, ...]
    why: str = ""

    @property
    def verdict(self) -> str:
        """same: all of it came out again. different: something did not. cannot: something could not be checked."""
        found = {self.assessment, *(f.verdict for f in self.findings)}
        if DIFFERENT in found:
            return DIFFERENT
        return CANNOT if CANNOT in found or not self.checked.anchored else SAME

    def to_json(self) -> dict[str, Any]:
        c = self.checked
        return {
            "schema": "hoshimori.verified-bundle/1",
            "record": c.record,
            "incident": c.proposal.act.incident,
            "data_mode": _mode(c.proposal.act),
            "alliance": c.alliance,
            "state": c.state,
            "anchored": c.anchored,
            "fingerprint": c.fingerprint,
            "reader": c.reader,
            "packed_by": c.packed_by,
            "packed": iso(c.packed_utc),
            "acts": standing.as_rows(c.standings),
            "withheld": c.withheld,
            "absent": list(c.absent),
            "assessment": {"verdict": self.assessment, "differs": list(self.differs), "why": self.why},
            "findings": [f.to_json() for f in self.findings],
            "verdict": self.verdict,
        }


def sign(
    what: str,
    key: PrivateKey,
    *,
    assessment: str = "",
    supersedes: str = "",
    home: Path | None = None,
    catalogue_home: Path | None = None,
) -> Record:
    """Sign the newest assessment of an incident, or the one that is named by its id; or, given the id of a record, add a further
    signature of the same party."""
    now = now_utc()
    with ledger(home) as book:
        if INCIDENT.fullmatch(what):
            incidents.incident(book, what)  # or it says which one may be meant
            made = incidents.assessments(book, what)
            if not made:
                raise UsageError(f"{what} has not been assessed yet: hoshimori incident assess {what}")
            chosen = [a for a in made if not assessment or assessment_id(a) == assessment]
            if not chosen:
                raise UsageError(f"{what} has no assessment {assessment[:16]!r}")
            given = bundle_inputs.gather(chosen[-1], incidents.events(book, what), catalogue_home or home)
            old = exchange.full_id(book.journal, supersedes) if supersedes else ""
            software = {"hoshimori": __version__, "python": platform.python_version(), "numpy": np.__version__}
            record = exchange.propose(book, chosen[-1], given, key, software=software, now_utc=now, supersedes=old)
        else:
            record = exchange.full_id(book.journal, what)
            exchange.cosign(book, record, key, now_utc=now)
        return _record(book, record)


@dataclass(frozen=True)
class Sent:
    """A bundle that came as bytes; `name`: what it is called where something is wrong with it."""

    name: str
    data: bytes = field(repr=False)


def assessment_id(assessment: Mapping[str, Any]) -> str:
    """The SHA-256 of its canonical JSON."""
    return canonical.sha256(canonical.canonical(dict(assessment)))


def concur(
    bundle_path: Path | Sent, key: PrivateKey, *, reason: str = "", allow_old: bool = False, home: Path | None = None
) -> Record:
    """Agree, for one's party, to what a bundle says. The bundle is checked in full first; its findings are run again."""
    return _answer("concurred", bundle_path, key, reason, allow_old, home)


def dissent(
    bundle_path: Path | Sent, key: PrivateKey, *, reason: str, allow_old: bool = False, home: Path | None = None
) -> Record:
    """Disagree, with reasons, which stay with the record for good."""
    return _answer("dissented", bundle_path, key, reason, allow_old, home)


def withdraw(record: str, key: PrivateKey, *, reason: str, home: Path | None = None) -> Record:
    """Take back one's own proposal, or one's own answer. What was said stays in the record."""
    with ledger(home) as book:
        full = exchange.full_id(book.journal, record)
        exchange.answer(book, "withdrawn", full, key, reason=reason, now_utc=now_utc())
        return _record(book, full)


def receive(bundle_path: Path | Sent, *, allow_old: bool = False, home: Path | None = None) -> Record:
    """Take what a bundle tells into one's own ledger, after checking it."""
    with ledger(home) as book:
        checked = _checked(book, _files(bundle_path), "", allow_old)
        checking.receive(book, checked)
        return _record(book, checked.record)


def bundle(record: str, out: Path, key: PrivateKey, *, reader: str, home: Path | None = None) -> Path:
    """Write the bundle of a record for one reader (a party, or "public"): a .zip, or a folder. Nothing is written over."""
    with ledger(home) as book:
        files = packing.pack(book, exchange.full_id(book.journal, record), key, reader=reader, now_utc=now_utc())
    container.write(files, out)
    return out


def records(*, home: Path | None = None) -> list[Record]:
    """Every record that a ledger knows, the oldest first. One that fell with a revoked key is listed as fallen."""
    return [record for record, _ in with_assessments(home=home)]


def with_assessments(
    *, home: Path | None = None, until_utc: np.datetime64 | None = None
) -> list[tuple[Record, Mapping[str, Any]]]:
    """Every record with its assessment, as far as this ledger may see it. until_utc: as they stood by the acts of that time."""
    if not ledger_exists(home):
        return []
    with ledger(home) as book:
        spoken: dict[str, list[Spoken]] = {}
        for s in exchange.known(book.journal):
            if until_utc is None or s.act.at_utc <= until_utc:
                spoken.setdefault(s.act.record, []).append(s)
        proposals = [s for each in spoken.values() for s in each if s.act.act == "proposed"]
        found: list[tuple[Record, Mapping[str, Any]]] = []
        for s in sorted(proposals, key=lambda s: (s.act.at_utc, s.act.record)):
            act, tree = s.act, exchange.whole(book.journal, s)
            try:
                found.append((_told_of(spoken[act.record], book.keyring()[1]), tree))
            except Refused as refusal:
                fallen = Record(act.record, act.incident, act.party, FALLEN, (), act.at_utc, str(refusal), _mode(act))
                found.append((fallen, tree))
        return found


def trusted_parties(home: Path | None = None) -> tuple[str, ...]:
    """The parties of the keyring that a home trusts."""
    with ledger(home) as book:
        return tuple(book.keyring()[1].parties)


def assessment_of(record: str, *, home: Path | None = None) -> dict[str, Any]:
    """The assessment of a record with everything that this ledger may see put back."""
    with ledger(home) as book:
        full = exchange.full_id(book.journal, record)
        proposal = next(s for s in exchange.known(book.journal, full) if s.act.act == "proposed")
        return exchange.whole(book.journal, proposal)


def verify_bundle(
    bundle_path: Path | Sent,
    *,
    fingerprint: str = "",
    allow_old: bool = False,
    remember: bool = True,
    home: Path | None = None,
) -> Verified:
    """Check a bundle as a stranger: bytes, signatures, logs; then make its assessment and findings again from what it carries.

    Trust comes from the keyring of this home, or from `fingerprint`. What was seen of the logs is remembered in this home, so
    that an older or another state of them is refused later; remember=False leaves the home untouched, and needs none.
    """
    files = _files(bundle_path)
    if not ledger_exists(home):  # a bundle that is refused, or is not anchored, makes none
        alone = checking.check(files, now_utc=now_utc(), fingerprint=fingerprint, allow_old=allow_old)
        if not remember or not alone.anchored:
            return look_again(alone)
    with ledger(home) as book:
        checked = _checked(book, files, fingerprint, allow_old)
        if remember and checked.anchored:
            checking.receive(book, checked, whole=False)
    return look_again(checked)


def look_again(checked: Checked) -> Verified:
    """The assessment and the findings of a bundle, made again from what it carries."""
    verdict, differs, why = _assessment_again(checked)
    return Verified(checked, verdict, tuple(differs), tuple(_findings_again(checked)), why)


def _assessment_again(checked: Checked) -> tuple[str, list[str], str]:
    if checked.withheld:
        return CANNOT, [], f"{checked.withheld} parts are withheld from {checked.reader}"
    try:
        again = nature.again(checked.assessment)
        misread = _misread(checked)
    except (HoshimoriError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, Warning) as error:
        return CANNOT, [], f"it cannot be made again here: {error!r}"
    for name in ("table", "basis", "method"):
        if again.get(name) != checked.assessment.get(name):
            return CANNOT, [name], f"it was made with another {name} than this program has"
    differs = nature.same(checked.assessment, again)
    differs = [d for d in differs if d != "left_out"]  # what was left out is not here to be counted again
    differs = sorted({*differs, *(["items"] if misread else [])})
    return (DIFFERENT, differs, "") if differs else (SAME, [], "")


def _misread(checked: Checked) -> list[str]:
    """The items that their own findings, read again, do not give: a signer may select what he shows, not what it says."""
    events = [Event.from_json(e) for e in bundle_inputs.events_of(checked.files)]
    case = Incident.from_json({**checked.assessment["incident"], "items": [], "claims": [], "judgements": []})
    span = None if np.isnat(case.start_utc) or np.isnat(case.stop_utc) else (case.start_utc, case.stop_utc)
    given = {_told(i) for e in events for during in (None, span) for i in reading.items_of(e, during=during)}
    ids = {e.event_id for e in events}
    items = [Item.from_json(i) for i in checked.assessment["items"]]
    return [i.item_id for i in items if i.event_id in ids and _told(i) not in given]


def _told(item: Item) -> tuple[object, ...]:
    """What an item takes from its finding; who may read it, since when and what speaks against it come from elsewhere."""
    return (item.event_id, item.indicator, item.seen, item.statement, item.source, item.grade, item.method, str(item.t_utc))


def _findings_again(checked: Checked) -> list[Any]:
    events = bundle_inputs.events_of(checked.files)
    if not events:
        return []
    with tempfile.TemporaryDirectory(prefix="hoshimori-") as scratch:
        inputs = checked.proposal.act.inputs
        catalogue = bundle_inputs.catalogue_of(checked.files, inputs, Path(scratch), now_utc())
        try:
            return list(verify.verify(events, catalogue))
        except (LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise UsageError(f"a finding of this bundle is not one that can be run again: {error!r}") from error


def _answer(act: str, path: Path | Sent, key: PrivateKey, reason: str, allow_old: bool, home: Path | None) -> Record:
    with ledger(home) as book:
        checked = _checked(book, _files(path), "", allow_old)
        if not checked.anchored:
            raise Refused(
                "not-anchored", f"no keyring is trusted here: compare {checked.fingerprint}, then hoshimori keyring adopt"
            )
        if act == "concurred":
            _refuse_unsure(look_again(checked), reason)
        row = exchange.authorised(checked.ring, key, now_utc())
        if act == "concurred" and row.party == checked.proposal.act.party:
            raise Refused("one-party-only", f"{row.party} proposed this record: the other party concurs, or nobody")
        book.start(row.party, checked.alliance)
        checking.receive(book, checked)
        not_seen = [w.sha256 for w in disclosure.withheld(dict(checked.assessment))]
        exchange.answer(book, act, checked.record, key, reason=reason, not_seen=not_seen, now_utc=now_utc())
        return _record(book, checked.record)


def _refuse_unsure(found: Verified, reason: str) -> None:
    """Nobody agrees in silence to what comes out different, or cannot be made again: a part that is closed, a program too old."""
    if found.verdict == DIFFERENT:
        what = ", ".join([*found.differs, *(f.event_id for f in found.findings if f.verdict == DIFFERENT)])
        raise Refused("different", f"made again from what the bundle carries it comes out different: {what}. Dissent, or ask")
    if found.verdict == CANNOT and not reason.strip():
        why = found.why or "a finding could not be run again here"
        raise Refused("cannot", f"it could not all be made again: {why}. Who concurs all the same says why with --reason")


def _files(bundle: Path | Sent) -> container.Files:
    return container.read(bundle) if isinstance(bundle, Path) else container.unzip(bundle.data, bundle.name)


def _checked(book: Ledger, files: container.Files, fingerprint: str, allow_old: bool) -> Checked:
    return checking.check(files, now_utc=now_utc(), known=checking.memory(book), fingerprint=fingerprint, allow_old=allow_old)


def _record(book: Ledger, record: str) -> Record:
    return _told_of(exchange.known(book.journal, record), book.keyring()[1])


def _told_of(spoken: Sequence[Spoken], ring: keyring.Keyring) -> Record:
    """One record from every act on it."""
    standings = standing.still(spoken, ring)
    proposal = next(s for s in standings if s.act.act == "proposed")
    return Record(
        proposal.act.record,
        proposal.act.incident,
        proposal.act.party,
        standing.state(standings, ring),
        tuple(standing.as_rows(standings)),
        proposal.act.at_utc,
        data_mode=_mode(proposal.act),
    )


def _mode(proposal: Act) -> str:
    """What the data behind a proposal are; every reader may know that."""
    return str(proposal.assessment.get("data_mode", ""))

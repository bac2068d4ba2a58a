"""A bundle looked into by a stranger: every byte accounted for, every signature, every place in a log; or one reason why not.

Nothing in a bundle is believed because it says so. What it rests on from outside is one of: a keyring that this home trusts, or a
fingerprint that was compared by another channel. Without either the answer is "not anchored": it holds together, and no more.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from hoshimori.errors import Refused
from hoshimori.judgements import Marking
from hoshimori.ledger import acts, canonical, checkpoints, disclosure, envelope, exchange, keyring, packing, standing
from hoshimori.ledger.checkpoints import Chain
from hoshimori.ledger.container import Files
from hoshimori.ledger.home import Ledger, chain_bytes, opened_in, pinned, plain
from hoshimori.ledger.incidents import refuse_future
from hoshimori.ledger.journal import Journal, Writer
from hoshimori.ledger.standing import Spoken, Standing

OWN = ("manifest.json", "keyring.json", "record/envelope.json", "record/disclosures.json", "record/log.json")
SLACK = np.timedelta64(5, "s")


@dataclass(frozen=True)
class Checked:
    """A bundle that holds. anchored: its keyring is trusted from outside. withheld: how many parts this reader may not see."""

    record: str
    reader: str
    packed_by: str
    packed_utc: np.datetime64
    alliance: str
    fingerprint: str
    anchored: bool
    state: str
    proposal: Standing
    answers: tuple[Standing, ...]
    assessment: Mapping[str, Any]
    withheld: int
    absent: tuple[str, ...]
    chains: Mapping[str, Chain]
    ring: keyring.Keyring
    files: Files
    unshown: tuple[Standing, ...] = ()
    """Acts on this record that this home knows and the bundle does not show; `state` counts them."""

    @property
    def standings(self) -> tuple[Standing, ...]:
        return (self.proposal, *self.answers)


@dataclass(frozen=True)
class Memory:
    """What a home knows: its trusted keyring, the newest checkpoints it has seen of each log, the acts, and its own log."""

    keyring: bytes | None = None
    seen: Mapping[str, Chain] | None = None
    book: Journal | Writer | None = None


def memory(ledger: Ledger) -> Memory:
    """What this home knows."""
    return _memory(ledger.journal)


def _memory(book: Journal | Writer) -> Memory:
    return Memory(pinned(book), {o: checkpoints.read_chain(b, o) for o, b in chain_bytes(book).items()}, book)


def check(
    files: Files,
    *,
    now_utc: np.datetime64,
    known: Memory | None = None,
    fingerprint: str = "",
    allow_old: bool = False,
) -> Checked:
    """Look into a bundle. Refused with a code at the first thing that is wrong; see docs/bundle.md for all of them."""
    known = known or Memory()
    table, opened = _manifest(files)
    ring, anchored = _keyring(files, known, fingerprint)
    packed = _packed_by(table, opened, ring, now_utc)
    chains = _chains(files, ring)
    spoken = _acts(files, chains)
    standings = standing.look_into(spoken, ring)
    proposal, answers = standings[0], standings[1:]
    _one_record(table, proposal, answers, ring, now_utc)
    _witnesses(standings, chains)
    _checkpoints(chains, standings, ring, now_utc)
    _remembered(chains, known, allow_old)
    state, unshown = _with_what_is_known(standings, chains, ring, known, allow_old)
    reader = None if table["reader"] == packing.PUBLIC else str(table["reader"])
    absent = _inputs(files, proposal, reader, str(table["party"]))
    assessment, withheld = _disclosed(files, proposal, reader, str(table["party"]))
    return Checked(
        record=proposal.act.record,
        reader=str(table["reader"]),
        packed_by=packed,
        packed_utc=acts.moment(table, "made"),
        alliance=ring.alliance,
        fingerprint=keyring.fingerprint(ring),
        anchored=anchored,
        state=state,
        proposal=proposal,
        answers=answers,
        assessment=assessment,
        withheld=withheld,
        absent=absent,
        chains=chains,
        ring=ring,
        files=dict(files),
        unshown=unshown,
    )


def _manifest(files: Files) -> tuple[dict[str, Any], envelope.Opened]:
    """Every file is the one that the manifest names, and there is no other."""
    if "manifest.json" not in files:
        raise Refused("missing-file", "no manifest.json: not a bundle, or the manifest was taken out")
    table, opened = packing.read_manifest(files["manifest.json"])
    named = table["files"]
    for name in sorted(set(named) | (set(files) - {"manifest.json"})):
        if name not in files:
            raise Refused("missing-file", f"{name}: named by the manifest, not in the bundle")
        if name not in named:
            raise Refused("extra-file", f"{name}: in the bundle, not named by the manifest")
        if canonical.sha256(files[name]) != named[name]["sha256"] or len(files[name]) != named[name]["size"]:
            raise Refused("altered-file", f"{name}: not the bytes that were packed")
    for name in OWN:
        if name not in files:
            raise Refused("missing-file", f"{name}: every bundle has it")
    return table, opened


def _keyring(files: Files, known: Memory, fingerprint: str) -> tuple[keyring.Keyring, bool]:
    """The newest keyring, the bundle's or the one that is trusted here, and whether it is trusted from outside."""
    chain = files["keyring.json"]
    versions = keyring.read(chain)
    shown = keyring.fingerprint(versions[0])
    if fingerprint and plain(fingerprint) != plain(shown):
        raise Refused("fingerprint", f"the bundle's keyring has the fingerprint {shown}, not {fingerprint}")
    if known.keyring is not None:
        chain = keyring.newer(known.keyring, chain)
    return keyring.read(chain)[-1], bool(fingerprint) or known.keyring is not None


def _packed_by(table: Mapping[str, Any], opened: envelope.Opened, ring: keyring.Keyring, now_utc: np.datetime64) -> str:
    """Who packed it: one signer of the party that the manifest names."""
    made = acts.moment(table, "made")
    refuse_future(made, now_utc, "manifest.json: made")
    envelope.verify(opened, _public(ring))
    if table["party"] not in ring.parties or table["alliance"] != ring.alliance:
        raise Refused(
            "wrong-party", f"manifest.json: {table['party']} of {table['alliance']}: not in the keyring of {ring.alliance}"
        )
    if table["reader"] != packing.PUBLIC and table["reader"] not in ring.parties:
        raise Refused("unknown-reader", f"manifest.json: reader {table['reader'][:40]!r}: a party of the keyring, or public")
    if len(opened.signatures) != 1:
        raise Refused("signed-twice", "manifest.json: one person packs a bundle")
    rows = keyring.authorise(_one_is_enough(ring), str(table["party"]), opened.signatures, made)
    return f"{rows[0].person} ({rows[0].party})"


def _chains(files: Files, ring: keyring.Keyring) -> dict[str, Chain]:
    found: dict[str, Chain] = {}
    for name in sorted(n for n in files if n.startswith("logs/")):
        chain = checkpoints.read_chain(files[name], name)
        party = chain.newest.party
        if party not in ring.parties or name != packing.log_file(chain.origin, party) or chain.origin in found:
            raise Refused("shape", f"{name}: not the place of the log {chain.origin!r} of {party}")
        of_party = {row.keyid for row in ring.keys if row.party == party}
        for signed in chain.signed:
            if not envelope.verify(signed.opened, _public(ring)) <= of_party:
                raise Refused("wrong-party", f"{name}: a checkpoint of {party}'s log is signed by another party")
        found[chain.origin] = chain
    return found


def _acts(files: Files, chains: Mapping[str, Chain]) -> list[Spoken]:
    """The proposal first, then the answers, each at its place in its party's log."""
    names = [n for n in sorted(files) if n.startswith("answers/") and not n.endswith(".log.json")]
    logs = {n for n in files if n.startswith("answers/") and n.endswith(".log.json")}
    if logs != {n.replace(".json", ".log.json") for n in names}:
        raise Refused("missing-file", "an answer without its place in a log, or a place without its answer")
    spoken = [_act(files, "record/envelope.json", "record/log.json", chains)]
    spoken += [_act(files, n, n.replace(".json", ".log.json"), chains) for n in names]
    if {s.act.origin for s in spoken} != set(chains):
        raise Refused("missing-file", "the logs shown are not those that the acts stand in")
    if len({s.act_id for s in spoken}) != len(spoken):
        raise Refused("signed-twice", "the same act stands twice")
    for n, s in zip(names, spoken[1:], strict=True):
        if not n.endswith(f"-{s.act.party}.json"):
            raise Refused("swapped-file", f"{n}: an act of {s.act.party} under the name of another party")
    if [s.act.act == "proposed" for s in spoken].count(True) != 1 or spoken[0].act.act != "proposed":
        raise Refused("swapped-file", "record/envelope.json must be the one proposal, and the answers no proposals")
    if names != [f"answers/{k:04d}-{s.act.party}.json" for k, s in enumerate(spoken[1:], 1)]:
        raise Refused("swapped-file", "the answers are not numbered one after the other")
    if spoken[1:] != sorted(spoken[1:], key=lambda s: (s.act.at_utc, s.act_id)):
        raise Refused("swapped-file", "the answers do not stand in the order of their times")
    return spoken


def _act(files: Files, name: str, log_name: str, chains: Mapping[str, Chain]) -> Spoken:
    place = checkpoints.read_place(files[log_name], log_name)
    spoken = standing.read_act(files[name], name, place, files[log_name])
    if place.kind != "act":
        raise Refused("log-proof", f"{log_name}: the log holds {place.kind!r} there, not an act")
    if spoken.act.origin not in chains or place.origin != spoken.act.origin:
        raise Refused("log-fork", f"{name}: signed for the log {spoken.act.origin!r}, which is not the one shown")
    chain = chains[spoken.act.origin]
    if chain.newest.party != spoken.act.party:
        raise Refused("wrong-party", f"{name}: an act of {spoken.act.party} in the log of {chain.newest.party}")
    covering = checkpoints.holds(place, chain, files[name], name)
    if covering.t_utc + SLACK < spoken.act.at_utc or place.t_utc + SLACK < spoken.act.at_utc:
        raise Refused("clock", f"{name}: signed at {spoken.act.at_utc}, but its log held it before that")
    return replace(spoken, logged_utc=chain.first_holding(place.seq))


def _one_record(
    table: Mapping[str, Any], proposal: Standing, answers: tuple[Standing, ...], ring: keyring.Keyring, now_utc: np.datetime64
) -> None:
    """All of it speaks of one record of one alliance, under keyrings that this one continues, and of no future."""
    if table["record"] != proposal.act.record:
        raise Refused("swapped-file", "the manifest names another record than the one in the bundle")
    for s in (proposal, *answers):
        if s.act.record != proposal.act.record:
            raise Refused("swapped-file", f"an answer of {s.act.party} speaks of another record, {s.act.record[:16]}")
        if s.act.alliance != ring.alliance or plain(s.act.fingerprint) != plain(keyring.fingerprint(ring)):
            raise Refused("wrong-keyring", f"an act of {s.act.party} was signed under another keyring")
        if s.act.keyring_version > ring.version:
            raise Refused(
                "keyring-rollback",
                f"an act was signed under version {s.act.keyring_version}, the keyring shown is {ring.version}",
            )
        refuse_future(s.act.at_utc, now_utc, f"an act of {s.act.party}")
        if s is not proposal and s.act.at_utc + SLACK < proposal.act.at_utc:
            raise Refused("clock", f"{s.act.party} answered at {s.act.at_utc}, before the proposal of {proposal.act.at_utc}")


def _witnesses(standings: tuple[Standing, ...], chains: Mapping[str, Chain]) -> None:
    """What one party vouched for having seen of another's log is what that log shows here."""
    for s in standings:
        w = s.act.witness
        if w is None or w.origin not in chains:
            continue
        chain = chains[w.origin]
        shown = chain.of_size(w.size)
        if shown is None and w.size > chain.newest.size:
            raise Refused(
                "log-truncated", f"{s.act.party} has seen {w.size} entries of {w.origin}; only {chain.newest.size} are shown"
            )
        if shown is None or shown.root != w.root:
            raise Refused(
                "log-fork", f"{s.act.party} has seen another state of {w.origin} at {w.size} entries than is shown here"
            )


def _checkpoints(
    chains: Mapping[str, Chain], standings: tuple[Standing, ...], ring: keyring.Keyring, now_utc: np.datetime64
) -> None:
    """The newest checkpoint of each log is signed by a key of its party that was good then; the older ones hang on it."""
    for chain in chains.values():
        signed = chain.signed[-1]
        refuse_future(signed.checkpoint.t_utc, now_utc, f"checkpoint of {chain.origin}")
        when = packing.witnessed(standings, chain.origin, chain.newest.party, signed.checkpoint.size)
        one = _one_is_enough(ring)
        keyring.authorise(one, chain.newest.party, signed.opened.signatures, signed.checkpoint.t_utc, witnessed_before=when)


def _remembered(chains: Mapping[str, Chain], known: Memory, allow_old: bool) -> None:
    """No log shows less, or something else, than this home has seen of it."""
    own = opened_in(known.book) if known.book else None
    for origin, chain in chains.items():
        if own is not None and known.book is not None and origin == own.origin:
            _own_log(chain, known.book)
            continue
        before = (known.seen or {}).get(origin)
        if before is None:
            continue
        if (other := chain.differs(before)) is not None:
            raise Refused(
                "log-fork",
                f"{origin}: its checkpoint of {other.size} entries is not the one that this home was shown: two histories",
            )
        if chain.newest.size < before.newest.size and not allow_old:
            raise Refused(
                "old-checkpoint",
                f"{origin}: this home has seen {before.newest.size} entries, here are {chain.newest.size}: an old state, which "
                "may hide a later withdrawal. --allow-old accepts it as what it is",
            )


def _own_log(chain: Chain, book: Journal | Writer) -> None:
    """What others hold of our log is what our log is: else ours was cut or changed."""
    held = book.size()
    for checkpoint in (s.checkpoint for s in chain.signed):
        if checkpoint.size > held:
            raise Refused(
                "own-log", f"others hold {checkpoint.size} entries of this ledger's log, it has {held}: it was cut, or restored"
            )
        if book.root(checkpoint.size).hex() != checkpoint.root:
            raise Refused(
                "own-log", f"others hold another state of this ledger's log at {checkpoint.size} entries: it was changed"
            )
    other = chain.differs(Chain(chain.origin, tuple(exchange.own_checkpoints(book))))
    if other is not None:
        raise Refused(
            "own-log", f"others hold a checkpoint of {other.size} entries that this ledger never signed: who else has the key?"
        )


def _with_what_is_known(
    shown: Sequence[Standing], chains: Mapping[str, Chain], ring: keyring.Keyring, known: Memory, allow_old: bool
) -> tuple[str, tuple[Standing, ...]]:
    """Where the record stands, counting what this home knows and the bundle leaves out; and the acts that it leaves out.

    Refused("hidden-act") where the log that is shown holds such an act already: who packed this knew the log, not the act.
    """
    if known.book is None:
        return standing.state(shown, ring), ()
    own = opened_in(known.book)
    signatures = {s.spoken.act_id: len(s.spoken.opened.signatures) for s in shown}
    held = exchange.known(known.book, shown[0].act.record)
    lacking = [s for s in held if len(s.opened.signatures) > signatures.get(s.act_id, 0)]
    together = standing.still(standing.newest([*(s.spoken for s in shown), *lacking]), ring)
    ids = {s.act_id for s in lacking}
    left_out = tuple(s for s in together if s.spoken.act_id in ids)
    for s in left_out:
        chain, place = chains.get(s.act.origin), s.spoken.place
        if chain is None or place is None or (own is not None and s.act.origin == own.origin) or allow_old:
            continue
        if place.seq < chain.newest.size:
            raise Refused(
                "hidden-act",
                f"this home knows that {s.act.party} {s.act.act} at {s.act.at_utc}; the log shown here holds that, the bundle "
                "does not show it. --allow-old accepts the bundle and counts the act",
            )
    return standing.state(together, ring), left_out


def _inputs(files: Files, proposal: Standing, who: str | None, packer: str) -> tuple[str, ...]:
    """Every file that the record stands on is here and is it, or may not be had by this reader or the packer. Those names."""
    named = {i.name: i for i in proposal.act.inputs}
    odd = sorted(n for n in files if n.startswith(("events/", "inputs/")) and n not in named)
    if odd:
        raise Refused("extra-file", f"{odd[0]}: no file that this record stands on")
    absent = []
    for name, given in sorted(named.items()):
        if name in files:
            if canonical.sha256(files[name]) != given.sha256:
                raise Refused("altered-file", f"{name}: not the bytes that the record stands on")
        elif (marking := Marking.from_json(given.marking)).may_read(who) and marking.may_read(packer):
            raise Refused("missing-input", f"{name}: the record stands on it, and its reader may have it; it is not here")
        else:
            absent.append(name)
    return tuple(absent)


def _disclosed(files: Files, proposal: Standing, who: str | None, packer: str) -> tuple[Mapping[str, Any], int]:
    """The assessment with what is shown put back, and how many parts are withheld."""
    disclosures = exchange.read_disclosures(files["record/disclosures.json"], "record/disclosures.json")
    tree = disclosure.disclose(dict(proposal.act.assessment), disclosures)
    acts.refuse_odd_text(tree, "assessment")
    packing.refuse_kept_back(tree, who, packer)
    _of_its_incident(tree, proposal)
    return tree, len(disclosure.withheld(tree))


def _of_its_incident(tree: Mapping[str, Any], proposal: Standing) -> None:
    """The assessment is of the incident that the record names, and each finding in it has its file."""
    act = proposal.act
    incident = tree.get("incident")
    if isinstance(incident, dict) and "withheld" not in incident:
        said = {"id": act.incident, "party": act.party, "alliance": act.alliance}
        if odd := sorted(k for k, v in said.items() if incident.get(k) != v):
            raise Refused("swapped-file", f"the assessment is of another incident than the record says: {', '.join(odd)}")
    names = {i.name for i in act.inputs}
    items = tree.get("items")
    for item in items if isinstance(items, list) else ():
        event = item.get("event") if isinstance(item, dict) else None
        if event and f"events/{event}.json" not in names:
            raise Refused("missing-input", f"an item rests on the finding {str(event)[:40]}, which is no file of this record")


def receive(ledger: Ledger, checked: Checked, *, whole: bool = True) -> int:
    """Take what a checked bundle tells into this ledger: acts, logs, inputs, disclosures. How many entries were written.

    whole=False: acts and logs alone, which is what a reader must remember so as not to be shown another past later.
    """
    if not checked.anchored:
        raise Refused("not-anchored", f"no keyring is trusted here: compare the fingerprint {checked.fingerprint} first")
    with ledger.journal.writing() as w:
        before = w.size()
        _remembered(checked.chains, _memory(w), allow_old=True)  # another process may have received meanwhile
        ring = _receive_keyring(w, checked)
        _receive_acts(w, checked)
        standing.state(standing.still(exchange.known(w, checked.record), ring), ring)
        _receive_logs(w, checked)
        if not whole:
            return w.size() - before
        for name, data in checked.files.items():
            if name.startswith(("events/", "inputs/")) and next(w.entries(f"blob:{canonical.sha256(data)}"), None) is None:
                w.append(f"blob:{canonical.sha256(data)}", data)
        disclosures = exchange.read_disclosures(checked.files["record/disclosures.json"], "record/disclosures.json")
        if set(disclosures) - set(exchange.disclosed(w, checked.record)):
            w.append(f"disclosures:{checked.record}", checked.files["record/disclosures.json"])
        return w.size() - before


def _receive_keyring(w: Writer, checked: Checked) -> keyring.Keyring:
    """A later version of the keyring that is trusted here is trusted from now on, so that no older one is shown again."""
    held = pinned(w)
    if held is None:
        return checked.ring
    newest = keyring.newer(held, checked.files["keyring.json"])
    if newest != held:
        w.append("keyring", newest)
    return keyring.read(newest)[-1]


def _receive_acts(w: Writer, checked: Checked) -> None:
    held = {s.act_id: len(s.opened.signatures) for s in exchange.known(w, checked.record)}
    own = opened_in(w)
    for s in (x.spoken for x in checked.standings):
        if (own is not None and s.act.origin == own.origin) or held.get(s.act_id, 0) >= len(s.opened.signatures):
            continue
        body = {
            "record": checked.record,
            "envelope": base64.b64encode(s.data).decode(),
            "place": base64.b64encode(s.place_data).decode(),
        }
        w.append("act.received", canonical.canonical(body))


def _receive_logs(w: Writer, checked: Checked) -> None:
    own = opened_in(w)
    held = {o: checkpoints.read_chain(b, o) for o, b in chain_bytes(w).items()}
    for origin, chain in checked.chains.items():
        if (own is not None and origin == own.origin) or (origin in held and held[origin].newest.size >= chain.newest.size):
            continue
        data = checked.files[packing.log_file(origin, chain.newest.party)]
        w.append("log.received", canonical.canonical({"origin": origin, "chain": base64.b64encode(data).decode()}))


def _public(ring: keyring.Keyring) -> dict[str, bytes]:
    return {row.keyid: row.raw for row in ring.keys}


def _one_is_enough(ring: keyring.Keyring) -> keyring.Keyring:
    """The same keyring where one signature speaks for a party: for what one person does alone, such as packing."""
    return replace(ring, parties={p: {**v, "threshold": 1} for p, v in ring.parties.items()})

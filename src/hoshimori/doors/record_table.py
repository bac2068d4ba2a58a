"""Records and bundles for people: who signed what, what a stranger found, and the brief; in the terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hoshimori.doors import brief as briefs
from hoshimori.doors import incidents, records
from hoshimori.doors.incident_table import words_of, write_brief
from hoshimori.doors.records import Record, Verified
from hoshimori.doors.terminal import put_json
from hoshimori.errors import Refused, UsageError
from hoshimori.findings import iso
from hoshimori.ledger import packing, standing
from hoshimori.ledger.keys import PrivateKey


def ready(out: Path | None, reader_: str, key: PrivateKey, home: Path | None) -> None:
    """Refuse, before anything is signed, a bundle that could not be written afterwards: what is signed stays signed."""
    if out is None:
        return
    if out.exists():
        raise Refused("exists", f"--out {out}: exists already; nothing was signed. Choose another name")
    readers = [*records.trusted_parties(home), packing.PUBLIC]
    if reader(reader_, key, home) not in readers:
        raise UsageError(f"--for {reader_}: one of {', '.join(readers)}; nothing was signed")


def tell(done: Record, key: PrivateKey, out: Path | None, reader_: str, home: Path | None, lang: str, as_json: bool) -> None:
    """What was signed; with `out`, the bundle of it as well; and what comes next."""
    whose = reader(reader_, key, home) if out is not None else ""
    if out is not None:
        records.bundle(done.record, out, key, reader=whose, home=home)
    show(done, lang, as_json)
    if as_json:
        return
    w = words_of(lang)
    if out is not None:
        print(w["wrote"].format(path=out))
    if waiting := [a for a in done.acts if not a["complete"] and a["party"] == key.public.party]:
        print(w["next cosign"].format(record=done.record[:16], party=key.public.party, act=w[f"act {waiting[-1]['act']}"]))
    elif out is not None and whose != packing.PUBLIC:
        print(
            w["next concur" if done.state == "proposed" and done.party != whose else "next receive"].format(
                path=out, reader=whose
            )
        )


def reader(name: str, key: PrivateKey, home: Path | None) -> str:
    """Who a bundle is for: as told, else the one other party of the alliance."""
    if name:
        return name
    ring = records.trusted_parties(home)
    others = sorted(p for p in ring if p != key.public.party)
    if len(others) != 1:
        raise UsageError(f"--for: one of {', '.join(others)}, or public")
    return others[0]


def show(record: Record, lang: str, as_json: bool) -> None:
    """One record: where it stands, and every act on it."""
    if as_json:
        put_json(record.to_json())
        return
    w = words_of(lang)
    _tell_mode(record.data_mode)
    state = w[f"state {record.state}"]
    print(w["record line"].format(record=record.record[:16], incident=record.incident, state=state))
    _acts(record.acts, w)


def _tell_mode(data_mode: str) -> None:
    """Whatever is not of the real world says so first, in every language."""
    if data_mode != "REAL":
        print(" ".join([data_mode or "?"] * 3))


def _acts(acts: Sequence[Mapping[str, Any]], w: Mapping[str, str]) -> None:
    for a in acts:
        line = w["act line" if a["complete"] else "act waiting"]
        print(line.format(**{**a, "act": w[f"act {a['act']}"], "at": str(a["at"])[:16] + "Z"}))
        if a["reasons"]:
            print(w["act reason"].format(reason="\n      ".join(str(a["reasons"]).splitlines())))
        if a["not_seen"]:
            print(w["act not seen"].format(count=a["not_seen"]))


def show_verified(found: Verified, lang: str, as_json: bool) -> None:
    """What a stranger can say of a bundle."""
    if as_json:
        put_json(found.to_json())
        return
    w, c = words_of(lang), found.checked
    _tell_mode(str(c.assessment.get("data_mode", "")))
    print(w["holds"])
    print(w["fingerprint"].format(fingerprint=c.fingerprint))
    print(w["anchored"] if c.anchored else w["not anchored"].format(fingerprint=c.fingerprint))
    print(w["record line"].format(record=c.record[:16], incident=c.proposal.act.incident, state=w[f"state {c.state}"]))
    _acts(standing.as_rows(c.standings), w)
    print(w["packed"].format(by=c.packed_by, when=iso(c.packed_utc)[:16] + "Z", reader=c.reader))
    if c.withheld:
        print(w["withheld"].format(count=c.withheld, reader=c.reader))
    if c.absent:
        print(w["absent"].format(count=len(c.absent), reader=c.reader))
    print(w[f"assessment {found.assessment}"].format(differs=", ".join(found.differs), why=found.why))
    verdicts = [f.verdict for f in found.findings]
    counted = {v: verdicts.count(v) for v in ("same", "different", "cannot")}
    print(w["findings"].format(**counted) if verdicts else w["findings none"])


def brief(what: str, out: Path | None, lang: str, home: Path | None) -> None:
    """The brief of a record, an incident, a bundle or a file."""
    assessment, signatures = _found(what, home)
    if out is None:
        print(briefs.text(assessment, lang=lang, signatures=signatures))
        return
    write_brief(assessment, out, lang, signatures)
    print(words_of(lang)["wrote"].format(path=out))


def _found(what: str, home: Path | None) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    path = Path(what)
    if path.suffix.lower() == ".json" and path.is_file():
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"{path}: not an assessment in JSON: {error}") from error
        if not isinstance(data, dict) or data.get("schema") != "hoshimori.assessment/1":
            raise UsageError(f"{path}: expected JSON of the schema hoshimori.assessment/1")
        return data, []
    if path.exists():
        checked = records.verify_bundle(path, home=home, remember=False).checked
        return checked.assessment, standing.as_rows(checked.standings)
    if made := _of_incident(what, home):
        return made, []
    found = next((r for r in records.records(home=home) if len(what) >= 4 and r.record.startswith(what)), None)
    if found is None:
        raise UsageError(f"{what!r}: no record, incident, bundle or file; hoshimori incident list shows what there is")
    return records.assessment_of(found.record, home=home), [dict(a) for a in found.acts]


def _of_incident(what: str, home: Path | None) -> Mapping[str, Any] | None:
    if not any(i.incident_id == what for i in incidents.incidents(home=home)):
        return None
    made = incidents.assessments(what, home=home)
    if not made:
        raise UsageError(f"{what} has not been assessed yet: hoshimori incident assess {what}")
    return made[-1]

"""Incidents for people: what was opened, added, judged and assessed, in the terminal and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hoshimori.doors import brief, nature
from hoshimori.doors.english_ledger import LEDGER as EN
from hoshimori.doors.english_nature import NATURE as NATURE_EN
from hoshimori.doors.english_threshold import THRESHOLD as THRESHOLD_EN
from hoshimori.doors.incidents import Added
from hoshimori.doors.japanese_ledger import LEDGER as JA
from hoshimori.doors.japanese_nature import NATURE as NATURE_JA
from hoshimori.doors.japanese_threshold import THRESHOLD as THRESHOLD_JA
from hoshimori.doors.records import Record
from hoshimori.doors.terminal import console, put_json, put_lines
from hoshimori.doors.words import minute, words
from hoshimori.errors import UsageError
from hoshimori.findings import iso
from hoshimori.judgements import Incident, Judgement, Marking, Tlp

NARROWEST = {"opened": 10, "marking": 9}
"""Columns that are not made narrower than a date, a colour."""


def words_of(lang: str) -> Mapping[str, str]:
    """The words of this page in one language."""
    words(lang)
    return JA if lang == "ja" else EN


def answered(answer: str, lang: str) -> str:
    """An answer to a question of the threshold, as the brief words it."""
    return (THRESHOLD_JA if lang == "ja" else THRESHOLD_EN)[f"answer {answer}"]


def claimed(kind: str, lang: str) -> str:
    """A kind of claim, as the brief words it."""
    return (NATURE_JA if lang == "ja" else NATURE_EN)[f"claim {kind}"]


def marking(tlp: str, releasable_to: Sequence[str] | None) -> Marking:
    """A marking from what stands on the command line."""
    return Marking(Tlp.read(tlp), frozenset(releasable_to) if releasable_to else None)


def tell_opened(incident: Incident, added: Added | None, lang: str, as_json: bool) -> None:
    if as_json:
        put_json(incident.to_json() | ({"added": added.to_json()} if added else {}))
        return
    w = words_of(lang)
    print(w["opened"].format(incident=incident.incident_id, title=incident.title))
    if added:
        _told_added(incident.incident_id, added, w)
    print(w["next assess" if added else "next add"].format(incident=incident.incident_id))


def tell_added(incident: str, added: Sequence[Added], lang: str, as_json: bool) -> None:
    if as_json:
        put_lines(a.to_json() | {"incident": incident} for a in added)
        return
    for a in added:
        _told_added(incident, a, words_of(lang))


def _told_added(incident: str, added: Added, w: Mapping[str, str]) -> None:
    print(w["added"].format(items=len(added.items), claims=len(added.claims), incident=incident, twice=added.passed_over))


def tell_judged(given: Judgement, lang: str, as_json: bool) -> None:
    if as_json:
        put_json(given.to_json())
        return
    print(
        words_of(lang)["judged"].format(
            by=given.by, party=given.party, criterion=given.criterion, answer=answered(given.answer, lang), id=given.judgement_id
        )
    )


def tell_assessed(made: Mapping[str, Any], out: Path | None, lang: str, as_json: bool) -> None:
    """The brief as text, or its file."""
    if out is not None:
        write_brief(made, out, lang, ())
    if as_json:
        put_json(dict(made))
        return
    print(brief.text(made, lang=lang))
    w = words_of(lang)
    if out is not None:
        print(w["wrote"].format(path=out))
    print(w["next sign"].format(incident=made["incident"]["id"]))


def refuse_kind(out: Path) -> None:
    """Asked before anything is kept or signed."""
    if out.suffix.lower() not in (".html", ".pdf"):
        raise UsageError(f"--out {out}: a brief is a .html or a .pdf file")


def write_brief(made: Mapping[str, Any], out: Path, lang: str, signatures: Sequence[Mapping[str, Any]]) -> None:
    """The brief as .html or .pdf; nothing else."""
    refuse_kind(out)
    data = (
        brief.pdf(made, lang=lang, signatures=signatures)
        if out.suffix.lower() == ".pdf"
        else brief.html(made, lang=lang, signatures=signatures).encode()
    )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(data)
    except OSError as error:
        raise UsageError(f"--out {out}: cannot be written: {error.strerror}") from error


def show(incident: Incident, lang: str, as_json: bool) -> None:
    """Everything about one incident."""
    if as_json:
        put_json(incident.to_json())
        return
    w, out = words_of(lang), console()
    out.print(Text(f"{incident.incident_id}  {incident.title}", style="bold"))
    out.print(Text(f"{incident.marking.text}  {incident.data_mode.name}"))
    out.print(Text(f"{w['question']}: {incident.question}"))
    concerned = ", ".join((*incident.assets, *incident.subjects, *incident.owners))
    out.print(Text(f"{w['subjects']}: {concerned or '—'}"))
    out.print(Text(f"{w['when']}: {_span(incident)}"))
    opened = f"{minute(incident.opened_utc)}Z"
    out.print(Text(w["opened by"].format(by=incident.opened_by, party=incident.party, when=opened)))
    out.print(Text(f"\n{w['items']} ({len(incident.items)})", style="bold"))
    for i in incident.items:
        state = w["not weighed"] if not i.indicator else f"{i.indicator}: {w['seen'] if i.seen else w['not found']}"
        out.print(Text(f"  {i.item_id[:8]}  {state}; {w['grade'].format(grade=i.grade)}; {i.marking.text}"))
        out.print(_below(i.statement))
        out.print(_below(f"{i.source}; {w['known'].format(when=minute(i.known_utc))}Z", "dim"))
    out.print(Text(f"\n{w['claims']} ({len(incident.claims)})", style="bold"))
    for c in incident.claims:
        out.print(
            Text(
                f"  {c.claim_id[:8]}  {claimed(c.kind, lang)}, {c.speaker}; {w['grade'].format(grade=c.grade)}; {c.marking.text}"
            )
        )
        out.print(_below(c.statement))
    out.print(Text(f"\n{w['judgements']} ({len(incident.judgements)})", style="bold"))
    gone = {j.supersedes for j in incident.judgements}
    for j in incident.judgements:
        beside = [w["dissent"]] * j.dissent + [w["no longer"]] * (j.judgement_id in gone)
        said = "; ".join((answered(j.answer, lang), *beside, f"{j.by} ({j.party}), {minute(j.at_utc)}Z"))
        out.print(Text(f"  {j.judgement_id[:8]}  {j.criterion}: {said}"))
        out.print(_below(j.reason))


def _below(text: str, style: str = "") -> Padding:
    """A text under the line that names it, every line of it indented."""
    return Padding(Text(text, style=style), (0, 0, 0, 12))


def _span(incident: Incident) -> str:
    start, stop = iso(incident.start_utc), iso(incident.stop_utc)
    return " – ".join(t[:16] + "Z" for t in (start, stop) if t) or "—"


def show_list(incidents: Sequence[Incident], records: Sequence[Record], lang: str, as_json: bool) -> None:
    """All incidents, one a row; below, where each record made of them stands, those of other parties among them."""
    if as_json:
        put_lines([*(i.to_json() for i in incidents), *(r.to_json() for r in records)])
        return
    w = words_of(lang)
    if not incidents and not records:
        print(w["incidents none"])
        return
    if incidents:
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for head in ("id", "title", "opened", "mode", "evidence", "marking"):
            table.add_column(w[f"head {head}"], overflow="fold", no_wrap=head == "id", min_width=NARROWEST.get(head))
        for i in incidents:
            count = f"{len(i.items)}, {len(i.claims)}, {len(i.judgements)}"
            cells = (i.incident_id, i.title, minute(i.opened_utc), i.data_mode.name, count, i.marking.text)
            table.add_row(*map(Text, cells))
        console().print(table)
    for r in records:
        print(w["record line"].format(record=r.record[:16], incident=r.incident, state=w[f"state {r.state}"]))
        if r.why:
            print(f"    {r.why}")


def show_gates(alliance: str, lang: str, as_json: bool) -> None:
    """The questions of a treaty."""
    rules, w = nature.rules_for(alliance), words_of(lang)
    ja = lang == "ja"
    rows: list[dict[str, Any]] = []
    for gate in rules.gates:
        if not as_json:
            print(w["gate"].format(id=gate.id, title=gate.title_ja if ja else gate.title))
        if gate.human_only and not as_json:
            print(f"    ({w['ministers']})")
        for c in gate.criteria:
            rows.append({"schema": "hoshimori.criterion/1", "gate": gate.id, "id": c.id, "judged_by": c.judged_by, "rule": c.rule,
                         "question": c.question, "question_ja": c.question_ja, "clauses": list(c.clauses)})  # fmt: skip
            who = (
                w["machine"].format(rule=c.rule)
                if c.judged_by == "machine"
                else w["ministers"]
                if gate.human_only
                else w["person"]
            )
            if not as_json:
                print(f"    {c.id}  [{who}]  {', '.join(c.clauses)}".rstrip())
                print(f"        {c.question_ja if ja else c.question}")
    if as_json:
        put_lines(rows)
    else:
        print(w["remark"])


def show_indicators(word: str, lang: str, as_json: bool) -> None:
    """What an item of evidence can answer."""
    from hoshimori.assess.table import table as weights

    w, ja = words_of(lang), lang == "ja"
    chosen = [i for i in weights().indicators.values() if word.lower() in f"{i.id} {i.group} {i.seen} {i.seen_ja}".lower()]
    if not chosen:
        raise UsageError(f"indicators {word!r}: none holds this word; hoshimori incident indicators lists all")
    if as_json:
        put_lines(
            {"schema": "hoshimori.indicator/1", "id": i.id, "group": i.group, "seen": i.seen, "seen_ja": i.seen_ja}
            for i in chosen
        )
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in ("indicator", "group", "seen"):
        table.add_column(w[f"head {head}"], overflow="fold", no_wrap=head == "indicator")
    for i in chosen:
        table.add_row(Text(i.id), Text(i.group), Text(i.seen_ja if ja else i.seen))
    console().print(table)

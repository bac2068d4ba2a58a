"""The alliance: what was said and promised and who contradicts it, the questions of the treaty, the parties."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query

from hoshimori.alliance.register import Row
from hoshimori.alliance.treaty import treaty
from hoshimori.doors import alliance as register
from hoshimori.doors.alliance import Looked, record
from hoshimori.doors.web import answers
from hoshimori.doors.web.principal import Reader
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, TheWorld, Words, page
from hoshimori.doors.web.routes.models_data import Conflicts, Gates, RegisterPage
from hoshimori.doors.web.routes.shared import TheSkies, lang
from hoshimori.findings import iso

router = answers.router("alliance")
Kind = Literal["clause", "commitment", "claim", "party"]
Part = Annotated[str, Query(max_length=200, pattern="^[^\\x00]*$", description="Found in any part of a row, whatever the case.")]


@router.get("/alliance/register", response_model=RegisterPage)
def rows(
    who: Reader,
    world: TheWorld,
    skies: TheSkies,
    w: Words,
    kind: Kind | None = None,
    q: Part = "",
    disputed: bool = False,
    as_of: AsOf = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Rows of the register as known at the moment: what a text or a person says, never what is so."""
    found = register.look(world.alliance, kind=kind, text=q.strip(), disputed=disputed, as_of=skies.moment(as_of))
    return _page(found, found.rows, limit, cursor, w)


@router.get("/alliance/parties", response_model=RegisterPage)
def parties(
    who: Reader, world: TheWorld, skies: TheSkies, w: Words, as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Who belongs to the alliance, with the lists that each watches."""
    found = register.look(world.alliance, kind="party", as_of=skies.moment(as_of))
    return _page(found, found.rows, limit, cursor, w)


@router.get("/alliance/conflicts", response_model=Conflicts)
def conflicts(
    who: Reader, world: TheWorld, skies: TheSkies, w: Words, as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Groups of rows that cannot all be right as they are worded."""
    found = register.look(world.alliance, disputed=True, as_of=skies.moment(as_of))
    made = page(found.groups, limit, cursor, lambda group: {"rows": [_row(r, found, w) for r in group]})
    return {**made, "as_of": iso(found.at_utc)}


@router.get("/alliance/gates", response_model=Gates)
def gates(who: Reader, world: TheWorld, w: Words) -> dict[str, Any]:
    """The questions that the treaty asks about an incident, and who may answer them."""
    held, ja = treaty(world.alliance), lang() == "ja"
    return {
        "alliance": held.alliance_id,
        "title": held.title_ja if ja else held.title,
        "as_of": str(held.as_of),
        "parties": list(held.parties),
        "consultation": held.consultation,
        "version": held.version,
        "gates": [
            {
                "id": g.id,
                "title": g.title_ja if ja else g.title,
                "title_en": g.title,
                "title_ja": g.title_ja,
                "human_only": g.human_only,
                "criteria": [
                    {
                        "id": c.id,
                        "question": c.question_ja if ja else c.question,
                        "question_en": c.question,
                        "question_ja": c.question_ja,
                        "judged_by": c.judged_by,
                        "rule": c.rule,
                        "clauses": list(c.clauses),
                        "facts": list(c.facts),
                        "decides": c.decides,
                    }
                    for c in g.criteria
                ],
            }
            for g in held.gates
        ],
    }


def _page(found: Looked, chosen: Any, limit: int, cursor: str, w: Any) -> dict[str, Any]:
    held = found.register
    title = held.title_ja if lang() == "ja" else held.title
    more = {"as_of": iso(found.at_utc), "alliance": held.alliance_id, "title": title, "made": str(held.as_of)}
    return {**page(chosen, limit, cursor, lambda r: _row(r, found, w)), **more}


def _row(row: Row, found: Looked, w: Any) -> dict[str, Any]:
    made = record(row, found.register, found.at_utc)
    text = row.title_ja if lang() == "ja" else row.title
    said = {"kind_text": w.get(f"kind {row.kind}", row.kind), "status_text": w.get(f"status {made['status']}", made["status"])}
    return {**made, "text": text, **said}

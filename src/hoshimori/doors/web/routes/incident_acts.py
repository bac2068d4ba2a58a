"""Incidents as they are written: opened, fed with findings and evidence, answered by persons, assessed.

Who acts is who asks: no name is typed. People of the party of this service write to its ledger; a question of the treaty is
answered by people of either party. Nothing is edited: what changes stands beside what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from hoshimori.doors import evidence
from hoshimori.doors import incidents as doors
from hoshimori.doors.incidents import Added
from hoshimori.doors.web import case_page, evidence_body
from hoshimori.doors.web.answers import Made
from hoshimori.doors.web.answers import router as routed
from hoshimori.doors.web.cases import Cases, assessed, readable_case
from hoshimori.doors.web.principal import Principal, Worker
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.doors.web.routes.cases_asked import IncidentId, TheCases, lang, own, readable_by, tell
from hoshimori.doors.web.routes.models_incidents import (
    AddedRow,
    AssessmentIn,
    AssessmentRow,
    FindingsIn,
    IncidentHead,
    IncidentIn,
    JudgementIn,
    Record,
)
from hoshimori.doors.web.world import World
from hoshimori.errors import Refused, UsageError
from hoshimori.findings import canonical_json
from hoshimori.judgements import Claim, Incident, Item, Judgement, Marking, strictest

router = routed("incidents")
T = TypeVar("T")


@router.post("/incidents", status_code=201, response_model=IncidentHead)
def opened(body: IncidentIn, who: Worker, cases: TheCases) -> Made:
    """Open an incident. The very same request sent twice at once opens one."""
    world = cases.world
    own(world, who)
    marking = body.marking.marking()
    readable_by(who, world.party, marking)

    def open_it() -> Incident:
        made = doors.open_incident(
            body.title,
            by=who.name,
            party=world.party,
            question=body.question,
            assets=body.assets,
            subjects=body.subjects,
            owners=body.owners,
            start=body.start or None,
            stop=body.stop or None,
            alliance=world.alliance,
            marking=marking,
            data_mode=world.data_mode,
            home=world.home,
        )
        tell(world, "incident", {"incident": made.incident_id, "what": "opened"}, made.marking)
        return made

    made = cases.once.do(("open", who, body.model_dump_json()), open_it)
    return Made(case_page.head(made), 201, f"/api/v1/incidents/{made.incident_id}")


@router.post("/incidents/{incident_id}/findings", response_model=AddedRow)
def findings(incident_id: IncidentId, body: FindingsIn, who: Worker, cases: TheCases) -> dict[str, Any]:
    """Join findings: by id, as sweeps of this service told them, or as records. Each is kept whole and read into items."""
    case = _case_to_write(cases, incident_id, who)
    marking = body.marking.marking()
    readable_by(who, cases.world.party, case.marking.with_(marking))
    told = [_told(cases, name) for name in body.event_ids] + body.events
    if not told:
        raise ApiError(422, "invalid", "a field is wrong", "event_ids or events: one finding at least")
    try:
        added = _unless_hidden(case, who, lambda: doors.add_findings(incident_id, told, marking=marking, home=cases.world.home))
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:  # an event of another make
        raise ApiError(422, "unusable-event", "cannot be used", f"an event that is no evidence: {error!r}") from None
    joined = case.marking.with_(marking)
    return _added(cases.world, case, added, dict.fromkeys([*added.items, *added.claims], joined) or {"": joined})


@router.post(
    "/incidents/{incident_id}/evidence",
    response_model=AddedRow,
    openapi_extra={"requestBody": {"required": True, "content": evidence_body.CONTENT}},
)
async def add_evidence(incident_id: IncidentId, request: Request, who: Worker, cases: TheCases) -> dict[str, Any]:
    """Join items and claims that a person writes down: the file of `GET /incidents/template`, or the same as JSON."""
    own(cases.world, who)
    data = await evidence_body.read(request)
    kind = request.headers.get("content-type", "")
    return await run_in_threadpool(_evidence, cases, incident_id, who, kind, data)


def _evidence(cases: Cases, incident_id: str, who: Principal, kind: str, data: bytes) -> dict[str, Any]:
    case = _case_to_write(cases, incident_id, who)
    rows = evidence_body.rows(kind, data)
    try:
        told = evidence.from_rows(rows, "evidence", data_mode=case.data_mode, marking=case.marking)
    except (UsageError, OverflowError) as error:  # a time before the year 1 in UTC overflows
        raise ApiError(422, "unusable-evidence", "cannot be used", str(error)) from None
    pieces: list[Item | Claim] = [*told.items, *told.claims]
    readable_by(who, cases.world.party, *(p.marking for p in pieces))
    added = _unless_hidden(case, who, lambda: doors.add_told(incident_id, told, home=cases.world.home))
    return _added(cases.world, case, added, {str(p.to_json()["id"]): p.marking for p in pieces})


@router.post("/incidents/{incident_id}/judgements", status_code=201, response_model=Record)
def judged(incident_id: IncidentId, body: JudgementIn, who: Worker, cases: TheCases) -> Made:
    """Answer one question of the treaty, in one's own name, for one's own party. Nothing is overwritten."""
    case = cases.held().incident(incident_id, who.party)
    if who.party is None:
        raise ApiError(403, "wrong-party", "not allowed", "a question of a treaty is answered by people of its parties")
    party, marking = who.party, body.marking.marking()
    readable_by(who, cases.world.party, case.marking.with_(marking))
    supersedes = _own_answer(readable_case(case, who.party), body.supersedes)

    def judge() -> Judgement:
        given = doors.judge(
            incident_id,
            body.criterion,
            body.answer,
            by=who.name,
            party=party,
            reason=body.reason,
            dissent=body.dissent,
            supersedes=supersedes,
            marking=marking,
            home=cases.world.home,
        )
        line = {"incident": incident_id, "what": "judged", "ids": [given.judgement_id]}
        tell(cases.world, "incident", line, given.marking)
        return given

    key = ("judge", who, incident_id, body.model_dump_json())
    given = _unless_hidden(case, who, lambda: cases.once.do(key, judge), body.criterion)
    return Made(case_page.judgement_row(given, lang(), {}, None), 201, f"/api/v1/incidents/{incident_id}")


@router.post("/incidents/{incident_id}/assessments", status_code=201, response_model=AssessmentRow)
def assess(incident_id: IncidentId, body: AssessmentIn, who: Worker, cases: TheCases) -> Made:
    """Assess an incident as known at a moment, and keep the assessment. The same request twice at once makes one.

    as_of: only what could have been known then (`data`: the newest that the catalogue holds). releasable_to: what any of these
    parties may not read is left out before anything is weighed, and counted; the party of this service is always one of them.
    """
    world = cases.world
    case = _case_to_write(cases, incident_id, who)
    as_of = "now" if body.as_of in (None, "", "now") else str(world.moment(body.as_of))
    hidden = readable_case(case, who.party) != case
    releasable = sorted({*body.releasable_to, world.party}) if body.releasable_to or hidden else []

    def make() -> dict[str, Any]:
        made = doors.assess_incident(incident_id, as_of=as_of, releasable_to=releasable, home=world.home)
        one = assessed(made)
        tell(world, "incident", {"incident": incident_id, "what": "assessed", "ids": [one.assessment_id]}, one.marking)
        return made

    state = canonical_json(case.to_json())
    made = assessed(cases.once.do(("assess", incident_id, as_of, tuple(releasable), state), make))
    return Made(case_page.assessment_row(made), 201, f"/api/v1/incidents/{incident_id}/assessments/latest")


def _case_to_write(cases: Cases, incident_id: str, who: Principal) -> Incident:
    own(cases.world, who)
    return cases.held().incident(incident_id, who.party)


def _told(cases: Cases, name: str) -> Mapping[str, Any]:
    found = cases.world.duty.event(name)
    if found is None:
        raise NotHere(f"event {name}")
    return found.record


def _own_answer(case: Incident, start: str) -> str:
    """The full id of an answer that who asks may read, from its first digits."""
    if not start:
        return ""
    found = [j.judgement_id for j in case.judgements if j.judgement_id.startswith(start)]
    if len(found) != 1:
        raise NotHere(f"judgement {start}")
    return found[0]


ABOUT_PIECES = ("marked-otherwise",)
ABOUT_ANSWERS = ("answered-before", "supersedes-not-own", "contradicts-own-party", "nothing-to-dissent-from", "out-of-order")


def _unless_hidden(case: Incident, who: Principal, act: Callable[[], T], criterion: str = "") -> T:
    """What the act gives. A refusal tells what is there already: where who asks may not read that, it says only no."""
    try:
        return act()
    except Refused as refusal:
        pieces: list[Item | Claim] = [*case.items, *case.claims]
        answers = [j for j in case.judgements if (j.criterion, j.party) == (criterion, who.party)]
        about: list[Item | Claim | Judgement] = [
            *(pieces if refusal.code in ABOUT_PIECES else ()),
            *(answers if refusal.code in ABOUT_ANSWERS else ()),
        ]
        if all(p.marking.may_read(who.party) for p in about):
            raise
        raise ApiError(409, "refused", "refused", "what is held of this incident already does not allow it") from None


def _added(world: World, case: Incident, added: Added, names: Mapping[str, Marking]) -> dict[str, Any]:
    """What joined, told on the feed under the marking of each piece. names: the marking of every piece that was sent, by id."""
    joined = [*added.items, *added.claims]
    for marking in {names[n] for n in joined}:
        ids = [n for n in joined if names[n] == marking]
        tell(world, "incident", {"incident": case.incident_id, "what": "added", "ids": ids}, marking)
    return {**added.to_json(), "incident": case.incident_id, "marking": strictest([case.marking, *names.values()]).to_json()}

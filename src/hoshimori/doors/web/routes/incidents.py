"""Incidents as they are read: what is held, how it was assessed, what the treaty asks, and the brief.

Two moments may be named. `as_of`: only what could have been known then, also where it was written down later; without it, all
that is known now. `recorded_by`: as it stood in this ledger then. An incident that its reader may not read is not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import Query
from fastapi.responses import Response

from hoshimori.assess.table import table
from hoshimori.doors import brief, evidence
from hoshimori.doors import incidents as doors
from hoshimori.doors.web import case_page, evidence_body, gate_rows, matrix_rows
from hoshimori.doors.web.answers import Document
from hoshimori.doors.web.answers import router as routed
from hoshimori.doors.web.cases import Assessed, Cases, Recorded
from hoshimori.doors.web.principal import Reader
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, page
from hoshimori.doors.web.routes.cases_asked import IncidentId, RecordedBy, TheCases, lang, moment, recorded_utc
from hoshimori.doors.web.routes.models_incidents import (
    AssessmentFull,
    AssessmentPage,
    Gates,
    IncidentFull,
    IncidentPage,
    IndicatorPage,
    Matrix,
)
from hoshimori.errors import UsageError
from hoshimori.findings import canonical_json, iso
from hoshimori.judgements import Incident

router = routed("incidents")
BRIEF_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox"
)
"""A brief holds what people wrote: no script runs in it, nothing is fetched, nothing is sent."""
FORMATS = {"html": "text/html; charset=utf-8", "text": "text/plain; charset=utf-8", "pdf": "application/pdf"}


@dataclass(frozen=True)
class Seen:
    """One incident, how it was at the moments asked for, and what was made of it that its reader may read, the newest first."""

    whole: Incident
    case: Incident
    made: list[Assessed]
    told: list[Recorded]
    as_of_utc: np.datetime64
    recorded_utc: np.datetime64 | None

    @property
    def newest(self) -> Assessed:
        if not self.made:
            raise NotHere(f"an assessment of {self.case.incident_id}")
        return self.made[0]

    @property
    def signatures(self) -> list[dict[str, Any]]:
        """Every act on the records that sign the newest assessment."""
        return [dict(a) for r in self.told if r.assessment_id == self.newest.assessment_id for a in r.record.acts]


def seen(cases: Cases, incident_id: str, party: str | None, as_of: str | None, recorded_by: str | None = None) -> Seen:
    held = cases.held()
    case = whole = held.incident(incident_id, party)
    t_utc, by_utc = moment(cases.world, as_of), recorded_utc(recorded_by)
    made, told = held.assessed(incident_id, party), held.recorded(party, incident_id)
    if by_utc is not None:
        case = _recorded_by(cases, incident_id, by_utc)
        made = [a for a in made if a.made_utc <= by_utc]
    if as_of:
        case = case.known_at(t_utc)
        made = [a for a in made if a.as_of_utc <= t_utc]
    limits = [t for t in (by_utc, t_utc if as_of else None) if t is not None]
    if limits:
        told = cases.by(min(limits)).recorded(party, incident_id)
    return Seen(whole, case, made, told, t_utc, by_utc)


def _recorded_by(cases: Cases, incident_id: str, by_utc: np.datetime64) -> Incident:
    try:
        return doors.incident(incident_id, home=cases.world.home, recorded_by=iso(by_utc))
    except UsageError:
        raise NotHere(f"incident {incident_id} at {iso(by_utc)}") from None


@router.get("/incidents", response_model=IncidentPage)
def incidents(who: Reader, cases: TheCases, as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Every incident that who asks may read, the newest first. as_of: counts of what could have been known then."""
    held, t_utc, spoken = cases.held(), moment(cases.world, as_of), lang()

    def row(case: Incident) -> dict[str, Any]:
        known = case.known_at(t_utc) if as_of else case
        made = [a for a in held.assessed(case.incident_id, who.party) if not as_of or a.as_of_utc <= t_utc]
        told = [r for r in held.recorded(who.party, case.incident_id) if not as_of or r.record.at_utc <= t_utc]
        found = case_page.summary(known, made, told, who.party)
        return {**found, "text": {"state": case_page.state_text(found["state"], spoken)}}

    return page(held.readable(who.party), limit, cursor, row, as_of=iso(t_utc))


@router.get("/incidents/template", response_class=Response, response_model=None, responses=evidence_body.TEMPLATE)
def template(who: Reader) -> Document:
    """A file of evidence to fill in, as `POST /incidents/{id}/evidence` takes it."""
    return Document(evidence.TEMPLATE.encode(), "application/toml", "evidence.toml")


@router.get("/indicators", response_model=IndicatorPage)
def indicators(
    who: Reader,
    cases: TheCases,
    q: Annotated[str, Query(max_length=100, description="Only those that hold this word.")] = "",
    as_of: AsOf = None,
    limit: Limit = 1000,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """What an item of evidence can answer, and when it counts as seen. as_of: the table is that of every moment."""
    word, spoken = q.lower(), lang()
    chosen = [i for i in table().indicators.values() if word in f"{i.id} {i.group} {i.seen} {i.seen_ja}".lower()]
    return page(
        chosen,
        limit,
        cursor,
        lambda i: {
            "id": i.id,
            "group": i.group,
            "seen": i.seen,
            "seen_ja": i.seen_ja,
            "text": case_page.indicator_text(i.id, spoken),
        },
        as_of=iso(moment(cases.world, as_of)),
    )


@router.get("/incidents/{incident_id}", response_model=IncidentFull)
def incident(
    incident_id: IncidentId, who: Reader, cases: TheCases, as_of: AsOf = None, recorded_by: RecordedBy = None
) -> dict[str, Any]:
    """One incident with its evidence, answers, assessments and records; each piece is shown or withheld by its own marking.

    as_of: what could have been known then. recorded_by: what this ledger held then. Both: both.
    """
    found = seen(cases, incident_id, who.party, as_of, recorded_by)
    tree = case_page.page(found.case, found.made, found.told, party=who.party, lang=lang())
    return {**tree, "as_of": iso(found.as_of_utc), "recorded_by": case_page.moment_or_none(found.recorded_utc)}


@router.get("/incidents/{incident_id}/assessments", response_model=AssessmentPage)
def assessments(
    incident_id: IncidentId, who: Reader, cases: TheCases, as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Every assessment that who asks may read whole, the newest first. as_of: those of what could have been known then."""
    found = seen(cases, incident_id, who.party, as_of)
    return page(found.made, limit, cursor, lambda a: case_page.assessment_row(a, found.told), as_of=iso(found.as_of_utc))


@router.get("/incidents/{incident_id}/assessments/latest", response_model=AssessmentFull)
def latest(incident_id: IncidentId, who: Reader, cases: TheCases, as_of: AsOf = None) -> dict[str, Any]:
    """The newest assessment that who asks may read whole, and the same in words. as_of: of what could have been known then."""
    found = seen(cases, incident_id, who.party, as_of)
    made = found.newest
    told = brief.page(made.tree, lang=lang(), signatures=found.signatures)
    return {
        "id": made.assessment_id,
        "incident": incident_id,
        "assessment": case_page.assessment_tree(made.tree, case_page.unreadable(found.whole, who.party)),
        "signatures": found.signatures,
        "text": matrix_rows.text(told, lang()),
        "data_mode": made.tree["data_mode"],
        "marking": made.marking.to_json(),
        "as_of": iso(found.as_of_utc),
    }


@router.get("/incidents/{incident_id}/gates", response_model=Gates)
def gates(incident_id: IncidentId, who: Reader, cases: TheCases, as_of: AsOf = None) -> dict[str, Any]:
    """What the treaty asks, gate by gate, as it stands now: from what who asks may read, and nothing else.

    as_of: from what could have been known then. It ends at the conditions for requesting consultation.
    """
    found = seen(cases, incident_id, who.party, as_of)
    made = found.made[0] if found.made else None
    tree = gate_rows.gates(found.case, made, found.as_of_utc, party=who.party, lang=lang())
    return {**tree, "as_of": iso(found.as_of_utc)}


@router.get("/incidents/{incident_id}/matrix", response_model=Matrix)
def matrix(incident_id: IncidentId, who: Reader, cases: TheCases, as_of: AsOf = None) -> dict[str, Any]:
    """Evidence against explanations, both readings, and what would change them: of the newest assessment that who asks may read.

    as_of: of the newest one of what could have been known then; in the answer, the moment of that assessment.
    """
    return matrix_rows.matrix(seen(cases, incident_id, who.party, as_of).newest, lang())


@router.get(
    "/incidents/{incident_id}/brief",
    response_class=Response,
    response_model=None,
    responses={200: {"content": {"text/html": {}, "application/pdf": {}, "text/plain": {}}}},
)
def brief_of(
    incident_id: IncidentId,
    who: Reader,
    cases: TheCases,
    as_of: AsOf = None,
    format: Annotated[
        Literal["html", "pdf", "text"], Query(description="A page, a document to print, or a terminal's text.")
    ] = "html",
) -> Document:
    """The consultation brief of the newest assessment that who asks may read whole. Its marking stands on it and in X-Marking."""
    found, spoken = seen(cases, incident_id, who.party, as_of), lang()
    made, signed = found.newest, found.signatures
    key = ("brief", format, spoken, made.assessment_id, canonical_json(signed))
    data = cases.once.do(key, lambda: _written(cases, made, signed, format, spoken))
    name = f"{incident_id}-{spoken}.pdf" if format == "pdf" else ""
    policy = {"Content-Security-Policy": BRIEF_POLICY, "Content-Language": spoken}
    return Document(data, FORMATS[format], name, made.marking, policy)


def _written(cases: Cases, made: Assessed, signed: list[dict[str, Any]], form: str, spoken: str) -> bytes:
    if form == "html":
        return brief.html(made.tree, lang=spoken, signatures=signed).encode()
    if form == "text":
        return brief.text(made.tree, lang=spoken, signatures=signed).encode()
    try:
        with cases.heavy():
            return brief.pdf(made.tree, lang=spoken, signatures=signed)
    except UsageError as error:
        if "pip install" in str(error):
            raise ApiError(503, "pdf-missing", "not now", f"{error}; the HTML page needs nothing") from None
        raise ApiError(422, "pdf", "cannot be used", str(error)) from None

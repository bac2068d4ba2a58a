"""Records as they are read and signed: who signed what when, how the other party answered, in whose words.

Only people of the party of this service sign here, each with a key of `GET /keys` and its passphrase. What was said before stays.
"""

from __future__ import annotations

from typing import Any

from fastapi.responses import Response

from hoshimori.doors import keyrings
from hoshimori.doors import records as doors
from hoshimori.doors.records import Record
from hoshimori.doors.web import case_page, key_shelf, outbox
from hoshimori.doors.web.answers import Document, Made
from hoshimori.doors.web.answers import router as routed
from hoshimori.doors.web.cases import Cases, Recorded
from hoshimori.doors.web.principal import Principal, Reader, Signer
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, page
from hoshimori.doors.web.routes.cases_asked import RecordId, TheCases, lang, moment, own, signing_key, tell
from hoshimori.doors.web.routes.models_records import (
    BundleIn,
    KeyPage,
    KeyringNow,
    ReasonIn,
    RecordFull,
    RecordPage,
    RecordRow,
    SignIn,
)
from hoshimori.findings import iso

router = routed("records")


@router.get("/records", response_model=RecordPage)
def records(who: Reader, cases: TheCases, as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Every record that who asks may know of, the newest first. as_of: as they stood by the acts of that time."""
    t_utc, spoken = moment(cases.world, as_of), lang()
    found = cases.by(t_utc if as_of else None).recorded(who.party)
    return page(found, limit, cursor, lambda r: _row(r, who, spoken), as_of=iso(t_utc))


@router.get("/records/{record}", response_model=RecordFull)
def record(record: RecordId, who: Reader, cases: TheCases, as_of: AsOf = None) -> dict[str, Any]:
    """One record with the assessment that it signs. as_of: as it stood by the acts of that time.

    Who signed what when is open to the parties that hold the record; the assessment is shown to who may read it.
    """
    t_utc = moment(cases.world, as_of)
    held = cases.by(t_utc if as_of else None)
    found = held.record(record, who.party)
    case = held.incidents.get(found.record.incident)
    hidden = {} if case is None else case_page.unreadable(case, who.party)
    tree = case_page.assessment_tree(found.assessment, hidden)
    return {**_row(found, who, lang()), "assessment": tree, "as_of": iso(t_utc)}


@router.post("/records", status_code=201, response_model=RecordRow)
def sign(body: SignIn, who: Signer, cases: TheCases) -> Made:
    """Sign an assessment, for one's party, with all that it stands on. Said twice it is one record."""
    own(cases.world, who)
    what, assessment = _to_sign(cases, body, who)
    old = cases.held().record(body.supersedes, who.party).record.record if body.supersedes else ""
    key = signing_key(cases, who, body)
    done = doors.sign(what, key, assessment=assessment, supersedes=old, home=cases.world.home)
    return Made(_told(cases, done, who, "signed"), 201, f"/api/v1/records/{done.record}")


@router.post("/records/{record}/withdraw", response_model=RecordRow)
def withdraw(record: RecordId, body: ReasonIn, who: Signer, cases: TheCases) -> dict[str, Any]:
    """Take back one's own proposal, or one's own answer. What was said stays in the record, and so does the reason."""
    own(cases.world, who)
    full = cases.held().record(record, who.party).record.record
    done = doors.withdraw(full, signing_key(cases, who, body), reason=body.reason, home=cases.world.home)
    return _told(cases, done, who, "withdrawn")


@router.post(
    "/records/{record}/bundle",
    response_class=Response,
    response_model=None,
    responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
def bundle(record: RecordId, body: BundleIn, who: Signer, cases: TheCases) -> Document:
    """The record for one reader, with everything that a stranger needs to check it offline and to run it again.

    What that reader may not have is replaced by its digest; the one signature holds for all. X-Marking: of what it shows.
    """
    own(cases.world, who)
    full = cases.held().record(record, who.party).record.record
    data, marking = outbox.packed(cases.world, full, signing_key(cases, who, body), body.reader)
    return Document(data, "application/zip", f"{full[:16]}-{body.reader}.zip", marking)


@router.get("/keys", response_model=KeyPage)
def keys(who: Reader, cases: TheCases, as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """The signing keys that lie on this service, by their public halves; for people of its party. as_of: which counted then."""
    spoken, t_utc = lang(), moment(cases.world, as_of)
    found = key_shelf.rows(cases.world, who, t_utc)
    told = [{**k, "text": key_shelf.state_text(k["state"], spoken)} for k in found]
    return page(told, limit, cursor, dict, as_of=iso(t_utc))


@router.get("/keyring", response_model=KeyringNow)
def keyring(who: Reader, cases: TheCases, as_of: AsOf = None) -> dict[str, Any]:
    """The keyring that is trusted here: the public keys of both parties. It travels in every bundle, so everybody may read it.

    as_of: as it was trusted then.
    """
    t_utc = moment(cases.world, as_of)
    found = keyrings.trusted(home=cases.world.home, by_utc=t_utc)
    return {"keyring": None if found is None else found.to_json(), "as_of": iso(t_utc)}


def _to_sign(cases: Cases, body: SignIn, who: Principal) -> tuple[str, str]:
    """What to sign, and which assessment of it: never one that the signer may not read."""
    held = cases.held()
    if body.record is not None:
        return held.record(body.record, who.party).record.record, ""
    if body.assessment is not None:
        incident, made = held.assessment(body.assessment, who.party)
        return incident, made.assessment_id
    assert body.incident is not None  # one of the three is given
    held.incident(body.incident, who.party)
    return body.incident, held.newest(body.incident, who.party).assessment_id


def _row(found: Recorded, who: Principal, spoken: str) -> dict[str, Any]:
    return case_page.record_row(found, who.party, spoken)


def _told(cases: Cases, done: Record, who: Principal, what: str) -> dict[str, Any]:
    """The record as it stands after an act, and a line of the feed."""
    found = cases.held().record(done.record, who.party)
    line = {"record": done.record, "incident": done.incident, "state": done.state, "what": what}
    tell(cases.world, "record", line, found.marking)
    return _row(found, who, lang())

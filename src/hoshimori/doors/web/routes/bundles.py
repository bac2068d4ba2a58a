"""Bundles that are sent here: looked into, kept, received into the ledger, answered.

Only people of the party of this service send and answer here. A bundle that is refused leaves no trace.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from starlette.concurrency import run_in_threadpool

from hoshimori.doors import records as doors
from hoshimori.doors.records import Record
from hoshimori.doors.web import case_page, inbox
from hoshimori.doors.web.answers import Made
from hoshimori.doors.web.answers import router as routed
from hoshimori.doors.web.cases import Cases
from hoshimori.doors.web.principal import Principal, Reader, Signer, Worker
from hoshimori.doors.web.problems import ApiError, NotHere
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, page
from hoshimori.doors.web.routes.cases_asked import BundleId, TheCases, lang, moment, own, signing_key, tell
from hoshimori.doors.web.routes.models_records import AnswerIn, BundleFull, BundlePage, BundleRow, ReceiveIn, RecordRow
from hoshimori.findings import iso
from hoshimori.judgements import Marking

router = routed("bundles")
ZIP = ("application/zip", "application/octet-stream")
_BYTES = {"schema": {"type": "string", "format": "binary"}}
Fingerprint = Annotated[
    str, Query(max_length=200, description="Of the keyring, as it was compared by another channel, where none is trusted here.")
]
AllowOld = Annotated[bool, Query(description="Take a bundle that shows less than this ledger has seen as what it is.")]


@router.get("/bundles", response_model=BundlePage)
def bundles(who: Reader, cases: TheCases, as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Every bundle that was sent here and may be read by who asks, the newest first. as_of: those that had come by then."""
    spoken, t_utc = lang(), moment(cases.world, as_of)
    found = [row for row in inbox.listed(cases.world, who.party) if str(row["received"]) <= iso(t_utc)]
    return page(found, limit, cursor, lambda row: _told(cases, row, who, spoken), as_of=iso(t_utc))


@router.get("/bundles/{bundle}", response_model=BundleFull)
def bundle(bundle: BundleId, who: Reader, cases: TheCases, as_of: AsOf = None) -> dict[str, Any]:
    """One bundle, as it was found when it came. as_of: not there before it came."""
    row, t_utc = inbox.one(cases.world, bundle, who.party), moment(cases.world, as_of)
    if str(row["received"]) > iso(t_utc):
        raise NotHere(f"bundle {bundle[:16]}")
    return {**_told(cases, row, who, lang()), "as_of": iso(t_utc)}


@router.post(
    "/bundles",
    status_code=201,
    response_model=BundleRow,
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(ZIP, _BYTES)}},
)
async def upload(
    request: Request, who: Worker, cases: TheCases, fingerprint: Fingerprint = "", allow_old: AllowOld = False
) -> Made:
    """Send a bundle: it is checked in full, its assessment and findings are made again, then it is kept under its SHA-256.

    The ledger is not written yet: see receive, concur and dissent. What is refused, by a code, is not kept.
    """
    own(cases.world, who)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in ZIP:
        raise ApiError(415, "media-type", "another media type is expected", " or ".join(ZIP))
    with cases.heavy():
        data = await _read(request)
        row = await run_in_threadpool(inbox.take, cases.world, data, by=who.name, fingerprint=fingerprint, allow_old=allow_old)
        tree = await run_in_threadpool(_told, cases, row, who, lang())
    line = {"bundle": row["bundle"], "record": row["record"], "incident": row["incident"], "what": "sent"}
    await run_in_threadpool(tell, cases.world, "record", line, Marking.from_json(row["marking"]))
    return Made(tree, 201, f"/api/v1/bundles/{row['bundle']}")


async def _read(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > inbox.MOST_BYTES:
            detail = f"a bundle has at most {inbox.MOST_BYTES >> 20} MiB here; nothing of it was kept"
            raise ApiError(413, "too-large", "too large", detail)
    return bytes(data)


@router.post("/bundles/{bundle}/receive", response_model=RecordRow)
def receive(bundle: BundleId, who: Worker, cases: TheCases, body: ReceiveIn | None = None) -> dict[str, Any]:
    """Take what a bundle tells into the ledger of this party: acts, logs, inputs, what may be read of the record."""
    own(cases.world, who)
    sent = inbox.sent(cases.world, bundle, who.party)
    done = doors.receive(sent, allow_old=body is not None and body.allow_old, home=cases.world.home)
    return _done(cases, done, who, "received")


@router.post("/bundles/{bundle}/concur", response_model=RecordRow)
def concur(bundle: BundleId, body: AnswerIn, who: Signer, cases: TheCases) -> dict[str, Any]:
    """Agree, for one's party. The bundle is checked once more, its findings are run again; what differs is refused."""
    own(cases.world, who)
    sent = inbox.sent(cases.world, bundle, who.party)
    key = signing_key(cases, who, body)
    with cases.heavy():
        done = doors.concur(sent, key, reason=body.reason, allow_old=body.allow_old, home=cases.world.home)
    return _done(cases, done, who, "concurred")


@router.post("/bundles/{bundle}/dissent", response_model=RecordRow)
def dissent(bundle: BundleId, body: AnswerIn, who: Signer, cases: TheCases) -> dict[str, Any]:
    """Disagree, for one's party, with reasons, which stay with the record for good."""
    own(cases.world, who)
    sent = inbox.sent(cases.world, bundle, who.party)
    if not body.reason.strip():
        raise ApiError(422, "no-reason", "a field is wrong", "reason: why this party disagrees; it stays with the record")
    key = signing_key(cases, who, body)
    done = doors.dissent(sent, key, reason=body.reason, allow_old=body.allow_old, home=cases.world.home)
    return _done(cases, done, who, "dissented")


def _done(cases: Cases, done: Record, who: Principal, what: str) -> dict[str, Any]:
    found = cases.held().record(done.record, who.party)
    line = {"record": done.record, "incident": done.incident, "state": done.state, "what": what}
    tell(cases.world, "record", line, found.marking)
    return case_page.record_row(found, who.party, lang())


def _told(cases: Cases, row: dict[str, Any], who: Principal, spoken: str) -> dict[str, Any]:
    """A kept bundle with what the ledger knows of its record now, and what was found in words."""
    try:
        held = cases.held().record(str(row["record"]), who.party).record.state
    except NotHere:
        held = None
    w, found = case_page.ledger_words(spoken), row["verified"]
    again, verdicts = found["assessment"], [f["verdict"] for f in found["findings"]]
    counted = {v: verdicts.count(v) for v in ("same", "different", "cannot")}
    said = {
        "state": w[f"state {held or found['state']}"],
        "holds": w["holds"],
        "anchored": w["anchored"] if found["anchored"] else w["not anchored"].format(fingerprint=found["fingerprint"]),
        "packed": w["packed"].format(by=found["packed_by"], when=str(found["packed"])[:16] + "Z", reader=found["reader"]),
        "assessment": w[f"assessment {again['verdict']}"].format(differs=", ".join(again["differs"]), why=again["why"]),
        "findings": w["findings"].format(**counted) if verdicts else w["findings none"],
    }
    if found["withheld"]:
        said["withheld"] = w["withheld"].format(count=found["withheld"], reader=found["reader"])
    return {**row, "known": held is not None, "state": held, "text": said}

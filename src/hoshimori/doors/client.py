"""A service of hoshimori, from a program: every route a typed call, the same errors as on the spot, nothing done twice.

    with hoshimori.connect("https://watch.example", token="...") as floor:
        for asset in floor.assets(as_of="2026-05-26T00:00:00Z"):
            print(asset.name, asset.state, *asset.text)

Reads take `as_of`: only what was known then. What may not be read stands as {"withheld": ...} in `tree`, or is not found.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from hoshimori.doors import client_rows as rows
from hoshimori.doors import client_stream
from hoshimori.doors.client_rows import (
    AlertNow,
    AssetNow,
    EventNow,
    File,
    FloorNow,
    IncidentNow,
    JobNow,
    Line,
    Me,
    ObjectNow,
    RecordNow,
    Tree,
)
from hoshimori.doors.client_wire import Answer, Params, Wire
from hoshimori.errors import Refused, TooSoon
from hoshimori.facts import ElementSets
from hoshimori.findings import Event, iso
from hoshimori.judgements import CLEAR, Judgement, Marking

Moment = str | datetime | np.datetime64 | None
Row = TypeVar("Row")
PAGE = 500
FORMS = ("omm-json", "omm-xml", "omm-kvn", "tle", "csv")


def connect(
    url: str,
    token: str | None = None,
    *,
    as_of: Moment = None,
    lang: str = "en",
    timeout_s: float = 75.0,
    patience_s: float = 120.0,
    plain: bool = False,
) -> Client:
    """A client of the service at an address, as it is printed by `hoshimori serve` or with a token of its own.

    token: default the setting HOSHIMORI_TOKEN. as_of: the moment of reads that name none; default the service's. patience_s: how
    long a call goes on asking a service that is busy or away. plain: allow http beyond this machine.
    """
    return Client(Wire(url, token, lang=lang, timeout_s=timeout_s, patience_s=patience_s, plain=plain), as_of=as_of)


class Client:
    """One who asks a service. Close it, or use it as a context manager; safe to use from several threads."""

    def __init__(self, wire: Wire, *, as_of: Moment = None) -> None:
        self._wire = wire
        self._as_of = as_of

    def __repr__(self) -> str:
        return f"<hoshimori client of {self._wire.where}>"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._wire.close()

    # ---- who asks, and the floor
    def me(self) -> Me:
        return Me.of(self._tree("/me"))

    def floor(self, watchlist: str = "", *, as_of: Moment = None) -> FloorNow:
        """Every asset with its state, the newest findings, what could not be seen, what is wrong with the service."""
        return FloorNow.of(self._tree("/floor", {"watchlist": watchlist}, as_of))

    def watchlists(self) -> list[Tree]:
        return list(self._pages("/watchlists", {}, dict))

    def watchlist(self, name: str) -> Tree:
        return self._tree(f"/watchlists/{_part(name)}")

    def assets(self, watchlist: str = "", *, as_of: Moment = None) -> list[AssetNow]:
        return list(self._pages("/assets", {"watchlist": watchlist}, AssetNow.of, as_of))

    def asset(self, asset_id: str, watchlist: str = "", *, as_of: Moment = None) -> AssetNow:
        return AssetNow.of(self._tree(f"/assets/{_part(asset_id)}", {"watchlist": watchlist}, as_of))

    def timeline(self, what: str | int, *, days: float = 90.0, as_of: Moment = None) -> Tree:
        """The life of an asset by its id, or of any object by its number: elements, burns, stays, passes, silences."""
        place = f"/objects/{what}" if isinstance(what, int) else f"/assets/{_part(what)}"
        return self._tree(f"{place}/timeline", {"days": days}, as_of)

    def sweeps(self, watchlist: str = "") -> Iterator[Tree]:
        return self._pages("/sweeps", {"watchlist": watchlist}, dict)

    def sweep(self, sweep_id: str) -> Tree:
        return self._tree(f"/sweeps/{_part(sweep_id)}")

    def ask_sweep(self, watchlist: str = "", *, as_of: Moment = None) -> JobNow:
        """Ask for a sweep as known at a moment; `wait` for it."""
        body = {"watchlist": watchlist, "as_of": self._moment(as_of) or ""}
        return JobNow.of(self._write("POST", "/sweeps", body))

    # ---- objects and element sets
    def objects(self, q: str = "", *, as_of: Moment = None) -> Iterator[ObjectNow]:
        """Objects by a part of their number, name or international designator."""
        return self._pages("/objects", {"q": q}, ObjectNow.of, as_of)

    def object(self, norad_id: int, *, as_of: Moment = None) -> ObjectNow:
        return ObjectNow.of(self._tree(f"/objects/{int(norad_id)}", {}, as_of))

    def objects_packed(self, *, max_age_days: float = 30.0, as_of: Moment = None) -> tuple[Tree, dict[str, npt.NDArray[Any]]]:
        """All objects at once as columns, with the header that says what was left out; for programs that move them themselves."""
        return rows.columns_of(self._get("/objects.bin", {"max_age_days": max_age_days}, as_of).data)

    def element_sets(self, norad_id: int, *, as_of: Moment = None) -> ElementSets:
        """Every element set of one object known at a moment, sorted by epoch. NothingFound where there is none."""
        found = list(self._pages(f"/objects/{int(norad_id)}/elements", {}, dict, as_of))
        return rows.sets_of(found)

    def elements_file(self, norad_id: int, form: str = "omm-json", *, limit: int = 1000, as_of: Moment = None) -> File:
        """The newest of them in the form of others: omm-json, omm-xml, omm-kvn, tle, csv."""
        return self._file(f"/objects/{int(norad_id)}/elements", {"format": form, "limit": limit}, as_of)

    def element_set(self, digest: str) -> Tree:
        """One stored element set by its digest: since when it could be known, on what ground, from which file."""
        return self._tree(f"/elements/{_part(digest)}")

    def raw(self, sha256: str) -> File:
        """Bytes as they were received."""
        return self._file(f"/raw/{_part(sha256)}")

    def geo_belt(self, *, days: float = 7.0, max_objects: int = 700, as_of: Moment = None) -> Tree:
        return self._tree("/geo-belt", {"days": days, "max_objects": max_objects}, as_of)

    def sensors(self) -> Tree:
        return self._tree("/sensors")

    # ---- events
    def events(
        self, *, watchlist: str = "", subject: str = "", concerning: str = "", kind: str = "", normal: bool | None = None,
        start: Moment = None, stop: Moment = None, sweep: str = "", every: bool | None = None, as_of: Moment = None,
    ) -> Iterator[EventNow]:  # fmt: skip
        """Events, the newest first, page by page. concerning: as subject or as one of the others."""
        asked = {"watchlist": watchlist, "subject": subject, "concerning": concerning, "kind": kind, "normal": normal}
        more = {"start": _iso(start), "stop": _iso(stop), "sweep": sweep, "every": every}
        return self._pages("/events", {**asked, **more}, EventNow.of, as_of)

    def conjunctions(self, watchlist: str = "", *, as_of: Moment = None) -> Iterator[EventNow]:
        """Close approaches, the riskiest first."""
        return self._pages("/conjunctions", {"watchlist": watchlist}, EventNow.of, as_of)

    def event(self, event_id: str, *, as_of: Moment = None) -> Event:
        """One finding with its evidence. Its id is worked out again here from what was received."""
        return rows.event_of(self._tree(f"/events/{_part(event_id)}", {}, as_of))

    def evidence(self, event_id: str, *, as_of: Moment = None) -> list[Tree]:
        """Claim by claim, down to the element sets: held or not, epoch, since when known, from which file."""
        return list(self._tree(f"/events/{_part(event_id)}/evidence", {}, as_of)["items"])

    def verify(self, event_id: str, *, timeout_s: float = 600.0) -> Tree:
        """Have a finding run again from its own evidence. `verdict`: same, different or cannot."""
        job = JobNow.of(self._write("POST", f"/events/{_part(event_id)}/verify"))
        return self.wait(job, timeout_s=timeout_s).result

    def rtn(self, event_id: str, *, as_of: Moment = None) -> Tree:
        return self._tree(f"/events/{_part(event_id)}/rtn", {}, as_of)

    def gabbard(self, event_id: str, *, as_of: Moment = None) -> Tree:
        return self._tree(f"/events/{_part(event_id)}/gabbard", {}, as_of)

    def cdm(self, event_id: str, form: str = "kvn", *, as_of: Moment = None) -> File:
        return self._file(f"/events/{_part(event_id)}/cdm", {"format": form}, as_of)

    def czml(self, norad_ids: Sequence[int], *, start: Moment = None, stop: Moment = None, as_of: Moment = None) -> File:
        numbers = ",".join(str(int(n)) for n in norad_ids)
        return self._file("/czml", {"norad": numbers, "start": _iso(start), "stop": _iso(stop)}, as_of)

    def geojson(
        self, what: str, norad_ids: Sequence[int] = (), *, start: Moment = None, stop: Moment = None, as_of: Moment = None
    ) -> File:
        """what: sites, ground-tracks or reentry."""
        numbers = ",".join(str(int(n)) for n in norad_ids)
        return self._file("/geojson", {"what": what, "norad": numbers, "start": _iso(start), "stop": _iso(stop)}, as_of)

    # ---- incidents
    def incidents(self, *, as_of: Moment = None) -> Iterator[IncidentNow]:
        return self._pages("/incidents", {}, IncidentNow.of, as_of)

    def incident(self, incident_id: str, *, as_of: Moment = None, recorded_by: Moment = None) -> IncidentNow:
        return IncidentNow.of(self._tree(f"/incidents/{_part(incident_id)}", {"recorded_by": _iso(recorded_by)}, as_of))

    def open_incident(
        self, title: str, *, question: str = "", assets: Sequence[str] = (), subjects: Sequence[str] = (),
        owners: Sequence[str] = (), start: Moment = None, stop: Moment = None, marking: Marking = CLEAR,
    ) -> IncidentNow:  # fmt: skip
        """Open an incident in the ledger of the service's party, in the name of who asks."""
        body: dict[str, Any] = {"title": title, "question": question, "marking": marking.to_json()}
        body |= {"assets": list(assets), "subjects": list(subjects), "owners": list(owners)}
        body |= {k: v for k, v in (("start", _iso(start)), ("stop", _iso(stop))) if v}
        return IncidentNow.of(self._write("POST", "/incidents", body))

    def add_findings(
        self, incident_id: str, findings: Sequence[str | Event | Mapping[str, Any]], *, marking: Marking = CLEAR
    ) -> Tree:
        """Join findings: by id, as the service told them, or whole. What joined, by id."""
        whole = [f.to_json() if isinstance(f, Event) else dict(f) for f in findings if not isinstance(f, str)]
        body = {"event_ids": [f for f in findings if isinstance(f, str)], "events": whole, "marking": marking.to_json()}
        return self._write("POST", f"/incidents/{_part(incident_id)}/findings", body)

    def add_evidence(self, incident_id: str, toml: str | Path) -> Tree:
        """Join what a person wrote down: TOML as `evidence_template` gives it, as text or as a file."""
        data = toml.read_bytes() if isinstance(toml, Path) else toml.encode()
        return self._send(f"/incidents/{_part(incident_id)}/evidence", data, "application/toml")

    def evidence_template(self) -> str:
        return self._file("/incidents/template").text

    def judge(
        self, incident_id: str, criterion: str, answer: str, *, reason: str, dissent: bool = False, supersedes: str = "",
        marking: Marking = CLEAR,
    ) -> Judgement:  # fmt: skip
        """Answer one question of the threshold, in one's own name and for one's own party."""
        body = {"criterion": criterion, "answer": answer, "reason": reason, "dissent": dissent, "supersedes": supersedes}
        made = self._write("POST", f"/incidents/{_part(incident_id)}/judgements", {**body, "marking": marking.to_json()})
        return Judgement.from_json(made)

    def assess(self, incident_id: str, *, as_of: Moment = None, releasable_to: Sequence[str] = ()) -> Tree:
        """Assess as known at a moment, and keep it. A row with its id; `assessment` gives the whole."""
        body = {"as_of": self._moment(as_of), "releasable_to": list(releasable_to)}
        return self._write("POST", f"/incidents/{_part(incident_id)}/assessments", body)

    def assessments(self, incident_id: str, *, as_of: Moment = None) -> Iterator[Tree]:
        return self._pages(f"/incidents/{_part(incident_id)}/assessments", {}, dict, as_of)

    def assessment(self, incident_id: str, *, as_of: Moment = None) -> Tree:
        """The newest that who asks may read: hoshimori.assessment/1 under "assessment", the same in words under "text"."""
        return self._tree(f"/incidents/{_part(incident_id)}/assessments/latest", {}, as_of)

    def gates(self, incident_id: str, *, as_of: Moment = None) -> Tree:
        return self._tree(f"/incidents/{_part(incident_id)}/gates", {}, as_of)

    def matrix(self, incident_id: str, *, as_of: Moment = None) -> Tree:
        return self._tree(f"/incidents/{_part(incident_id)}/matrix", {}, as_of)

    def brief(self, incident_id: str, form: str = "html", *, as_of: Moment = None) -> File:
        """The consultation brief: html, pdf or text."""
        return self._file(f"/incidents/{_part(incident_id)}/brief", {"format": form}, as_of)

    def indicators(self, q: str = "") -> list[Tree]:
        return list(self._pages("/indicators", {"q": q}, dict))

    # ---- records, keys, bundles
    def records(self, *, as_of: Moment = None) -> Iterator[RecordNow]:
        return self._pages("/records", {}, RecordNow.of, as_of)

    def record(self, record: str, *, as_of: Moment = None) -> RecordNow:
        return RecordNow.of(self._tree(f"/records/{_part(record)}", {}, as_of))

    def sign(
        self, *, incident: str = "", assessment: str = "", record: str = "", key: str, passphrase: str = "", supersedes: str = ""
    ) -> RecordNow:
        """Sign the newest assessment of an incident, one assessment, or a record that awaits a further person of one's party."""
        body = {"incident": incident, "assessment": assessment, "record": record, "supersedes": supersedes}
        return RecordNow.of(self._write("POST", "/records", {**_given(body), **_key(key, passphrase)}))

    def withdraw(self, record: str, *, key: str, passphrase: str = "", reason: str) -> RecordNow:
        body = {**_key(key, passphrase), "reason": reason}
        return RecordNow.of(self._write("POST", f"/records/{_part(record)}/withdraw", body))

    def bundle(self, record: str, *, reader: str, key: str, passphrase: str = "") -> File:
        """All that a stranger needs to verify a record offline, less what that reader (a party, or public) may not have."""
        body = {**_key(key, passphrase), "reader": reader}
        return _file_of(self._wire.write("POST", f"/records/{_part(record)}/bundle", body=body))

    def bundles(self) -> Iterator[Tree]:
        return self._pages("/bundles", {}, dict)

    def sent_bundle(self, sha256: str) -> Tree:
        return self._tree(f"/bundles/{_part(sha256)}")

    def upload_bundle(self, bundle: bytes | Path, *, fingerprint: str = "", allow_old: bool = False) -> Tree:
        """Send a bundle: it is checked in full and kept under its SHA-256, `bundle`; the ledger is not written yet."""
        data = bundle.read_bytes() if isinstance(bundle, Path) else bundle
        return self._send("/bundles", data, "application/zip", {"fingerprint": fingerprint, "allow_old": allow_old or None})

    def receive(self, sha256: str, *, allow_old: bool = False) -> RecordNow:
        """Take what a sent bundle tells into the ledger of the service's party."""
        return RecordNow.of(self._write("POST", f"/bundles/{_part(sha256)}/receive", {"allow_old": allow_old}))

    def concur(self, sha256: str, *, key: str, passphrase: str = "", reason: str = "", allow_old: bool = False) -> RecordNow:
        body = {**_key(key, passphrase), "reason": reason, "allow_old": allow_old}
        return RecordNow.of(self._write("POST", f"/bundles/{_part(sha256)}/concur", body))

    def dissent(self, sha256: str, *, key: str, passphrase: str = "", reason: str, allow_old: bool = False) -> RecordNow:
        body = {**_key(key, passphrase), "reason": reason, "allow_old": allow_old}
        return RecordNow.of(self._write("POST", f"/bundles/{_part(sha256)}/dissent", body))

    def keys(self) -> list[Tree]:
        """Public halves of the keys that signers may use there."""
        return list(self._pages("/keys", {}, dict))

    def keyring(self) -> Tree | None:
        found: Tree | None = self._tree("/keyring")["keyring"]
        return found

    # ---- the alliance, the data
    def register(self, *, kind: str = "", q: str = "", disputed: bool | None = None, as_of: Moment = None) -> Iterator[Tree]:
        return self._pages("/alliance/register", {"kind": kind, "q": q, "disputed": disputed}, dict, as_of)

    def parties(self, *, as_of: Moment = None) -> list[Tree]:
        return list(self._pages("/alliance/parties", {}, dict, as_of))

    def conflicts(self, *, as_of: Moment = None) -> Tree:
        return self._tree("/alliance/conflicts", {"limit": 1000}, as_of)

    def threshold(self) -> Tree:
        """The questions of the treaty, gate by gate."""
        return self._tree("/alliance/gates")

    def data(self, *, as_of: Moment = None) -> Tree:
        """What is held, how fresh it is, and every source."""
        return self._tree("/data", {"limit": 1000}, as_of)

    def problems(self) -> Iterator[Tree]:
        return self._pages("/data/problems", {}, dict)

    def ingest(self, content: bytes | Path, *, name: str = "") -> Tree:
        """Send one file of element sets, ephemerides or messages; what came of it."""
        data = content.read_bytes() if isinstance(content, Path) else content
        called = name or (content.name if isinstance(content, Path) else "")
        return self._send("/ingest", data, "application/octet-stream", {"name": called})

    # ---- work, alerts, what changes
    def jobs(self, *, state: str = "", kind: str = "") -> Iterator[JobNow]:
        return self._pages("/jobs", {"state": state, "kind": kind}, JobNow.of)

    def job(self, job_id: str) -> JobNow:
        return JobNow.of(self._tree(f"/jobs/{_part(job_id)}"))

    def cancel(self, job_id: str) -> JobNow:
        return JobNow.of(self._write("POST", f"/jobs/{_part(job_id)}/cancel"))

    def wait(self, job: JobNow | str, *, timeout_s: float = 600.0, on: Callable[[JobNow], None] | None = None) -> JobNow:
        """Wait for the end of a job. Refused("job-failed") where it failed, TooSoon where it is not done in time."""
        now = self.job(job if isinstance(job, str) else job.job_id)
        end, pause = time.monotonic() + timeout_s, 0.1
        while not now.ended:
            if on is not None:
                on(now)
            if time.monotonic() + pause > end:
                raise TooSoon(f"job {now.job_id} ({now.kind}) is {now.state} after {timeout_s:g} s", retry_after_s=pause)
            time.sleep(pause)
            now, pause = self.job(now.job_id), min(1.5 * pause, 2.0)
        if now.state == "failed":
            raise Refused("job-failed", f"job {now.job_id} ({now.kind}): {now.error}")
        return now

    def alerts(self, *, open_only: bool = False) -> Iterator[AlertNow]:
        return self._pages("/alerts", {"open": open_only or None}, AlertNow.of)

    def alert(self, alert_id: str) -> AlertNow:
        return AlertNow.of(self._tree(f"/alerts/{_part(alert_id)}"))

    def acknowledge(self, alert_id: str, note: str = "") -> AlertNow:
        return AlertNow.of(self._write("POST", f"/alerts/{_part(alert_id)}/acknowledge", {"note": note}))

    def stream(self, *, after: int | None = None) -> Iterator[Line]:
        """What changes, as it changes; after a break it comes back and goes on after the last line. after: `seq` of a line."""
        return client_stream.lines(self._wire, after)

    def report(
        self, watchlist: str = "", *, days: int = 7, form: str = "html", as_of: Moment = None, timeout_s: float = 600.0
    ) -> File:
        """The weekly report: html, pdf, json, or its findings as events. It is made where it is not there: that takes a while."""
        asked = {"watchlist": watchlist, "days": days, "format": form}
        end = time.monotonic() + timeout_s
        while (answer := self._get("/reports/weekly", asked, as_of)).status == 202:
            self.wait(JobNow.of(answer.tree), timeout_s=max(0.1, end - time.monotonic()))
        return _file_of(answer)

    # ---- who runs it
    def tokens(self) -> list[Tree]:
        return list(self._tree("/tokens")["items"])

    def make_token(self, name: str, *, party: str | None = None, roles: Sequence[str] = ("viewer",), days: float = 90.0) -> Tree:
        """A new API token, under "token"; it is told once."""
        return self._write("POST", "/tokens", {"name": name, "party": party, "roles": list(roles), "days": days})

    def revoke_token(self, token_id: str) -> Tree:
        return self._write("DELETE", f"/tokens/{_part(token_id)}")

    def openapi(self) -> Tree:
        return self._tree("/openapi.json")

    # ---- how it is asked
    def _moment(self, as_of: Moment) -> str | None:
        return _iso(self._as_of if as_of is None else as_of)

    def _get(self, path: str, params: Params | None = None, as_of: Moment = None) -> Answer:
        moment = self._moment(as_of) if as_of is not None or READS.fullmatch(path) else None
        return self._wire.get(path, {**(params or {}), "as_of": moment})

    def _tree(self, path: str, params: Params | None = None, as_of: Moment = None) -> dict[str, Any]:
        found: dict[str, Any] = self._get(path, params, as_of).tree
        return found

    def _file(self, path: str, params: Params | None = None, as_of: Moment = None) -> File:
        return _file_of(self._get(path, params, as_of))

    def _pages(self, path: str, params: Params, made: Callable[[Any], Row], as_of: Moment = None) -> Iterator[Row]:
        """Every row of a list that may be read, page by page, as they are wanted."""
        cursor = ""
        while True:
            tree = self._tree(path, {**params, "limit": PAGE, "cursor": cursor}, as_of)
            yield from (made(row) for row in tree["items"] if not rows.withheld(row))
            if not tree["next"]:
                return
            cursor = tree["next"]

    def _write(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        done: dict[str, Any] = self._wire.write(method, path, body=body).tree
        return done

    def _send(self, path: str, data: bytes, media_type: str, params: Params | None = None) -> dict[str, Any]:
        done: dict[str, Any] = self._wire.write("POST", path, content=data, media_type=media_type, params=params).tree
        return done


READS = re.compile(
    r"/(floor|assets|objects|objects\.bin|geo-belt|events|conjunctions|czml|geojson|data|reports/weekly|alliance/register)"
    r"|/(assets|objects|events)/.+"
)
"""Reads of the sky, to which a client's own moment belongs; the ledger is read as it stands unless a call names a moment."""


def _iso(moment: Moment) -> str | None:
    """ISO 8601 UTC with Z, "now" or "data"; None where none is named."""
    if moment is None or isinstance(moment, str):
        return moment or None
    if isinstance(moment, datetime):
        moment = np.datetime64(moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None), "us")
    return iso(moment)


def _part(name: str) -> str:
    """One part of a path, with nothing in it that would end it."""
    return quote(str(name), safe="")


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in body.items() if v not in ("", None)}


def _key(key: str, passphrase: str) -> dict[str, str]:
    return {"key": key, **({"passphrase": passphrase} if passphrase else {})}


def _file_of(answer: Answer) -> File:
    name = answer.headers.get("content-disposition", "").partition('filename="')[2].partition('"')[0]
    return File(answer.data, answer.headers.get("content-type", ""), name, rows.marking_of(answer.headers.get("x-marking", "")))

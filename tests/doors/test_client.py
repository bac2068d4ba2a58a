"""The client against real services: every route, the errors of the package, nothing done twice, nothing lost on a bad line."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hoshimori
from hoshimori.doors import client as door
from hoshimori.doors import client_stream, client_wire
from hoshimori.doors.client import Client, connect
from hoshimori.doors.client_rows import JobNow
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.principal import Principal
from hoshimori.doors.web.working import Work
from hoshimori.doors.web.world import World
from hoshimori.errors import (
    BrokenTransfer,
    CatalogueBusy,
    DataError,
    NothingFound,
    ProviderRefused,
    Refused,
    SourceError,
    TooSoon,
    UsageError,
)
from hoshimori.facts import DataMode, ElementSets
from hoshimori.findings import Event
from hoshimori.judgements import Incident, Marking, Tlp
from tests.conftest import Practice
from tests.doors.web import floor
from tests.doors.web.floor import ADMIN, ALLY, ANALYST, PUBLIC, VIEWER, Served
from tests.doors.web.test_reports import until_done

WATCHED = 43633
START = "2026-05-26T00:00:00Z"


@pytest.fixture(scope="module")
def world(practice: Practice, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    found = floor.practice_world(practice.copied(tmp_path_factory.mktemp("client") / "home"))
    record = practice.sweep.to_json()
    events = record.pop("events")
    found.duty.keep_sweep("test", "japan-comms", practice.view.as_of_utc, record, events)
    yield found
    found.duty.close()


@pytest.fixture(scope="module")
def service(world: World) -> Iterator[Served]:
    with floor.served(world) as found:
        yield found


@pytest.fixture(scope="module")
def analyst(service: Served) -> Iterator[Client]:
    with connect(service.url, service.token(ANALYST), patience_s=20.0) as found:
        yield found


@contextmanager
def asking(service: Served, who: Principal, **more: Any) -> Iterator[Client]:
    with connect(service.url, service.token(who), **more) as found:
        yield found


@contextmanager
def working(world: World) -> Iterator[None]:
    """A worker of the service in a thread, for jobs that are asked for. It keeps no schedule."""
    stop = threading.Event()
    work = Work(Duties.of(world), stop)

    def do() -> None:
        while not stop.is_set():
            job = work._claim()
            if job is None:
                time.sleep(0.05)
            else:
                work.do(job)

    thread = threading.Thread(target=do)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(60.0)
        work.duty.close()


# ---- every route


def paths_in(module: Any) -> set[str]:
    """Every path that a module asks for, its parts as {}."""
    found = set()
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"/[a-z][\w./-]*", node.value):
            found.add(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [v.value if isinstance(v, ast.Constant) else "{}" for v in node.values]
            found.add("".join(map(str, parts)))
    return found


def test_every_route_of_the_service_has_its_call(service: Served) -> None:
    """But those of browsers (session, OpenID Connect) and those that probes ask."""
    asked = paths_in(door) | paths_in(client_stream) | {"/assets/{}/timeline", "/objects/{}/timeline"}
    offered = {p.removeprefix("/api/v1") for p in service.app.openapi()["paths"] if p.startswith("/api/v1")}
    plain = {re.sub(r"\{\w+\}", "{}", p) for p in offered if not p.startswith(("/oidc", "/session"))}
    assert len(plain) > 50
    assert sorted(plain - asked) == []


def test_who_asks_and_what_is_watched(analyst: Client) -> None:
    me = analyst.me()
    assert (me.name, me.party, me.data_mode, me.practice) == (ANALYST.name, "JPN", "EXERCISE", True)
    assert me.watchlists == ("japan-comms",)
    assert [w["id"] for w in analyst.watchlists()] == ["japan-comms"]
    assert len(analyst.watchlist("japan-comms")["assets"]) == 21


def test_the_floor_and_an_asset(analyst: Client, practice: Practice) -> None:
    now = analyst.floor()
    told = {s.asset_id: s for s in practice.sweep.states}
    assert {a.asset_id: a.state for a in now.assets} == {k: s.state for k, s in told.items()}
    assert (now.data_mode, now.as_of_utc) == ("EXERCISE", practice.view.as_of_utc)
    assert len(now.events) == len(practice.sweep.events)
    one = analyst.asset("horizons-3e")
    assert one.reasons == told["horizons-3e"].reasons
    assert "PRACTICE-0001" in one.text[0]
    unseen = next(a for a in analyst.assets() if a.state == "not observable")
    assert np.isnan(unseen.age_days)


def test_a_life_by_asset_and_by_number_is_the_same(analyst: Client) -> None:
    by_asset, by_number = analyst.timeline("horizons-3e", days=10.0), analyst.timeline(WATCHED, days=10.0)
    assert by_asset["panels"] == by_number["panels"]
    assert by_asset["stays"]


def test_objects_and_their_element_sets(analyst: Client, practice: Practice) -> None:
    found = list(analyst.objects("horizons"))
    assert WATCHED in [o.norad_id for o in found]
    one = analyst.object(WATCHED)
    assert 168.0 < one.longitude_deg < 170.0
    assert one.data_mode == "EXERCISE"
    sets = analyst.element_sets(WATCHED)
    own = practice.view.history(WATCHED)
    assert isinstance(sets, ElementSets)
    assert sets.digest_texts() == own.digest_texts()  # the same content, over the wire
    assert (sets.known_utc == own.known_utc).all()
    assert analyst.element_set(sets.digest_texts()[-1])["norad_id"] == WATCHED
    assert WATCHED in [int(x["NORAD_CAT_ID"]) for x in json.loads(analyst.elements_file(WATCHED, limit=2).data)]
    source = analyst.element_set(sets.digest_texts()[-1])["source"]
    assert len(analyst.raw(source["sha256"]).data) > 1000


def test_all_objects_as_columns(analyst: Client, practice: Practice) -> None:
    header, columns = analyst.objects_packed()
    latest = practice.view.latest()
    assert header["count"] == len(columns["norad_id"]) == len(columns["names"])
    assert set(columns["norad_id"].tolist()) <= set(latest.norad_id.tolist())
    k = int(np.flatnonzero(columns["norad_id"] == WATCHED)[0])
    own = latest.take(latest.norad_id == WATCHED)
    assert columns["mean_motion_rev_day"][k] == own.mean_motion_rev_day[0]
    assert columns["epoch_ms"][k] == pytest.approx(own.epoch_utc[0].astype(np.int64) / 1e3)
    assert "HORIZONS-3E" in columns["names"][k]


def test_an_event_down_to_its_element_sets(analyst: Client, practice: Practice) -> None:
    row = next(e for e in analyst.events(kind="stay", normal=False))
    whole = analyst.event(row.event_id)
    assert isinstance(whole, Event)
    assert whole.event_id == row.event_id
    assert whole in practice.sweep.events
    assert row.quantities["miss_km"].sigma is not None
    claims = analyst.evidence(row.event_id)
    assert {i["held"] for c in claims for i in c["inputs"]} == {True}
    assert analyst.rtn(row.event_id)["t"]
    assert list(analyst.conjunctions()) == []
    with pytest.raises(Refused, match="Gabbard"):
        analyst.gabbard(row.event_id)


def test_events_come_page_by_page(analyst: Client, practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PAGE", 7)
    assert sorted(e.event_id for e in analyst.events()) == sorted(e.event_id for e in practice.sweep.events)
    first = analyst.events(concerning=str(WATCHED))
    assert {next(first).subject, *(e.subject for e in first)} == {str(WATCHED)}


def test_a_finding_is_run_again_by_the_service(analyst: Client, world: World) -> None:
    row = next(e for e in analyst.events(kind="approach"))
    with working(world):
        assert analyst.verify(row.event_id)["verdict"] == "same"


def test_the_world_in_the_forms_of_others(analyst: Client) -> None:
    assert json.loads(analyst.czml([WATCHED], start=START, stop="2026-05-26T06:00:00Z").data)[0]["id"] == "document"
    assert json.loads(analyst.geojson("sites").data)["type"] == "FeatureCollection"
    assert analyst.sensors()["sites"]
    assert analyst.geo_belt(max_objects=3)["lon_deg"]


def test_what_the_alliance_and_the_catalogue_say(analyst: Client) -> None:
    assert any(r["kind"] == "clause" for r in analyst.register(kind="clause"))
    assert analyst.parties()
    assert "items" in analyst.conflicts() or "conflicts" in analyst.conflicts()
    assert analyst.threshold()
    data = analyst.data()
    assert len(data["sources"]) == 14
    assert list(analyst.problems()) == []
    assert analyst.indicators("propellant")
    (kept,) = analyst.sweeps()
    assert analyst.sweep(kept["id"])["as_of"] == kept["as_of"]
    assert (analyst.keys(), analyst.keyring(), list(analyst.records()), list(analyst.bundles())) == ([], None, [], [])


# ---- as known at a moment


@pytest.mark.parametrize("moment", [START, np.datetime64("2026-05-26", "us"), datetime(2026, 5, 26, tzinfo=UTC)])
def test_a_read_tells_what_was_known_then_and_no_more(analyst: Client, moment: Any) -> None:
    then = analyst.element_sets(WATCHED, as_of=moment)
    assert 0 < len(then) < len(analyst.element_sets(WATCHED))
    assert then.known_utc.max() <= np.datetime64("2026-05-26", "us")


def test_a_client_may_stand_at_a_moment_of_its_own(service: Served) -> None:
    with asking(service, VIEWER, as_of=START) as then:
        assert then.floor().as_of_utc == np.datetime64("2026-05-26", "us")
        assert then.element_sets(WATCHED).known_utc.max() <= np.datetime64("2026-05-26", "us")
        assert then.object(WATCHED, as_of="data").epoch_utc > np.datetime64("2026-05-26", "us")
        for call in (
            then.jobs,
            then.alerts,
            then.problems,
            then.sweeps,
            then.records,
            then.bundles,
            then.incidents,
            then.parties,
        ):
            list(call())  # what is no read of the sky is not asked about a moment that it does not know
        assert then.sensors()["sites"]
        assert then.data()["as_of"] == then.geo_belt(max_objects=2)["as_of"] == "2026-05-26T00:00:00.000000Z"


# ---- writing


def test_from_a_finding_to_an_assessment(analyst: Client, practice: Practice) -> None:
    marking = Marking(Tlp.AMBER, frozenset({"JPN", "USA"}))
    made = analyst.open_incident("A visitor", assets=["horizons-3e"], owners=["JPN"], marking=marking)
    assert (made.party, made.data_mode, made.marking) == ("JPN", "EXERCISE", marking)
    visit = next(e for e in practice.sweep.events if e.kind == "stay" and not e.normal)
    by_id = analyst.add_findings(made.incident_id, [visit.event_id], marking=marking)
    assert by_id["items"]
    assert analyst.add_findings(made.incident_id, [visit], marking=marking)["passed_over"] == len(by_id["items"])
    assert analyst.add_evidence(made.incident_id, analyst.evidence_template())["claims"]
    given = analyst.judge(made.incident_id, "affected-or-threatened", "met", reason="Its owner must watch it.")
    assert (given.by, given.party, given.answer) == (ANALYST.name, "JPN", "met")
    row = analyst.assess(made.incident_id)
    whole = analyst.assessment(made.incident_id)
    assert whole["id"] == row["id"]
    assert whole["assessment"]["schema"] == "hoshimori.assessment/1"
    assert [a["id"] for a in analyst.assessments(made.incident_id)] == [row["id"]]
    assert analyst.gates(made.incident_id)["gates"]
    assert analyst.matrix(made.incident_id)
    page = analyst.brief(made.incident_id)
    assert page.marking == marking
    assert "TLP:AMBER" in page.text
    now = analyst.incident(made.incident_id)
    case = now.incident()
    assert isinstance(case, Incident)
    assert (len(case.items) > 1, len(case.judgements), now.withheld) == (True, 1, 0)
    assert made.incident_id in [i.incident_id for i in analyst.incidents()]


def test_what_may_not_be_read_is_counted_or_not_there(analyst: Client, service: Served) -> None:
    closed = analyst.open_incident("Ours alone", marking=Marking(Tlp.RED, frozenset({"JPN"})))
    open_ = analyst.open_incident("For both", marking=Marking(Tlp.GREEN))
    template = analyst.evidence_template()
    analyst.add_evidence(open_.incident_id, template)
    with asking(service, ALLY) as ally, asking(service, PUBLIC) as public:
        assert closed.incident_id not in [i.incident_id for i in ally.incidents()]
        with pytest.raises(NothingFound, match="not released to you"):
            ally.incident(closed.incident_id)
        assert list(public.incidents()) == []
        seen = ally.incident(open_.incident_id)
        assert len(seen.incident().items) + len(seen.incident().claims) + seen.withheld == 2


def test_tokens_jobs_and_alerts(service: Served, world: World, analyst: Client) -> None:
    with asking(service, ADMIN) as admin:
        made = admin.make_token("a script", party="USA", roles=["viewer"], days=1.0)
        with connect(service.url, made["token"]) as script:
            assert script.me().party == "USA"
        assert made["id"] in [t["id"] for t in admin.tokens()]
        assert admin.revoke_token(made["id"])["revoked"]
        job = analyst.ask_sweep(as_of=START)
        assert job.state == "waiting"
        assert job.job_id in [j.job_id for j in analyst.jobs(state="waiting")]
        assert admin.cancel(job.job_id).ended
        with pytest.raises(Refused) as refused:
            analyst.wait(job)
        assert refused.value.code == "job-failed"
    alert = world.duty.alert("k", severity="warning", code="finding", subject="43633", record={})
    assert [a.alert_id for a in analyst.alerts(open_only=True)] == [alert.alert_id]
    assert analyst.acknowledge(alert.alert_id, "seen").acknowledged_by == ANALYST.name
    assert analyst.alert(alert.alert_id).acknowledged_by == ANALYST.name
    assert list(analyst.alerts(open_only=True)) == []


def test_a_job_that_is_not_done_in_time_is_told(analyst: Client, service: Served) -> None:
    job = analyst.ask_sweep(as_of="2026-05-23T00:00:00Z")
    seen: list[str] = []
    with pytest.raises(TooSoon, match="waiting"):
        analyst.wait(job, timeout_s=0.4, on=lambda j: seen.append(j.state))
    assert seen
    with asking(service, ADMIN) as admin:
        admin.cancel(job.job_id)


# ---- who may not, and what is wrong


def test_what_is_wrong_is_told_as_the_package_tells_it(analyst: Client, service: Served) -> None:
    with pytest.raises(UsageError, match="ISO 8601"):
        analyst.floor(as_of="yesterday")
    with pytest.raises(NothingFound):
        analyst.object(999_999_999)
    with pytest.raises(UsageError, match=r"title"):
        analyst.open_incident("")
    with pytest.raises(DataError):
        analyst.ingest(b"neither this nor that", name="x.txt")
    with asking(service, VIEWER) as viewer, pytest.raises(Refused, match="work") as refused:
        viewer.open_incident("no")
    assert refused.value.code == "forbidden"
    with asking(service, ALLY) as ally, pytest.raises(Refused) as refused:
        ally.open_incident("no")
    assert refused.value.code == "wrong-party"
    with connect(service.url, "hsm_wrong") as stranger, pytest.raises(Refused) as refused:
        stranger.me()
    assert refused.value.code == "unauthenticated"


def test_a_name_with_anything_in_it_stays_one_part_of_the_path(analyst: Client) -> None:
    for name in ("../me", "a/b", "x?as_of=now", "#", "%2e%2e"):
        with pytest.raises((NothingFound, UsageError)):
            analyst.asset(name)


def test_no_secret_is_in_what_is_shown(service: Served) -> None:
    token = service.token(ANALYST)
    with connect(service.url, token) as found:
        assert token not in repr(found) + str(vars(found)) + repr(found._wire)


def test_a_token_does_not_leave_in_the_clear() -> None:
    with pytest.raises(UsageError, match="https"):
        connect("http://watch.example:8420", "t")
    with pytest.raises(UsageError, match="does not belong"):
        connect("https://me:secret@watch.example", "t")
    with pytest.raises(UsageError) as refused:
        connect("ftp://watch.example/#token=hidden", "t")
    assert "hidden" not in str(refused.value)
    connect("http://watch.example:8420", "t", plain=True).close()


def test_the_printed_address_opens_a_session_that_may_write(world: World) -> None:
    with floor.served(world) as service:
        address = f"{service.url}/#token={service.app.state.people.one_time()}"
        with connect(address) as found:
            assert found.me().via == "local"
            assert found.open_incident("Through the printed address").party == "JPN"
            assert "token=" not in repr(found)
        with pytest.raises(Refused):
            connect(address)  # it is used up


def test_the_token_may_come_from_the_setting(service: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSHIMORI_TOKEN", service.token(VIEWER))
    with connect(service.url) as found:
        assert found.me().name == VIEWER.name


# ---- nothing read twice, nothing done twice

Script = Callable[["Clumsy"], None]


class Clumsy(BaseHTTPRequestHandler):
    """A service that misbehaves as its script says; what it was asked is kept."""

    script: list[Script]
    asked: list[tuple[str, str, dict[str, str]]]

    def handle_any(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        (self.script.pop(0) if len(self.script) > 1 else self.script[0])(self)

    do_GET = do_POST = do_DELETE = handle_any

    def log_message(self, *_: object) -> None:
        pass


def says(status: int, tree: Any = None, **headers: str) -> Script:
    def say(server: Clumsy) -> None:
        data = json.dumps({} if tree is None else tree).encode()
        server.send_response(status)
        kind = "application/problem+json" if status >= 400 else "application/json"
        for key, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            server.send_header(key.replace("_", "-"), value)
        server.end_headers()
        server.wfile.write(data)

    return say


def hangs_up(server: Clumsy) -> None:
    server.connection.close()


def writes(text: str) -> Script:
    def write(server: Clumsy) -> None:
        server.send_response(200)
        server.send_header("Content-Type", "text/event-stream")
        server.end_headers()
        server.wfile.write(text.encode())
        server.wfile.flush()
        server.connection.close()

    return write


@contextmanager
def clumsy(*script: Script) -> Iterator[tuple[str, list[tuple[str, str, dict[str, str]]]]]:
    kind = type("Scripted", (Clumsy,), {"script": list(script), "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kind.asked  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5.0)


ALERT = {
    "id": "a" * 32, "severity": "info", "code": "finding", "subject": "1", "text": "", "raised": "", "acknowledged_by": "me",
}  # fmt: skip
BUSY = {"type": "urn:hoshimori:problem:busy", "title": "not now", "detail": "another process is writing"}


def test_what_is_still_true_is_not_sent_again() -> None:
    script = [says(200, {"x": 1}, ETag='"a"'), says(304), says(200, {"x": 2}, ETag='"b"')]
    with clumsy(*script) as (url, asked), connect(url, "t") as found:
        assert [found.sensors()["x"] for _ in range(3)] == [1, 1, 2]
    assert [headers.get("if-none-match") for _, _, headers in asked] == [None, '"a"', '"a"']


def test_a_real_service_sends_it_once(analyst: Client) -> None:
    first = analyst.sensors()
    again = analyst._wire._http.get("/sensors", headers={"If-None-Match": analyst._wire.get("/sensors").headers["etag"]})
    assert again.status_code == 304
    assert analyst.sensors() == first


def test_a_write_whose_answer_is_lost_is_sent_again_under_the_same_key() -> None:
    with clumsy(hangs_up, says(503, BUSY, Retry_After="0"), says(200, ALERT)) as (url, asked), connect(url, "t") as found:
        assert found.acknowledge("a" * 32).acknowledged_by == "me"
    keys = {headers["idempotency-key"] for _, _, headers in asked}
    assert (len(asked), len(keys)) == (3, 1)
    assert min(map(len, keys)) >= 16


def test_two_writes_have_two_keys() -> None:
    with clumsy(says(200, ALERT)) as (url, asked), connect(url, "t") as found:
        found.acknowledge("a" * 32)
        found.acknowledge("a" * 32)
    assert len({headers["idempotency-key"] for _, _, headers in asked}) == 2


def test_a_service_that_stays_busy_is_asked_until_patience_ends() -> None:
    with clumsy(says(503, BUSY, Retry_After="0.05")) as (url, asked), connect(url, "t", patience_s=0.5) as found:
        began = time.monotonic()
        with pytest.raises(CatalogueBusy, match="another process is writing"):
            found.me()
        assert time.monotonic() - began < 5.0
    assert len(asked) > 3


def test_what_the_service_asks_to_wait_for_is_not_shortened() -> None:
    limit = {"type": "urn:hoshimori:problem:too-often", "title": "too often", "detail": "slow down"}
    with (
        clumsy(says(429, limit, Retry_After="60")) as (url, asked),
        connect(url, "t", patience_s=1.0) as found,
        pytest.raises(TooSoon, match="slow down") as told,
    ):
        found.me()
    assert told.value.retry_after_s == 60.0
    assert len(asked) == 1


def test_a_refusal_is_not_asked_again() -> None:
    closed = {"type": "urn:hoshimori:problem:revoked-key", "title": "refused", "detail": "the key was revoked"}
    with clumsy(says(409, closed)) as (url, asked), connect(url, "t") as found, pytest.raises(Refused) as refused:
        found.sign(incident="JPN-2026-0001", key="sato", passphrase="plain rope")
    assert (refused.value.code, len(asked)) == ("revoked-key", 1)
    assert "plain rope" not in str(refused.value)


def test_what_is_no_service_of_ours_is_said_so() -> None:
    with clumsy(says(418, [1])) as (url, _), connect(url, "t") as found, pytest.raises(ProviderRefused, match="not an answer"):
        found.me()
    with (
        clumsy(says(302, {}, Location="https://elsewhere.example/")) as (url, asked),
        connect(url, "t") as found,
        pytest.raises(SourceError, match="not followed"),
    ):
        found.me()
    assert len(asked) == 1  # the token went nowhere else


def test_where_nobody_listens_is_said_in_time() -> None:
    with clumsy(says(200)) as (url, _):
        pass
    with connect(url, "t", patience_s=0.3) as found, pytest.raises(SourceError, match="is the service running"):
        found.me()


def test_an_answer_that_does_not_come_is_not_waited_for_without_end() -> None:
    with clumsy(lambda _: time.sleep(1.0)) as (url, _), connect(url, "t", timeout_s=0.2, patience_s=0.3) as found:  # noqa: SIM117
        with pytest.raises(BrokenTransfer, match="in time"):
            found.me()


def test_a_finding_that_was_changed_on_its_way_is_not_taken(practice: Practice) -> None:
    tree = practice.sweep.events[0].to_json()
    changed = {**tree, "normal": not tree["normal"]}
    with (
        clumsy(says(200, changed)) as (url, _),
        connect(url, "t") as found,
        pytest.raises(UsageError, match="changed on its way"),
    ):
        found.event(tree["id"])


def test_the_memory_of_what_was_read_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_wire, "MOST_KEPT", 3)
    with clumsy(says(200, {"x": 1}, ETag='"a"')) as (url, _), connect(url, "t") as found:
        for k in range(9):
            found.sweep(f"{k}")
        assert len(found._wire._kept) == 3
        assert found._wire._bytes == sum(len(a.data) for _, a in found._wire._kept.values())


# ---- the stream


def test_changes_come_as_they_are_made(analyst: Client, world: World) -> None:
    seq = world.duty.version
    stream = analyst.stream(after=seq)
    world.duty.tell("data", {"source": "one"})
    first = next(stream)
    assert (first.topic, first.record["source"]) == ("data", "one")
    assert first.seq > seq
    world.duty.tell("data", {"source": "two"})
    assert next(stream).record["source"] == "two"
    stream.close()  # type: ignore[attr-defined]


def line(seq: int) -> str:
    return f': hello\n\nevent: data\nid: {seq}\ndata: {{"n": {seq}}}\n\n'


def test_a_broken_stream_goes_on_after_the_last_line() -> None:
    script = [writes(line(7) + "event: data\nid: 8\nda"), hangs_up, says(503, BUSY), writes(line(8) + line(9)), writes(line(10))]
    with clumsy(*script) as (url, asked), connect(url, "t") as found:
        stream = found.stream()
        got = [next(stream).seq for _ in range(4)]
    assert got == [7, 8, 9, 10]
    assert [headers.get("last-event-id") for _, _, headers in asked] == [None, "7", "7", "7", "9"]


def test_a_stream_that_is_refused_ends() -> None:
    gone = {"type": "urn:hoshimori:problem:unauthenticated", "title": "nobody is logged in", "detail": "the token expired"}
    with clumsy(writes(line(1)), says(401, gone)) as (url, _), connect(url, "t") as found:
        stream = found.stream()
        assert next(stream).seq == 1
        with pytest.raises(Refused, match="expired"):
            next(stream)


def test_a_stream_that_falls_silent_is_opened_again() -> None:
    def silent(server: Clumsy) -> None:
        server.send_response(200)
        server.send_header("Content-Type", "text/event-stream")
        server.end_headers()
        server.wfile.flush()
        time.sleep(1.5)

    with clumsy(silent, writes(line(3))) as (url, _), connect(url, "t") as found:
        assert next(client_stream.lines(found._wire, silence_s=0.2)).seq == 3


# ---- what takes a while


def test_a_report_is_waited_for_while_a_worker_makes_it(analyst: Client, world: World) -> None:
    worker = threading.Thread(target=until_done, args=[world])
    worker.start()
    made = analyst.report(days=1, form="json", as_of="2026-05-19T12:00:00Z")
    worker.join()
    tree = json.loads(made.data)
    assert (tree["schema"], tree["days"], tree["released_to"]) == ("hoshimori.weekly/1", 1, ["JPN"])
    assert made.marking == Marking.from_json(tree["marking"])
    page = analyst.report(days=1, form="pdf", as_of="2026-05-19T12:00:00Z")
    assert page.data.startswith(b"%PDF")
    assert page.filename.endswith(".pdf")


# ---- small things


def test_a_document_is_not_written_over(analyst: Client, tmp_path: Path) -> None:
    page = analyst.elements_file(WATCHED, "tle", limit=1)
    (tmp_path / "x.tle").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        page.save(tmp_path / "x.tle")
    assert page.save(tmp_path).parent == tmp_path


def test_rows_do_not_change() -> None:
    assert hoshimori.connect is connect
    row = JobNow("x", "sweep", "done", {}, "", {})
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.state = "failed"  # type: ignore[misc]


def test_an_exercise_says_so_on_every_row(analyst: Client) -> None:
    rows: list[Any] = [*analyst.assets(), *analyst.events(), *analyst.objects("horizons"), *analyst.incidents()]
    assert {r.data_mode for r in rows} == {DataMode.EXERCISE.name}

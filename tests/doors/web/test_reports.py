"""The weekly report of a service: made once by a worker, given to each reader with what that reader may have."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

import hoshimori
from hoshimori.doors.web import report_shelf, tasks
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.routes import reports
from hoshimori.doors.web.tasks import Bench
from hoshimori.doors.web.world import World
from hoshimori.judgements import Marking, Tlp
from tests.doors.web import floor
from tests.doors.web.floor import ALLY, ANALYST, API, PUBLIC, Served

WEEKLY = f"{API}/reports/weekly"
DAY = {"days": "1"}
OURS, SHARED = "For the own house alone", "A visitor beside HORIZONS-3E"


@pytest.fixture(scope="module")
def own(practice_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with two incidents, one of them not for the other party."""
    world = floor.copied(practice_world, tmp_path_factory.mktemp("reports") / "home")
    for title, parties in ((OURS, {"JPN"}), (SHARED, {"JPN", "USA"})):
        marking = Marking(Tlp.AMBER, frozenset(parties))
        given = {"by": "A. Sato", "party": "JPN", "owners": ["JPN"]}
        hoshimori.open_incident(title, marking=marking, data_mode=world.data_mode, home=world.home, **given)  # type: ignore[arg-type]
    yield world
    world.duty.close()


@pytest.fixture(scope="module")
def service(own: World) -> Iterator[Served]:
    with floor.served(own) as found:
        yield found


def work(world: World) -> int:
    """Do the reports that wait, as a worker would; how many there were."""
    bench = Bench(Duties.of(world), world.duty)
    done = 0
    while job := world.duty.claim("test", lease_s=60.0, kinds=[report_shelf.KIND]):
        world.duty.finish(job.job_id, "test", report_shelf.make(bench, job, lambda *_: None))
        done += 1
    return done


def until_done(world: World) -> None:
    while not work(world):
        time.sleep(0.05)


@pytest.fixture(scope="module")
def made(service: Served) -> Served:
    """The service with its report of a day already made."""
    with service.client() as asks:
        first = asks.get(WEEKLY, params=DAY)
        assert first.status_code == 202, first.text
        assert first.json()["kind"] == "report"
        assert asks.get(first.headers["location"]).json()["state"] == "waiting"
        again = asks.get(WEEKLY, params=DAY)
        assert again.json()["id"] == first.json()["id"]
    assert work(service.world) == 1
    return service


def test_a_report_is_made_once_for_every_form_language_and_reader(made: Served) -> None:
    for who in (ANALYST, ALLY, PUBLIC):
        with made.client(who) as asks:
            for form in ("html", "pdf", "json", "events"):
                got = asks.get(WEEKLY, params={**DAY, "format": form, "lang": "ja"})
                assert got.status_code == 200, got.text
                assert got.headers["content-type"].partition(";")[0] == reports.FORMS[form].partition(";")[0]
                assert got.headers["content-language"] == "ja"
    assert made.world.duty.jobs(kind=report_shelf.KIND).total == 1


def test_each_reader_has_what_is_released_to_him_and_no_more(made: Served) -> None:
    told = {ANALYST: (True, True), ALLY: (False, True), PUBLIC: (False, False)}
    for who, seen in told.items():
        with made.client(who) as asks:
            page = asks.get(WEEKLY, params=DAY)
            tree = asks.get(WEEKLY, params={**DAY, "format": "json"}).json()
            paper = PdfReader(io.BytesIO(asks.get(WEEKLY, params={**DAY, "format": "pdf"}).content))
        said = " ".join(p.extract_text() for p in paper.pages)
        for text in (page.text, json.dumps(tree), said.replace("\n", " ")):
            assert (OURS in text, SHARED in text) == seen
        assert tree["ledger"]["left_out"] == 2 - sum(seen)
        assert page.headers["x-marking"] in page.text
        assert tree["released_to"] == [who.party or "public"]


def test_the_findings_of_a_report_come_out_again(made: Served, tmp_path: Path) -> None:
    with made.client() as asks:
        got = asks.get(WEEKLY, params={**DAY, "format": "events"})
    file = tmp_path / "events.jsonl"
    file.write_bytes(got.content)
    rows = [json.loads(x) for x in got.text.splitlines()]
    checks = hoshimori.check(rows[:4], home=made.world.home)
    assert [c.verdict for c in checks] == ["same"] * 4


def test_a_page_of_the_service_runs_nothing_and_asks_nobody(made: Served) -> None:
    with made.client() as asks:
        assert "sandbox" in asks.get(WEEKLY, params=DAY).headers["content-security-policy"]


@pytest.mark.parametrize("asked", [{"days": "0"}, {"days": "32"}, {"format": "doc"}, {"as_of": "soon"}, {"as_of": "2099-01-01"}])
def test_what_is_asked_wrongly_is_refused_and_nothing_is_begun(service: Served, asked: dict[str, str]) -> None:
    before = service.world.duty.jobs(kind=report_shelf.KIND).total
    with service.client() as asks:
        assert asks.get(WEEKLY, params=asked).status_code in (400, 422)
    assert service.world.duty.jobs(kind=report_shelf.KIND).total == before


def test_a_file_is_no_watchlist_here(service: Served) -> None:
    with service.client() as asks:
        assert asks.get(WEEKLY, params={"watchlist": "/etc/passwd"}).status_code == 404


@pytest.mark.long
def test_whoever_asks_for_many_is_told_to_wait(world: World) -> None:
    with floor.served(world) as service, service.client() as asks:
        codes = [asks.get(WEEKLY, params={"as_of": f"2026-05-{d}T00:00:00Z"}).status_code for d in range(20, 30)]
    assert codes == [202] * reports.MOST_WAITING + [429] * 2


def test_a_report_that_comes_in_time_is_given_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "WAIT_S", 50.0)
    with floor.served(world) as service, service.client() as asks:
        worker = threading.Thread(target=until_done, args=[world])
        worker.start()
        got = asks.get(WEEKLY, params={**DAY, "as_of": "2026-05-19T12:00:00Z"})
        worker.join()
    assert got.status_code == 200
    assert got.headers["x-marking"] == "TLP:CLEAR"


def test_why_a_report_cannot_be_made_is_told(world: World) -> None:
    with floor.served(world) as service, service.client() as asks:
        job = asks.get(WEEKLY, params={**DAY, "as_of": "2026-05-20T12:00:00Z"}).json()
        assert world.duty.claim("test", lease_s=60.0, kinds=[report_shelf.KIND]) is not None
        threading.Timer(0.7, world.duty.fail, [job["id"], "test", "the disk is full"]).start()
        got = asks.get(WEEKLY, params={**DAY, "as_of": "2026-05-20T12:00:00Z"})
    assert got.status_code == 422
    assert "the disk is full" in got.json()["detail"]


def test_old_reports_make_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_shelf, "MOST", 2)
    folder = world.home / "duty" / "reports"
    folder.mkdir(parents=True)
    for k in range(4):
        (folder / f"{k}.json").write_text("{}")
    with floor.served(world) as service, service.client() as asks:
        asks.get(WEEKLY, params={**DAY, "as_of": "2026-05-19T12:00:00Z"})
    assert work(world) == 1
    assert len(list(folder.glob("*.json"))) == 2


def test_a_worker_does_every_kind_of_job_that_it_is_asked_for() -> None:
    kinds = [k for some in tasks.ORDER for k in some]
    assert sorted(kinds) == sorted(tasks.TASKS)
    assert report_shelf.KIND in kinds

"""CelesTrak as it answers, well and badly: one download per update, and a stop at the first refusal."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hoshimori.errors import BrokenTransfer, NothingFound, ProviderRefused, SourceError, TooSoon, UsageError
from hoshimori.facts import Received
from hoshimori.ports import plugin
from hoshimori.sources.celestrak import CelesTrak
from hoshimori.sources.clock import utc_now
from hoshimori.sources.http import Patience
from hoshimori.sources.stops import clear_stop, stops

from .conftest import Hands
from .server import (
    HTML,
    OMM_CSV,
    OMM_JSON,
    Answering,
    Listening,
    cut,
    cut_without_length,
    drip,
    packed,
    say,
    serving,
    stall,
    unless_known,
)
from .server import the_rest as rest

NOT_UPDATED = (
    b"GP data has not updated since your last successful\ndownload of GROUP=geo at 2026-05-27 17:40:00 UTC.\n"
    b"Data is updated once every 2 hours.\n"
)
RESUMABLE = {"ETag": '"v1"', "Accept-Ranges": "bytes"}
UNHURRIED = Patience(connect_s=5.0, stall_s=10.0, total_s=10.0)


def source(server: Listening, home: Path, clock: Hands, **asked: object) -> CelesTrak:
    settings = {"base_url": server.url, "home": home, "patience": UNHURRIED, "clock": clock, "sleep": clock.sleep} | asked
    return CelesTrak(**settings)  # type: ignore[arg-type]


def fetch(server: Listening, home: Path, clock: Hands, **asked: object) -> list[Received]:
    return list(source(server, home, clock, **asked).fetch())


def left_over(home: Path) -> list[str]:
    """What lies in the store and is neither a whole copy nor a note."""
    return [p.name for p in home.rglob("*") if p.is_file() and (p.name.endswith(".part") or p.parent.name == "copies")]


def test_asks_for_omm_and_says_who_it_is(tmp_path: Path, clock: Hands) -> None:
    with serving(say(OMM_CSV)) as server:
        received = fetch(server, tmp_path, clock, groups=("geo",), ids=(799500123,), satcat=True)
    assert [a.path for a in server.asked] == [
        "/NORAD/elements/gp.php?GROUP=geo&FORMAT=csv",
        "/NORAD/elements/gp.php?CATNR=799500123&FORMAT=csv",
        "/pub/satcat.csv",
    ]
    assert all(a.headers["User-Agent"].startswith("hoshimori/") for a in server.asked)
    assert received[0].content == OMM_CSV
    assert received[0].location == server.url + server.asked[0].path
    assert received[0].received_utc == clock()
    assert received[0].provider == "celestrak"


def test_the_entry_point_gives_this_source() -> None:
    assert plugin("hoshimori.sources", "celestrak") is CelesTrak


def test_a_second_fetch_within_two_hours_asks_nothing_and_gives_the_stored_copy(tmp_path: Path, clock: Hands) -> None:
    with serving(say(OMM_CSV)) as server:
        first = fetch(server, tmp_path, clock)
        clock.pass_s(7000)
        again = fetch(server, tmp_path, clock)
        assert len(server.asked) == 1
        assert again == first
        clock.pass_s(201)
        fetch(server, tmp_path, clock)
        assert len(server.asked) == 2


def test_another_format_is_the_same_question(tmp_path: Path, clock: Hands) -> None:
    with serving(say(OMM_CSV)) as server:
        fetch(server, tmp_path, clock)
        fetch(server, tmp_path, clock, format="json")
    assert len(server.asked) == 1


PROCESS = """
import sys
from pathlib import Path
from hoshimori.sources.celestrak import CelesTrak
from hoshimori.sources.clock import utc_now
from hoshimori.sources.http import Patience
source = CelesTrak(home=Path(sys.argv[1]), base_url=sys.argv[2], patience=Patience(1, 5, 30))
print([r.sha256 for r in source.fetch()])
"""


def process(home: Path, server: Listening) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PROCESS, home, server.url], stdout=subprocess.PIPE, text=True)


def test_two_processes_at_once_make_one_request(tmp_path: Path) -> None:
    with serving(drip(0.005)) as server:
        both = [process(tmp_path, server) for _ in range(2)]
        told = [p.communicate(timeout=60)[0] for p in both]
    assert len(server.asked) == 1
    assert told[0] == told[1]
    assert "['" in told[0]


def test_a_killed_process_leaves_nothing_half_and_restarts_into_no_storm(tmp_path: Path, clock: Hands) -> None:
    with serving(drip(0.02)) as server:
        running = process(tmp_path, server)
        while not server.asked:
            time.sleep(0.01)
        running.kill()
        running.communicate()
        clock.now_utc = utc_now()
        with pytest.raises(TooSoon):
            fetch(server, tmp_path, clock)
        assert len(server.asked) == 1
        assert left_over(tmp_path) == []


def test_a_confirmed_copy_is_handed_on_with_the_time_it_came(tmp_path: Path, clock: Hands) -> None:
    with serving(unless_known()) as server:
        first = fetch(server, tmp_path, clock)
        clock.pass_s(7201)
        again = fetch(server, tmp_path, clock)
        clock.pass_s(60)
        fetch(server, tmp_path, clock)
    assert len(server.asked) == 2
    assert server.asked[1].headers["If-None-Match"] == '"v1"'
    assert server.asked[1].headers["If-Modified-Since"] == "Sun, 24 May 2026 06:00:00 GMT"
    assert again == first


def test_new_content_replaces_the_old_copy(tmp_path: Path, clock: Hands) -> None:
    newer = OMM_CSV.replace(b"PRACTICE 1", b"PRACTICE 9")
    with serving(say(OMM_CSV), say(newer)) as server:
        fetch(server, tmp_path, clock)
        clock.pass_s(7201)
        assert fetch(server, tmp_path, clock)[0].content == newer
    assert len(list((tmp_path / "sources/celestrak/copies").iterdir())) == 2  # the bytes and their note


@pytest.mark.parametrize("status", [301, 403, 404, 429, 500, 503])
def test_any_refusal_stops_the_provider_until_a_person_has_looked(tmp_path: Path, clock: Hands, status: int) -> None:
    with serving(say(b"go away", status, Location="https://elsewhere.example/x?token=1"), say(OMM_CSV)) as server:
        with pytest.raises(ProviderRefused, match=f"answered {status}.*go away.*elsewhere.example, not followed") as refusal:
            fetch(server, tmp_path, clock)
        assert refusal.value.status == status
        assert refusal.value.url.startswith(server.url)
        clock.pass_s(1e6)
        with pytest.raises(ProviderRefused, match="nothing was asked"):
            fetch(server, tmp_path, clock, groups=("weather",))
        assert len(server.asked) == 1
        assert [(s.provider, s.status) for s in stops(tmp_path)] == [("celestrak", status)]
        assert clear_stop(tmp_path, "celestrak")
        assert not clear_stop(tmp_path, "celestrak")
        assert stops(tmp_path) == []
        assert len(fetch(server, tmp_path, clock)) == 1


def test_a_retry_after_is_passed_on(tmp_path: Path, clock: Hands) -> None:
    with (
        serving(lambda to: to.reply(429, b"", {"Retry-After": "3600"})) as server,
        pytest.raises(ProviderRefused, match="retry after 3600"),
    ):
        fetch(server, tmp_path, clock)


def test_a_refusal_is_a_refusal_even_if_its_page_is_cut(tmp_path: Path, clock: Hands) -> None:
    with (
        serving(lambda to: to.reply(500, b"oops", {}, length=100)) as server,
        pytest.raises(ProviderRefused, match="answered 500"),
    ):
        fetch(server, tmp_path, clock)


def test_a_damaged_stop_still_stops(tmp_path: Path, clock: Hands) -> None:
    with serving(say(b"", 403), say(OMM_CSV)) as server:
        with pytest.raises(ProviderRefused):
            fetch(server, tmp_path, clock)
        (tmp_path / "sources/celestrak/stop.json").write_text("{")
        with pytest.raises(ProviderRefused, match="damaged"):
            fetch(server, tmp_path, clock)


@pytest.mark.parametrize("status", [200, 403])
def test_the_limit_speaking_is_obeyed_without_a_stop(tmp_path: Path, clock: Hands, status: int) -> None:
    """The text of OpenSpace issue 3973: the last download was 30 min ago, so the question rests for 90 min."""
    with serving(say(NOT_UPDATED, status), say(OMM_CSV)) as server:
        with pytest.raises(TooSoon, match="has not updated") as early:
            fetch(server, tmp_path, clock)
        assert early.value.retry_after_s == pytest.approx(5400)
        clock.pass_s(5300)
        with pytest.raises(TooSoon) as early:
            fetch(server, tmp_path, clock)
        assert early.value.retry_after_s == pytest.approx(100)
        assert len(server.asked) == 1
        assert stops(tmp_path) == []
        clock.pass_s(101)
        assert len(fetch(server, tmp_path, clock)) == 1


def test_the_limit_speaking_hands_on_the_stored_copy(tmp_path: Path, clock: Hands) -> None:
    with serving(say(OMM_CSV), say(NOT_UPDATED, 403)) as server:
        first = fetch(server, tmp_path, clock)
        clock.pass_s(7201)
        assert fetch(server, tmp_path, clock) == first
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (say(HTML), "HTML page came where OMM was expected: 'maintenance'"),
        (say(b"Internal trouble\nplease wait"), "a text came where OMM was expected"),
        (say(b""), "an empty answer"),
        (cut(), "cut after 300 bytes"),
        (cut_without_length(), "last line of the CSV is not whole"),
        (packed(keep=-9), "not whole"),
        (lambda to: to.reply(200, b"not gzip", {"Content-Encoding": "gzip"}), "damaged"),
        (lambda to: to.reply(206, OMM_CSV, {"Content-Range": "bytes 0-9/10"}), "not asked for"),
    ],
)
def test_a_broken_transfer_keeps_nothing_and_is_not_repeated_at_once(
    tmp_path: Path, clock: Hands, answer: Answering, complaint: str
) -> None:
    with serving(answer, say(OMM_CSV)) as server:
        with pytest.raises(BrokenTransfer, match=complaint):
            fetch(server, tmp_path, clock)
        assert left_over(tmp_path) == []
        with pytest.raises(TooSoon) as early:
            fetch(server, tmp_path, clock)
        assert early.value.retry_after_s == pytest.approx(600)
        assert len(server.asked) == 1
        clock.pass_s(601)
        assert len(fetch(server, tmp_path, clock)) == 1


@pytest.mark.parametrize(
    ("answer", "patience", "complaint"),
    [(stall(0.6), Patience(stall_s=0.3, total_s=9.0), "cut after"), (drip(0.02), Patience(stall_s=9.0, total_s=0.3), "too slow")],
    ids=["stands still", "never ends"],
)
def test_patience_ends(tmp_path: Path, clock: Hands, answer: Answering, patience: Patience, complaint: str) -> None:
    with serving(answer) as server, pytest.raises(BrokenTransfer, match=complaint):
        fetch(server, tmp_path, clock, patience=patience)
    assert left_over(tmp_path) == []


def test_a_broken_transfer_leaves_the_older_copy_in_use(tmp_path: Path, clock: Hands) -> None:
    with serving(say(OMM_CSV), cut()) as server:
        first = fetch(server, tmp_path, clock)
        clock.pass_s(7201)
        with pytest.raises(BrokenTransfer):
            fetch(server, tmp_path, clock)
        assert fetch(server, tmp_path, clock) == first


def test_json_that_does_not_end_is_noticed(tmp_path: Path, clock: Hands) -> None:
    with serving(cut_without_length(OMM_JSON, 60)) as server, pytest.raises(BrokenTransfer, match="JSON that does not end"):
        fetch(server, tmp_path, clock, format="json")


def test_gzip_is_undone(tmp_path: Path, clock: Hands) -> None:
    with serving(packed()) as server:
        assert fetch(server, tmp_path, clock)[0].content == OMM_CSV
    assert server.asked[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("answer", [rest(), say(OMM_CSV)], ids=["206", "200"])
def test_a_cut_is_mended_once_where_the_server_offers_ranges(tmp_path: Path, clock: Hands, answer: Answering) -> None:
    begun = cut(headers=RESUMABLE)
    with serving(begun, answer) as server:
        assert fetch(server, tmp_path, clock)[0].content == OMM_CSV
    assert [a.headers.get("Range") for a in server.asked] == [None, "bytes=300-"]


def test_a_second_cut_is_the_last(tmp_path: Path, clock: Hands) -> None:
    with serving(cut(headers=RESUMABLE)) as server, pytest.raises(BrokenTransfer):
        fetch(server, tmp_path, clock)
    assert len(server.asked) == 2


def test_a_rest_that_does_not_join_is_refused(tmp_path: Path, clock: Hands) -> None:
    begun, wrong = cut(headers=RESUMABLE), rest(skipped=10)
    with serving(begun, wrong) as server, pytest.raises(BrokenTransfer, match="not asked for"):
        fetch(server, tmp_path, clock)
    assert left_over(tmp_path) == []


def test_a_server_that_goes_away_before_the_rest_has_still_been_asked(tmp_path: Path, clock: Hands) -> None:
    head = f'HTTP/1.1 200 OK\r\nETag: "v1"\r\nAccept-Ranges: bytes\r\nContent-Length: {len(OMM_CSV)}\r\n\r\n'
    listener = socket.create_server(("127.0.0.1", 0))

    def answer_once() -> None:
        connection = listener.accept()[0]
        listener.close()
        with connection:
            connection.recv(65536)
            connection.sendall(head.encode() + OMM_CSV[:300])

    going = threading.Thread(target=answer_once)
    going.start()
    gone = CelesTrak(home=tmp_path, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", clock=clock)
    with pytest.raises(BrokenTransfer, match="cut after 300 bytes"):
        list(gone.fetch())
    going.join()
    with pytest.raises(TooSoon):
        list(gone.fetch())


def test_nobody_there_counts_for_nothing(tmp_path: Path, clock: Hands) -> None:
    with serving(say(OMM_CSV)) as server:
        pass
    for _ in range(2):
        with pytest.raises(BrokenTransfer, match="cannot be reached"):
            fetch(server, tmp_path, clock)


def test_a_question_without_an_answer_does_not_keep_the_others_back(tmp_path: Path, clock: Hands) -> None:
    nothing = say(b"No GP data found")
    with serving(nothing, say(OMM_CSV)) as server:
        source_ = source(server, tmp_path, clock, groups=(), ids=(41940, 100001))
        given: list[Received] = []
        with pytest.raises(NothingFound, match="CATNR=41940: No GP data found"):
            given.extend(source_.fetch())
        with pytest.raises(TooSoon, match="CATNR=41940"):
            given.extend(source_.fetch())
        assert [r.content for r in given] == [OMM_CSV, OMM_CSV]
        assert len(server.asked) == 2


@pytest.mark.parametrize(("form", "empty"), [("csv", OMM_CSV.split(b"\n")[0]), ("json", b"[]")])
def test_a_list_without_a_record_is_nothing_found(tmp_path: Path, clock: Hands, form: str, empty: bytes) -> None:
    with serving(say(empty)) as server:
        for _ in range(2):
            with pytest.raises(NothingFound, match="GROUP=geo"):
                fetch(server, tmp_path, clock, format=form)
    assert len(server.asked) == 1


def test_a_wrong_group_is_the_askers_mistake(tmp_path: Path, clock: Hands) -> None:
    with serving(say(b'Invalid query: "GROUP=goe"')) as server, pytest.raises(UsageError, match="check the name of the group"):
        fetch(server, tmp_path, clock)


def test_a_damaged_copy_is_not_handed_on(tmp_path: Path, clock: Hands) -> None:
    with serving(unless_known()) as server:
        [received] = fetch(server, tmp_path, clock)
        (tmp_path / "sources/celestrak/copies" / received.sha256).write_bytes(b"other")
        with pytest.raises(TooSoon, match="no usable copy"):
            fetch(server, tmp_path, clock)
        clock.pass_s(7201)
        assert fetch(server, tmp_path, clock)[0].content == OMM_CSV
        assert "If-None-Match" not in server.asked[1].headers


def test_a_copy_says_where_it_came_from_and_when(tmp_path: Path, clock: Hands) -> None:
    with serving(unless_known()) as server:
        [received] = fetch(server, tmp_path, clock)
    [note] = (tmp_path / "sources/celestrak/copies").glob("*.json")
    assert json.loads(note.read_text()) == {
        "url": received.location,
        "received_utc": "2026-05-27T18:10:00.000000Z",
        "sha256": received.sha256,
        "media_type": "",
        "etag": '"v1"',
        "last_modified": "Sun, 24 May 2026 06:00:00 GMT",
    }


def test_a_home_that_cannot_be_written_is_said_before_anything_is_asked(tmp_path: Path, clock: Hands) -> None:
    (tmp_path / "sources").write_text("a file where the folder should be")
    with serving(say(OMM_CSV)) as server, pytest.raises(SourceError, match="HOSHIMORI_HOME"):
        fetch(server, tmp_path, clock)
    assert server.asked == []


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"base_url": "http://celestrak.org"}, "https"),
        ({"base_url": "https://me:secret@celestrak.org"}, "user or password"),
        ({"base_url": "https://celestrak.org/NORAD"}, "a host alone"),
        ({"groups": ("geo&FORMAT=tle",)}, "group"),
        ({"ids": (0,)}, "catalogue number 0"),
        ({"ids": range(1, 40)}, "ask for a group"),
        ({"groups": ()}, "nothing to ask"),
        ({"format": "tle"}, "'csv' or 'json'"),
    ],
)
def test_what_may_not_be_asked_is_refused_before_the_network(settings: dict[str, object], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refusal:
        CelesTrak(**settings)  # type: ignore[arg-type]
    assert "secret" not in str(refusal.value)

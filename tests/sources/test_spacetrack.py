"""Space-Track as it answers: one log-in, comma lists, every class no oftener than it may be asked, and no secret anywhere."""

from __future__ import annotations

import logging
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from hoshimori.errors import (
    BrokenTransfer,
    CredentialsMissing,
    HoshimoriError,
    NothingFound,
    ProviderRefused,
    TooSoon,
    UsageError,
)
from hoshimori.facts import Received
from hoshimori.ports import plugin
from hoshimori.sources.credentials import IDENTITY, PASSWORD, Credentials
from hoshimori.sources.diary import Diary
from hoshimori.sources.http import Patience
from hoshimori.sources.provider import Query
from hoshimori.sources.spacetrack import SpaceTrack, decay, gp, gp_history, satcat
from hoshimori.sources.stops import stops

from .conftest import Hands
from .server import HTML, OMM_JSON, Answering, Handler, Listening, cut, hang_up, say, serving

WHO = Credentials("analyst@example.org", "hunter2+correct horse")
COOKIE = "0123456789abcdef-session"
SECRETS = (WHO.identity, WHO.password, "analyst%40example.org", "hunter2", COOKIE)
LIMIT_BROKEN = b'[{"error":"You\'ve violated your query rate limit. Please refer to our Acceptable Use guidelines."}]'


def space_track(*answers: Answering, login: bytes = b'""') -> Answering:
    """A server that lets in whoever knows the password, and answers queries only with the cookie it gave."""
    waiting = list(answers)

    def answer(to: Handler) -> None:
        if to.path == "/ajaxauth/login":
            to.reply(200, login, {"Set-Cookie": f"chocolatechip={COOKIE}; path=/; HttpOnly"} if b"Failed" not in login else {})
        elif f"chocolatechip={COOKIE}" not in to.headers.get("Cookie", ""):
            to.reply(401, b"not logged in", {})
        else:
            (waiting.pop(0) if len(waiting) > 1 else waiting[0])(to)

    return answer


def source(
    server: Listening, home: Path, clock: Hands, *queries: Query, who: Callable[[], Credentials] = lambda: WHO
) -> SpaceTrack:
    patience = Patience(connect_s=5.0, stall_s=10.0, total_s=10.0)
    return SpaceTrack(
        queries or (gp(),), home, server.url, patience=patience, credentials=lambda: WHO, clock=clock, sleep=clock.sleep
    )


def fetch(server: Listening, home: Path, clock: Hands, *queries: Query) -> list[Received]:
    return list(source(server, home, clock, *queries).fetch())


def history(ids: Sequence[int] = (19548,), stop: str = "2026-05-02") -> Query:
    return gp_history(ids, np.datetime64("2026-05-01"), np.datetime64(stop))


def test_one_log_in_and_comma_lists(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(say(OMM_JSON))) as server:
        received = fetch(server, tmp_path, clock, gp((799500123, 5, 5)), history((7, 6)), satcat(), decay())
    root = "/basicspacedata/query/class"
    assert [(a.method, a.path) for a in server.asked] == [
        ("POST", "/ajaxauth/login"),
        ("GET", f"{root}/gp/NORAD_CAT_ID/5,799500123/decay_date/null-val/epoch/%3Enow-10/orderby/norad_cat_id/format/json"),
        (
            "GET",
            f"{root}/gp_history/NORAD_CAT_ID/6,7/EPOCH/2026-05-01T00:00:00--2026-05-02T00:00:00/orderby/EPOCH/format/json",
        ),
        ("GET", f"{root}/satcat/orderby/NORAD_CAT_ID/format/json"),
        ("GET", f"{root}/decay/DECAY_EPOCH/%3Enow-60/orderby/NORAD_CAT_ID/format/json"),
    ]
    assert server.asked[0].body == b"identity=analyst%40example.org&password=hunter2%2Bcorrect+horse"
    assert {r.content for r in received} == {OMM_JSON}
    assert {r.provider for r in received} == {"spacetrack"}


def test_the_entry_point_gives_this_source() -> None:
    assert plugin("hoshimori.sources", "spacetrack") is SpaceTrack


def test_the_session_is_reused_for_two_hours_and_then_renewed(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(say(OMM_JSON))) as server:
        same = source(server, tmp_path, clock)
        for _ in range(3):
            list(same.fetch())
            clock.pass_s(3601)
    assert [a.method for a in server.asked] == ["POST", "GET", "GET", "POST", "GET"]


def test_no_log_in_where_nothing_needs_asking(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(say(OMM_JSON))) as server:
        first = fetch(server, tmp_path, clock)
        assert fetch(server, tmp_path, clock) == first
    assert [a.method for a in server.asked] == ["POST", "GET"]


def test_gp_is_asked_once_an_hour_whatever_the_numbers(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(say(OMM_JSON))) as server:
        fetch(server, tmp_path, clock, gp((5,)))
        with pytest.raises(TooSoon) as early:
            fetch(server, tmp_path, clock, gp((6,)))
    assert early.value.retry_after_s == pytest.approx(3600)
    assert len(server.asked) == 2


def test_gp_is_not_asked_on_the_hour(tmp_path: Path, clock: Hands) -> None:
    clock.now_utc = np.datetime64("2026-05-27T18:00:20.000000")
    with serving(space_track(say(OMM_JSON))) as server:
        fetch(server, tmp_path, clock)
    assert clock.naps == [pytest.approx(40)]


@pytest.mark.parametrize("query", [satcat(), decay()])
def test_satcat_and_decay_wait_for_their_window(tmp_path: Path, clock: Hands, query: Query) -> None:
    clock.now_utc = np.datetime64("2026-05-27T16:00:00.000000")
    with serving(space_track(say(OMM_JSON))) as server:
        with pytest.raises(TooSoon) as early:
            fetch(server, tmp_path, clock, query)
        assert early.value.retry_after_s == 3600
        clock.pass_s(3600)
        fetch(server, tmp_path, clock, query)
        clock.pass_s(3600)
        assert len(fetch(server, tmp_path, clock, query)) == 1
    assert len(server.asked) == 2


def test_a_history_is_asked_once_ever(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(say(OMM_JSON))) as server:
        first = fetch(server, tmp_path, clock, history())
        clock.pass_s(3e8)
        assert fetch(server, tmp_path, clock, history()) == first
        assert len(server.asked) == 2
        for copy in (tmp_path / "sources/spacetrack/copies").iterdir():
            copy.unlink()
        with pytest.raises(TooSoon, match="once ever"):
            fetch(server, tmp_path, clock, history())
        fetch(server, tmp_path, clock, history(stop="2026-05-03"))
        assert len(server.asked) == 4


def test_a_history_that_broke_may_be_asked_again(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(cut(OMM_JSON, 20), say(OMM_JSON))) as server:
        with pytest.raises(BrokenTransfer):
            fetch(server, tmp_path, clock, history())
        with pytest.raises(TooSoon):
            fetch(server, tmp_path, clock, history())
        clock.pass_s(3601)
        assert len(fetch(server, tmp_path, clock, history())) == 1


def test_thirty_requests_in_a_minute_are_not_made_whichever_process_asks(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(say(OMM_JSON))) as server:
        for number in range(1, 17):
            fetch(server, tmp_path, clock, history((number,)))  # a log-in and a query each
    assert len(server.asked) == 32
    assert clock.naps == [60.0]


def test_three_hundred_in_an_hour_are_refused_not_waited_for(tmp_path: Path, clock: Hands) -> None:
    folder = tmp_path / "sources" / "spacetrack"
    folder.mkdir(parents=True)
    for _ in range(299):
        Diary(folder).request(clock())
        clock.pass_s(3)
    with serving(space_track(say(OMM_JSON))) as server, pytest.raises(TooSoon, match="rate of requests") as early:
        fetch(server, tmp_path, clock)
    assert server.asked == []
    assert early.value.retry_after_s == pytest.approx(3600 - 299 * 3)


@pytest.mark.parametrize(
    ("answer", "status"),
    [(say(LIMIT_BROKEN), 200), (say(LIMIT_BROKEN, 500), 500), (say(b"", 429), 429), (say(b"", 302, Location="/auth/login"), 302)],
)
def test_a_broken_limit_stops_the_provider(tmp_path: Path, clock: Hands, answer: Answering, status: int) -> None:
    with serving(space_track(answer, say(OMM_JSON))) as server:
        with pytest.raises(ProviderRefused) as refusal:
            fetch(server, tmp_path, clock)
        assert refusal.value.status == status
        clock.pass_s(1e6)
        with pytest.raises(ProviderRefused, match="nothing was asked"):
            fetch(server, tmp_path, clock, history())
    assert len(server.asked) == 2
    assert [(s.provider, s.status) for s in stops(tmp_path)] == [("spacetrack", status)]


def test_a_wrong_password_is_tried_once(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(say(OMM_JSON), login=b'{"Login":"Failed"}')) as server:
        for _ in range(3):
            with pytest.raises(ProviderRefused, match="refused the log-in"):
                fetch(server, tmp_path, clock)
    assert len(server.asked) == 1


@pytest.mark.parametrize("empty", [b"[]", b"NO RESULTS RETURNED"])
def test_no_record_is_nothing_found(tmp_path: Path, clock: Hands, empty: bytes) -> None:
    with serving(space_track(say(empty))) as server, pytest.raises(NothingFound, match="no record"):
        fetch(server, tmp_path, clock)


def test_without_credentials_nothing_is_asked(tmp_path: Path, clock: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(IDENTITY, raising=False)
    monkeypatch.delenv(PASSWORD, raising=False)
    with serving(say()) as server:
        plain = SpaceTrack(home=tmp_path, base_url=server.url, clock=clock)
        with pytest.raises(CredentialsMissing, match=IDENTITY):
            list(plain.fetch())
        assert server.asked == []
        monkeypatch.setenv(IDENTITY, WHO.identity)
        monkeypatch.setenv(PASSWORD, WHO.password)
        server.answers = [space_track(say(OMM_JSON))]
        assert len(list(plain.fetch())) == 1


def test_the_keyring_gives_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real backend of the keyring package, with a store of its own."""
    keyring = pytest.importorskip("keyring")
    from keyring.backend import KeyringBackend

    class InMemory(KeyringBackend):
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return WHO.password if (service, username) == ("hoshimori-spacetrack", WHO.identity) else None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise NotImplementedError

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())  # type: ignore[no-untyped-call]
    monkeypatch.delenv(PASSWORD, raising=False)
    try:
        monkeypatch.setenv(IDENTITY, WHO.identity)
        assert SpaceTrack().credentials() == WHO
        monkeypatch.setenv(IDENTITY, "somebody@example.org")
        with pytest.raises(CredentialsMissing, match=f"{PASSWORD} is not set"):
            SpaceTrack().credentials()
    finally:
        keyring.set_keyring(before)


ECHO = f"account {WHO.identity} with {COOKIE} and {WHO.password} is suspended".encode()


@pytest.mark.parametrize(
    "answer",
    [
        say(OMM_JSON),
        say(ECHO, 403),
        say(b'[{"error":"' + ECHO + b'"}]'),
        say(b"<html><title>" + ECHO + b"</title>"),
        say(ECHO),
        cut(OMM_JSON, 20),
        hang_up,
    ],
)
def test_no_secret_is_written_logged_shown_or_raised(
    tmp_path: Path, clock: Hands, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], answer: Answering
) -> None:
    """Everything that leaves is searched: files, debug logs of every library, reprs, locations, and errors with all they hold."""
    for name in (None, "httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, name)
    shown = []
    with serving(space_track(answer)) as server:
        asked = source(server, tmp_path, clock)
        try:
            shown += [r.location for r in asked.fetch()]
        except HoshimoriError as error:
            shown += everything_in(error)
        shown.append(repr(asked))
        assert any(COOKIE in a.headers.get("Cookie", "") for a in server.asked)
    written = [f"{p}\n{p.read_bytes().decode(errors='replace')}" for p in tmp_path.rglob("*") if p.is_file()]
    output = capfd.readouterr()
    assert caplog.records
    assert written
    for text in [*shown, *written, caplog.text, output.out, output.err]:
        assert [secret for secret in SECRETS if secret in text] == []


def test_no_secret_hangs_on_a_log_in_that_broke_off(tmp_path: Path, clock: Hands) -> None:
    with (
        serving(hang_up) as server,
        pytest.raises(BrokenTransfer, match="broke off the log-in") as raised,
    ):
        fetch(server, tmp_path, clock)
    for text in everything_in(raised.value):
        assert [secret for secret in SECRETS if secret in text] == []


def everything_in(error: BaseException) -> list[str]:
    """An error as text, and every error behind it with the request that an HTTP library may have hung on it."""
    found = ["".join(traceback.format_exception(error)), repr(error.__dict__)]
    for behind in (error.__cause__, error.__context__):
        if behind is not None:
            request = getattr(behind, "_request", None)
            found += [*everything_in(behind), *([] if request is None else [repr(request.headers.raw), repr(request.content)])]
    return found


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: gp((0,)), "catalogue number 0"),
        (lambda: gp(range(1, 700)), "leave them out"),
        (lambda: history(()), "expected catalogue numbers"),
        (lambda: history(stop="2026-04-01"), "a start before the stop"),
        (lambda: history(stop="2999-01-01"), "both in the past"),
        (lambda: SpaceTrack(()), "nothing to ask"),
        (lambda: SpaceTrack(base_url="http://www.space-track.org"), "https"),
    ],
)
def test_what_may_not_be_asked_is_refused_before_the_network(make: Callable[[], object], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        make()


def test_an_html_page_is_no_catalogue(tmp_path: Path, clock: Hands) -> None:
    with serving(space_track(say(HTML))) as server, pytest.raises(BrokenTransfer, match="HTML page came where OMM was expected"):
        fetch(server, tmp_path, clock)


def test_the_network_library_is_not_loaded_by_the_folder_source() -> None:
    code = "import hoshimori.sources.folder, sys; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0

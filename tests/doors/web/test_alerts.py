"""Alerts: what wakes somebody, once; how it leaves, when, signed; and when it is not said again."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_string, policy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hoshimori.doors.web import alert_sending, alerts
from hoshimori.doors.web.conditions import Conditions
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.settings_rows import AlertSettings, SourceSetting
from hoshimori.doors.web.world import World
from hoshimori.duty import Alert, Duty
from hoshimori.errors import BrokenTransfer, UsageError
from hoshimori.facts import DataMode
from hoshimori.findings import Reason
from tests.doors.web.listening import post_office, site

T0 = np.datetime64("2026-06-01T03:00:00", "us")  # noon in Tokyo
HOUR, DAY = np.timedelta64(1, "h"), np.timedelta64(1, "D")
SECRET = "a secret of the tests, long enough"


def state(*reasons: dict[str, Any], name: str = "JCSAT-5A") -> dict[str, Any]:
    return {"asset": "jcsat-5a", "norad_id": 29045, "name": name, "state": "attention", "reasons": list(reasons)}


def stay(when: str = "2026-05-30T00:00:00.000000Z", other: str = "90001", **more: Any) -> dict[str, Any]:
    return {"code": "stay", "other": other, "km": 12.5, "sigma_km": 0.5, "label": "parking", "when": when, **more}


def sweep(*states: dict[str, Any], modes: tuple[str, ...] = ("REAL",)) -> dict[str, Any]:
    return {"watchlist": "japan-comms", "as_of": "2026-06-01T03:00:00.000000Z", "data_modes": list(modes), "states": list(states)}


@pytest.fixture
def duty(tmp_path: Path) -> Iterator[Duty]:
    book = Duty(tmp_path / "home", clock=lambda: T0)
    yield book
    book.close()


@pytest.fixture
def raised(duty: Duty) -> Alert:
    return alerts.raise_findings(duty, sweep(state(stay())), [])[0]


def test_one_matter_alerts_once_however_often_it_is_swept(duty: Duty) -> None:
    event = {
        "id": "ab",
        "kind": "stay",
        "subject": "29045",
        "others": ["90001"],
        "normal": False,
        "start": "x",
        "label": "parking",
    }
    first = alerts.raise_findings(duty, sweep(state(stay())), [event], lambda numbers: dict.fromkeys(numbers, "VISITOR"))[0]
    moved = alerts.raise_findings(duty, sweep(state(stay("2026-05-30T05:00:00.000000Z"))), [event])[0]
    assert (moved.alert_id, moved.count) == (first.alert_id, 2)
    assert first.record["events"] == ["ab"]
    other = alerts.raise_findings(duty, sweep(state(stay(other="90002"))), [])[0]
    weeks_later = alerts.raise_findings(duty, sweep(state(stay("2026-06-20T00:00:00.000000Z"))), [])[0]
    assert len({first.alert_id, other.alert_id, weeks_later.alert_id}) == 3
    assert "VISITOR (90001): parking" in alerts.text(first, "en")
    assert "VISITOR" in alerts.text(first, "ja")
    assert alerts.text(first, "ja") != alerts.text(first, "en")


def test_what_has_no_moment_is_one_matter_too(duty: Duty) -> None:
    old = {"code": "newest set is old", "days": 6.0}
    first = alerts.raise_findings(duty, sweep(state(old)), [])[0]
    assert alerts.raise_findings(duty, sweep(state({**old, "days": 7.0})), [])[0].alert_id == first.alert_id
    assert duty.alerts().total == 1


@pytest.mark.parametrize(
    ("reason", "severity"),
    [
        (Reason("stay", {"other": "1"}), "warning"),
        (Reason("stay", {"other": "1", "explained_by": "declared co-located"}), "info"),
        (Reason("conjunction message", {"p": 2e-4}), "critical"),
        (Reason("conjunction", {"p": 1e-9, "maximum": 2e-6}), "warning"),
        (Reason("conjunction", {"p": 1e-9}), "info"),
        (Reason("conjunction", {}), "warning"),
        (Reason("decayed", {"date": "2026"}), "critical"),
        (Reason("manoeuvre", {}), "info"),
        (Reason("event", {"kind": "breakup"}), "critical"),
        (Reason("event", {"kind": "another's own"}), "info"),
        (Reason("another's own reason", {}), "warning"),
    ],
)
def test_how_grave_a_reason_is(reason: Reason, severity: str) -> None:
    assert alerts.severity_of(reason) == severity


def test_what_happens_to_no_asset_of_the_list_alerts_by_its_kind(duty: Duty) -> None:
    event = {
        "id": "ab",
        "kind": "breakup",
        "subject": "13552",
        "others": [],
        "normal": False,
        "label": "x",
        "start": "2026-05-30T00:00:00Z",
    }
    quiet = [{**event, "kind": "pattern"}, {**event, "normal": True}, {**event, "subject": "29045"}]
    found = alerts.raise_findings(duty, sweep(state(), modes=("REAL", "EXERCISE")), [event, *quiet])
    assert [(a.subject, a.severity, a.record["data_mode"]) for a in found] == [("13552", "critical", "EXERCISE")]


def test_a_condition_of_the_service_alerts_once_while_it_stands(duty: Duty, tmp_path: Path) -> None:
    conditions = Conditions(duty, tmp_path, lambda: T0)
    conditions.put("source-down", {"geo": "down"})
    conditions.put("no-data")
    assert [a.code for a in alerts.raise_conditions(duty, conditions)] == ["source-down"]
    conditions.put("source-down", {"geo": "still down"})
    assert alerts.raise_conditions(duty, conditions) == []
    conditions.clear("source-down")
    later = Conditions(duty, tmp_path, lambda: T0 + DAY)
    later.put("source-down")
    assert len(alerts.raise_conditions(duty, later)) == 1
    assert alerts.text(duty.alerts().rows[0], "ja").startswith("情報源が応答しません")


def webhook(url: str, **more: Any) -> AlertSettings:
    return AlertSettings(webhook_url=f"{url}/hook?x=1", webhook_secret=SECRET, **more)


def duties(tmp_path: Path, settings: AlertSettings, **more: Any) -> Duties:
    return Duties(home=tmp_path / "home", party="JPN", alerts=settings, **more)


@pytest.mark.usefixtures("raised")
def test_a_webhook_is_signed_and_each_alert_goes_once(duty: Duty, tmp_path: Path) -> None:
    with site((204, b"")) as web:
        told = duties(tmp_path, webhook(web.url))
        assert alert_sending.send(duty, told, "webhook", T0)["sent"] == 1
        assert alert_sending.send(duty, told, "webhook", T0 + HOUR)["sent"] == 0
    assert len(web.heard) == 1
    one = web.heard[0]
    signed = one.headers["x-hoshimori-timestamp"].encode() + b"." + one.body
    expected = "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert one.headers["x-hoshimori-signature"] == expected
    assert one.headers["x-hoshimori-timestamp"] == "1780282800"
    body = json.loads(one.body)
    assert body["schema"] == "hoshimori.alerts/1"
    assert body["delivery"] == one.headers["x-hoshimori-delivery"]
    alert = body["alerts"][0]
    assert (alert["severity"], alert["subject"], alert["data_mode"], alert["marking"]) == (
        "warning",
        "29045",
        "REAL",
        {"tlp": "CLEAR"},
    )
    assert alert["raised"] == "2026-06-01T03:00:00.000000Z"
    assert alert["raised_jst"] == "2026-06-01 12:00 JST"
    assert set(alert["text"]) == {"en", "ja"}
    assert SECRET.encode() not in one.body


def test_what_nobody_acknowledged_is_said_again_and_what_somebody_did_is_not(duty: Duty, tmp_path: Path, raised: Alert) -> None:
    with site((200, b"")) as web:
        told = duties(tmp_path, webhook(web.url, repeat_s=3600))

        def sent(hours: float) -> Any:
            return alert_sending.send(duty, told, "webhook", T0 + np.timedelta64(round(hours * 60), "m"))["sent"]

        assert [sent(0), sent(0.9), sent(1.1), sent(1.2)] == [1, 0, 1, 0]
        assert sent(-48) == 1  # the clock went back by days: said once more, and then not each second
        assert sent(-47.9) == 0
        duty.acknowledge(raised.alert_id, by="Sato")
        assert sent(9) == 0


def test_what_became_graver_is_said_at_once(duty: Duty, tmp_path: Path, raised: Alert) -> None:
    with site((200, b"")) as web:
        told = duties(tmp_path, webhook(web.url))
        assert alert_sending.send(duty, told, "webhook", T0)["sent"] == 1
        duty.alert(raised.key, severity="critical", code="stay", subject="29045", record=raised.record)
        assert alert_sending.send(duty, told, "webhook", T0 + HOUR)["sent"] == 1
        assert alert_sending.send(duty, told, "webhook", T0 + HOUR)["sent"] == 0


@pytest.mark.parametrize(
    ("start", "end", "zone", "hushed"),
    [
        ("11:00", "13:00", "Asia/Tokyo", True),
        ("22:00", "07:00", "Asia/Tokyo", False),
        ("22:00", "07:00", "UTC", True),
        ("22:00", "03:00", "UTC", False),
        ("12:00", "12:01", "Asia/Tokyo", True),
        ("22:00", "23:30", "America/New_York", True),  # 23:00 there, with summer time
        ("", "", "Asia/Tokyo", False),
    ],
)
def test_quiet_hours_are_those_of_the_reader(start: str, end: str, zone: str, hushed: bool) -> None:
    assert alert_sending.quiet(AlertSettings(quiet_start=start, quiet_end=end, quiet_zone=zone), T0) is hushed


def test_in_quiet_hours_only_what_is_critical_leaves(duty: Duty, tmp_path: Path, raised: Alert) -> None:
    settings = webhook("http://127.0.0.1:1", quiet_start="11:00", quiet_end="13:00")
    assert alert_sending.due(duty, settings, "webhook", T0) == []
    duty.alert("k", severity="critical", code="decayed", subject="1", record={})
    assert [a.code for a in alert_sending.due(duty, settings, "webhook", T0)] == ["decayed"]
    assert [a.code for a in alert_sending.due(duty, settings, "webhook", T0 + HOUR)] == ["stay", "decayed"]  # the oldest first
    loud = replace(settings, min_severity="critical")
    assert [a.code for a in alert_sending.due(duty, loud, "webhook", T0 + HOUR)] == ["decayed"]


@pytest.mark.usefixtures("raised")
@pytest.mark.parametrize("status", [302, 400, 500, 0])
def test_a_webhook_that_does_not_take_it_leaves_it_to_be_sent(duty: Duty, tmp_path: Path, status: int) -> None:
    with site((status or 200, b"")) as web:
        url = web.url
        if status:
            with pytest.raises(BrokenTransfer, match=f"answered {status}") as told:
                alert_sending.send(duty, duties(tmp_path, webhook(url)), "webhook", T0)
            assert "/hook" not in str(told.value)  # the address may hold a key of the receiver
            assert SECRET not in str(told.value)
            assert len(web.heard) == 1
    if not status:  # nobody is there any more
        with pytest.raises(BrokenTransfer, match="ConnectError"):
            alert_sending.send(duty, duties(tmp_path, webhook(url)), "webhook", T0)
    assert alert_sending.due(duty, webhook(url), "webhook", T0) != []


@pytest.mark.usefixtures("raised")
def test_a_letter_says_it_in_both_languages_and_that_it_is_not_real(duty: Duty, tmp_path: Path) -> None:
    with post_office() as post:
        settings = AlertSettings(
            mail_to=("watch@example.test",), mail_from="hm@example.test", smtp_host="127.0.0.1", smtp_port=post.port
        )
        told = duties(tmp_path, settings, modes=(DataMode.EXERCISE,))
        assert alert_sending.send(duty, told, "mail", T0)["sent"] == 1
        post.refuse = True
        duty.alert("k", severity="critical", code="decayed", subject="1", record={})
        with pytest.raises(BrokenTransfer, match="SMTPRecipientsRefused") as refused:
            alert_sending.send(duty, told, "mail", T0)
        assert "watch@example.test" not in str(refused.value)
    letter = message_from_string(post.letters[0], policy=policy.default)
    assert letter["Subject"] == "[EXERCISE] hoshimori: 1 (warning)"
    assert letter["To"] == "watch@example.test"
    text = letter.get_body().get_content()  # type: ignore[union-attr]
    for wanted in ("NOT REAL", "実際の事象ではありません", "JCSAT-5A (29045)", "parking", "12:00 JST", "TLP:CLEAR", "了承"):
        assert wanted in text


def test_a_name_with_line_ends_cannot_write_headers(duty: Duty, tmp_path: Path) -> None:
    alerts.raise_findings(duty, sweep(state(stay(), name="A\r\nBcc: all@example.test\r\n\r\n<script>")), [])
    told = duties(tmp_path, AlertSettings())
    body = alert_sending.body(duty.alerts().rows, told, T0)
    settings = AlertSettings(mail_to=("a@example.test",), mail_from="b@example.test", smtp_host="x")
    letter = alert_sending.letter(settings, body, "d", T0)
    assert letter["Bcc"] is None
    assert letter["Subject"] == "hoshimori: 1 (warning)"


def test_what_the_party_may_not_read_does_not_leave(duty: Duty, tmp_path: Path) -> None:
    closed = {"tlp": "RED", "releasable_to": ["USA"]}
    duty.alert("k", severity="critical", code="x", subject="secret subject", record={"marking": closed})
    body = alert_sending.body(duty.alerts().rows, duties(tmp_path, AlertSettings()), T0)
    assert body["alerts"] == [{"withheld": {"marking": closed}}]
    assert "secret subject" not in json.dumps(body)


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook_url": "http://example.test/x", "webhook_secret": SECRET},
        {"webhook_url": "https://user:secret@example.test/x", "webhook_secret": SECRET},
        {"webhook_url": "https://example.test/x", "webhook_secret": "short"},
        {"mail_to": ["a@example.test"]},
        {"mail_to": ["a@example.test\nBcc: b@c"], "mail_from": "b@example.test", "smtp_host": "x"},
        {"min_severity": "loud"},
        {"quiet_start": "22:00"},
        {"quiet_start": "22:00", "quiet_end": "25:00"},
        {"quiet_zone": "Mars/Olympus"},
        {"quiet_zone": "../../etc/passwd"},
        {"repeat_s": 1},
        {"no_such": 1},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as told:
        AlertSettings.from_json(wrong)
    assert SECRET not in str(told.value)
    assert "secret@" not in str(told.value)


def test_the_tables_of_a_service_become_duties(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET + "\n")
    world = World(tmp_path, "JPN", modes=(DataMode.EXERCISE,), as_of="data", practice=True)
    floor = {
        "schedule": {"sweep_every_s": 900, "replay_days": 3},
        "source": [{"kind": "folder", "name": "inbox", "every_s": 60, "options": {"path": "/x"}}],
        "alerts": {"min_severity": "critical", "quiet_start": "22:00", "quiet_end": "07:00"},
        "webhook": {"url": "https://example.test/x", "secret_file": str(tmp_path / "key")},
        "mail": {"to": ["a@example.test"], "from": "b@example.test", "host": "localhost", "port": 2525},
    }
    told = Duties.of(world, floor, workers=2)
    assert (told.sweep_every_s, told.replay_days, told.workers, told.as_of, told.practice) == (900, 3, 2, "data", True)
    assert told.sources == (SourceSetting("folder", "inbox", 60, {"path": "/x"}),)
    assert (told.alerts.webhook_secret, told.alerts.smtp_port) == (SECRET, 2525)
    assert Duties.from_json(json.loads(json.dumps(told.to_json()))) == told
    assert SECRET not in repr(told)


@pytest.mark.parametrize(
    "floor",
    [
        {"schedule": {"sweep_every_s": 7200}},
        {"schedule": {"often": 1}},
        {"schedule": 5},
        {"source": [{"kind": "folder"}]},
        {"source": [{"kind": "folder", "name": "a/b"}]},
        {"source": [{"kind": "folder", "name": "a"}, {"kind": "folder", "name": "a"}]},
        {"source": [{"kind": "folder", "name": "a", "every_s": 1}]},
        {"sources": []},
        {"webhook": {"link": "x"}},
        {"webhook": {"url": "https://example.test", "secret_file": "/no/such/file"}},
        {"mail": {"to": 5}},
    ],
)
def test_tables_that_cannot_be_meant_are_refused(tmp_path: Path, floor: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Duties.of(World(tmp_path, "JPN"), floor)

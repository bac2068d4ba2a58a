"""How alerts leave the service: a signed webhook, an e-mail; not in quiet hours, not what somebody has acknowledged.

All that is due leaves in one message. What cannot leave is tried again by its job, later and later. No secret and no address of
a person is ever part of an error or a log line.
"""

from __future__ import annotations

import hashlib
import hmac
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import numpy as np

from hoshimori import __version__
from hoshimori.doors.web import policy
from hoshimori.doors.web.alerts import text
from hoshimori.doors.web.duties import Duties
from hoshimori.doors.web.settings_rows import LOOPBACK, SEVERITIES, AlertSettings
from hoshimori.doors.words import JST, minute
from hoshimori.duty import Alert, Duty
from hoshimori.errors import BrokenTransfer
from hoshimori.findings import canonical_json, iso

AT_ONCE = 100
PATIENCE_S = 10.0


def ways(settings: AlertSettings) -> list[str]:
    return [how for how, there in (("webhook", settings.webhook_url), ("mail", settings.mail_to)) if there]


def due(duty: Duty, settings: AlertSettings, how: str, now: np.datetime64) -> list[Alert]:
    """What should leave this way now, the oldest first: loud, not acknowledged, not said a while ago, not in quiet hours."""
    least = SEVERITIES.index(settings.min_severity)
    hushed = quiet(settings, now)
    chosen = [
        a
        for a in duty.alerts(open_only=True, limit=1000).rows
        if SEVERITIES.index(a.severity) >= least
        and (a.severity == "critical" or not hushed)
        and _again(a, how, now, settings.repeat_s)
    ]
    return chosen[::-1][:AT_ONCE]


def _again(alert: Alert, how: str, now: np.datetime64, repeat_s: float) -> bool:
    """Never said this way, or long ago, or less gravely. A time of saying that lies ahead was written by a wrong clock."""
    said = [s for s in alert.sent if s.get("how") == how]
    if not said or SEVERITIES.index(alert.severity) > max(SEVERITIES.index(s["severity"]) for s in said):
        return True
    ago_s = (now - np.datetime64(str(said[-1]["at"]).rstrip("Z"), "us")) / np.timedelta64(1, "s")
    return bool(ago_s >= repeat_s or ago_s < -60.0)


def quiet(settings: AlertSettings, now: np.datetime64) -> bool:
    """Is it quiet time where the reader is?"""
    if not settings.quiet_start:
        return False
    local = _python(now).astimezone(ZoneInfo(settings.quiet_zone))
    at, start, end = f"{local:%H:%M}", settings.quiet_start, settings.quiet_end
    return start <= at < end if start < end else (at >= start or at < end)


def send(duty: Duty, duties: Duties, how: str, now: np.datetime64) -> Mapping[str, Any]:
    """Send what is due, and note on each alert that it went. BrokenTransfer where it could not go."""
    settings = duties.alerts
    chosen = due(duty, settings, how, now)
    if not chosen:
        return {"sent": 0}
    message = body(chosen, duties, now)
    delivery = hashlib.sha256(canonical_json([[a.alert_id, a.severity, len(a.sent)] for a in chosen])).hexdigest()[:32]
    if how == "webhook":
        post(settings, canonical_json({**message, "delivery": delivery}), delivery, now)
    else:
        mail(settings, message, delivery, now)
    for alert in chosen:
        duty.sent(alert.alert_id, {"how": how, "at": iso(now), "severity": alert.severity, "delivery": delivery})
    return {"sent": len(chosen), "delivery": delivery}


def body(chosen: Sequence[Alert], duties: Duties, now: np.datetime64) -> dict[str, Any]:
    """What leaves, as the service's own party may read it."""
    rows = [policy.shown(row(a), duties.party or None) for a in chosen]
    modes = sorted({m.name for m in duties.modes})
    return {"schema": "hoshimori.alerts/1", "at": iso(now), "data_modes": modes, "alerts": rows}


def row(alert: Alert) -> dict[str, Any]:
    """One alert with its text in both languages."""
    record = dict(alert.record)
    return {
        "id": alert.alert_id,
        "severity": alert.severity,
        "code": alert.code,
        "subject": alert.subject,
        "text": {lang: text(alert, lang) for lang in ("en", "ja")},
        "raised": iso(alert.raised_utc),
        "raised_jst": f"{minute(alert.raised_utc + JST)} JST",
        "last": iso(alert.last_utc),
        "count": alert.count,
        "data_mode": record.get("data_mode"),
        "marking": record.get("marking", {"tlp": "CLEAR"}),
        "record": record,
    }


def signature(secret: str, timestamp: str, content: bytes) -> str:
    """HMAC-SHA-256 over the time, a dot and the body, so that an old message cannot be sent again later.

    >>> signature("0123456789abcdef", "1700000000", b"{}")[:23]
    'sha256=...'
    """
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + content, hashlib.sha256).hexdigest()


def post(settings: AlertSettings, content: bytes, delivery: str, now: np.datetime64) -> None:
    """One signed message. Anything but an answer of 2xx is BrokenTransfer; a redirect is not followed."""
    stamp = str(int(now.astype("datetime64[s]").astype(np.int64)))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"hoshimori/{__version__}",
        "X-Hoshimori-Timestamp": stamp,
        "X-Hoshimori-Delivery": delivery,
        "X-Hoshimori-Signature": signature(settings.webhook_secret, stamp, content),
    }
    host = urlsplit(settings.webhook_url).hostname or ""
    status, failure = 0, ""
    try:
        with httpx.Client(timeout=PATIENCE_S, follow_redirects=False, trust_env=host not in LOOPBACK) as web:
            status = web.post(settings.webhook_url, content=content, headers=headers).status_code
    except httpx.HTTPError as error:
        failure = type(error).__name__
    if failure:
        raise BrokenTransfer(f"webhook at {host}: {failure}")
    if not 200 <= status < 300:
        raise BrokenTransfer(f"webhook at {host}: answered {status}, expected 2xx")


def mail(settings: AlertSettings, message: Mapping[str, Any], delivery: str, now: np.datetime64) -> None:
    """One e-mail, encrypted on the way where the server offers it."""
    note = letter(settings, message, delivery, now)
    failure = ""
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE_S) as server:
            if server.has_extn("starttls") or ("starttls" in server.ehlo()[1].decode("ascii", "replace").lower()):
                server.starttls(context=ssl.create_default_context())
            server.send_message(note, from_addr=settings.mail_from, to_addrs=list(settings.mail_to))
    except (OSError, smtplib.SMTPException) as error:
        failure = type(error).__name__
    if failure:
        raise BrokenTransfer(f"mail by {settings.smtp_host}:{settings.smtp_port}: {failure}")


def letter(settings: AlertSettings, message: Mapping[str, Any], delivery: str, now: np.datetime64) -> EmailMessage:
    """English, then Japanese; the mode of the data and every marking in sight."""
    alerts = message["alerts"]
    modes = [m for m in message["data_modes"] if m != "REAL"]
    shown = [a for a in alerts if "withheld" not in a]
    worst = max((a["severity"] for a in shown), key=SEVERITIES.index, default="info")
    head = "".join(f"[{m}] " for m in modes)
    note = EmailMessage()
    note["Subject"] = f"{head}hoshimori: {len(alerts)} ({worst})"
    note["From"] = settings.mail_from
    note["To"] = ", ".join(settings.mail_to)
    note["Date"] = format_datetime(_python(now))
    note["Message-ID"] = f"<{delivery}@hoshimori.invalid>"
    lines = [f"{m}: NOT REAL / 実際の事象ではありません" for m in modes]
    for lang, title in (("en", "hoshimori: please look and acknowledge"), ("ja", "星守:確認して了承してください")):
        lines += ["", title]
        for a in shown:
            when = f"{a['raised'][:16].replace('T', ' ')} UTC / {a['raised_jst']}"
            marks = " ".join(x for x in (f"TLP:{a['marking']['tlp']}", a["data_mode"] or "") if x)
            lines.append(f"- [{a['severity']}] {a['text'][lang]} ({when}; x{a['count']}; {marks})")
    note.set_content("\n".join(lines).strip() + "\n")
    return note


def _python(t: np.datetime64) -> datetime:
    us = int(t.astype("datetime64[us]").astype(np.int64))
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)

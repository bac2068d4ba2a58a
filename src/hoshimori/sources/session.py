"""A log-in at Space-Track: made when needed, reused while it lasts, kept in memory and never shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import numpy as np

from hoshimori.errors import BrokenTransfer, ProviderRefused
from hoshimori.sources.clock import since_s
from hoshimori.sources.credentials import Credentials
from hoshimori.sources.http import Unreachable

LOGIN = "/ajaxauth/login"
LASTS_S = 110 * 60.0
"""A session lasts about two hours; it is renewed a little before."""


class _NoHeaders(logging.Filter):
    """httpcore writes whole response headers, cookies included, when somebody turns debug logging on: those lines are dropped."""

    def filter(self, record: logging.LogRecord) -> bool:
        return "headers" not in record.getMessage()


_NO_HEADERS = _NoHeaders()


@dataclass
class Session:
    """The one thing here that changes: the cookie of the last log-in and its moment."""

    _cookies: httpx.Cookies = field(default_factory=httpx.Cookies, repr=False)
    _since_utc: np.datetime64 | None = field(default=None, repr=False)
    _secrets: tuple[bytes, ...] = field(default=(), repr=False)

    def use(
        self, web: httpx.Client, credentials: Callable[[], Credentials], now: np.datetime64, before_request: Callable[[], None]
    ) -> None:
        """Make `web` known: with the cookie at hand, or with a new log-in. Raises CredentialsMissing, ProviderRefused."""
        for carrier in ("httpcore.http11", "httpcore.http2"):
            logging.getLogger(carrier).addFilter(_NO_HEADERS)
        if since_s(self._since_utc, now) >= LASTS_S:
            who = credentials()
            self._secrets = (who.identity.encode(), who.password.encode())
            before_request()
            self._cookies = _log_in(web, who)
            self._secrets += tuple(cookie.value.encode() for cookie in self._cookies.jar if cookie.value)
            self._since_utc = now
        web.cookies.update(self._cookies)

    def forget(self) -> None:
        self._since_utc = None

    def scrubbed(self, text: bytes) -> bytes:
        """`text` without identity, password or cookie, should a page repeat one."""
        for secret in self._secrets:
            text = text.replace(secret, b"***")
        return text


def _log_in(web: httpx.Client, who: Credentials) -> httpx.Cookies:
    """The cookies of a new session. A wrong password is answered with status 200 and {"Login":"Failed"}.

    Failures are raised outside the handler: an httpx error carries its request, and with it the password.
    """
    url = str(web.base_url.join(LOGIN))
    status, said, failure = 0, b"", ""
    try:
        response = web.post(LOGIN, data={"identity": who.identity, "password": who.password})
        status, said = response.status_code, response.content
    except httpx.ConnectError:
        failure = "cannot be reached"
    except httpx.TransportError as error:
        failure = f"broke off the log-in ({type(error).__name__})"
    if failure == "cannot be reached":
        raise Unreachable(f"{web.base_url.host} {failure}: check the network")
    if failure:
        raise BrokenTransfer(f"{web.base_url.host} {failure}; nothing was asked, try later")
    if status != 200 or b"Failed" in said or not len(web.cookies):
        raise ProviderRefused(
            f"spacetrack refused the log-in (status {status}): check identity and password on its site, then clear the stop "
            "(`hoshimori doctor` shows it); repeated wrong log-ins lock the account",
            status=status,
            url=url,
        )
    return web.cookies

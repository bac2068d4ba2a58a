"""Who may come in: API tokens, sessions and one-time addresses; the book keeps their digests, never themselves.

A session and a one-time address are notes of the duty book, so they survive a restart and are gone when they are taken back.
Where the book cannot be written (a full disk) a session lives in this process alone: people must still see what is wrong.
"""

from __future__ import annotations

import getpass
import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from hoshimori.doors.web.principal import ROLES, Principal
from hoshimori.doors.web.problems import Unauthenticated
from hoshimori.duty import Duty, Token
from hoshimori.errors import HoshimoriError, UsageError
from hoshimori.findings import iso
from hoshimori.ledger.home import now_utc

PREFIX = "hm_"
"""Of every API token, so that a scanner of secrets knows one."""
ONE_TIME_S = 600
SESSION_S = 12 * 3600
FRESH_S = 2.0
AGING = 0.5
"""From this part of that time on one looks again, while others go on with what was found."""
"""How long a look into the book is believed: a token that another process takes back works no longer than this."""
LOCAL_ROLES = frozenset({"analyst", "signer", "admin"})
_KEPT = 4096


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def csrf(cookie: str) -> str:
    """What a page must send back with each write: known to whoever holds the cookie, and to no other page."""
    return hashlib.sha256(b"hoshimori csrf\0" + cookie.encode()).hexdigest()[:32]


class People:
    """The people of one service. party: that of the local user, asked each time. Used from several threads."""

    def __init__(self, book: Duty, party: Callable[[], str]) -> None:
        self.book = book
        self._party = party
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, tuple[float, Principal]] = OrderedDict()
        self._own: dict[str, dict[str, Any]] = {}
        self._used: dict[str, float] = {}

    # one-time addresses
    def one_time(self) -> str:
        """A token that opens one session of the local user, once, within ten minutes."""
        token = secrets.token_urlsafe(32)
        self._put(f"login:{digest(token)}", {"expires": _after(ONE_TIME_S)})
        return token

    def exchange(self, token: str) -> tuple[str, Principal]:
        """The cookie of a new session for a one-time token or an API token. Unauthenticated where it opens nothing."""
        with self._lock:
            name = f"login:{digest(token)}"
            note = self._note(name)
            if note is not None:
                self._put(name, None)
        if note is not None:
            if _over(str(note["expires"])):
                raise Unauthenticated("this one-time address has expired: hoshimori token login prints a new one")
            own = self.local()
            return self.enter(own), own
        found = self.by_token(token)
        return self.enter(found, token_sha256=digest(token)), found

    def local(self) -> Principal:
        return Principal(_user(), self._party(), LOCAL_ROLES, "local")

    # sessions
    def enter(self, principal: Principal, *, seconds: float = SESSION_S, token_sha256: str = "") -> str:
        """The cookie of a new session. token_sha256: of the API token that opened it; taken back, the session is over too."""
        self._forget_old()
        cookie = secrets.token_urlsafe(32)
        record = {"name": principal.name, "party": principal.party, "roles": sorted(principal.roles), "via": principal.via}
        self._put(f"session:{digest(cookie)}", {**record, "expires": _after(seconds), "token": token_sha256})
        return cookie

    def by_cookie(self, cookie: str) -> Principal:
        """Who holds this session. Unauthenticated where it is none, or is over."""
        return self._looked_up(f"session:{digest(cookie)}", self._session)

    def leave(self, cookie: str) -> None:
        self._put(f"session:{digest(cookie)}", None)
        with self._lock:
            self._seen.pop(f"session:{digest(cookie)}", None)

    def _session(self, name: str) -> Principal:
        note = self._note(name)
        if note is None or _over(str(note["expires"])):
            raise Unauthenticated("this session is over: log in again")
        if note["via"] == "local":
            return self.local()
        if note.get("token"):
            return replace(self._token(f"token:{note['token']}"), via="session")
        return Principal(str(note["name"]), note["party"], frozenset(note["roles"]) & set(ROLES), "session")

    # API tokens
    def make_token(self, name: str, party: str | None, roles: Iterable[str], days: float) -> tuple[str, Token]:
        """A new API token, and its row. The token is shown now and never again."""
        chosen = frozenset(roles)
        if not chosen or chosen - set(ROLES):
            raise UsageError(f"roles {', '.join(sorted(chosen)) or '(none)'}: expected some of {', '.join(ROLES)}")
        if not name.strip() or not name.isprintable():
            raise UsageError(f"name {name!r}: expected the name of who uses the token, printable")
        if party is not None and not (len(party) == 3 and party.isascii() and party.isalpha() and party.isupper()):
            raise UsageError(f"party {party!r}: expected ISO 3166-1 alpha-3 in capitals, such as JPN")
        if not 0 < days <= 3660:
            raise UsageError(f"days {days}: expected more than 0 and at most 3660")
        token = PREFIX + secrets.token_urlsafe(32)
        expires = now_utc() + np.timedelta64(int(days * 86400), "s")
        return token, self.book.add_token(digest(token), name, party, chosen, expires)

    def tokens(self) -> list[Token]:
        return self.book.tokens()

    def revoke(self, token_id: str) -> Token | None:
        gone = self.book.revoke_token(token_id)
        with self._lock:
            self._seen.clear()
        return gone

    def by_token(self, token: str) -> Principal:
        """Whose API token this is. Unauthenticated where it is none, expired or taken back."""
        return self._looked_up(f"token:{digest(token)}", self._token)

    def _token(self, name: str) -> Principal:
        row = self.book.token(name.removeprefix("token:"))
        if row is None or not np.isnat(row.revoked_utc) or row.expires_utc <= now_utc():
            raise Unauthenticated("this token is not known, has expired or was taken back")
        self._note_use(row.token_id)
        return Principal(row.name, row.party, row.roles & set(ROLES), "token")

    def _note_use(self, token_id: str) -> None:
        now = time.monotonic()
        if now - self._used.get(token_id, -1e9) < 60.0:
            return
        self._used[token_id] = now
        try:
            self.book.used_token(token_id)
        except HoshimoriError:
            return  # when it was used last is worth less than the answer

    # the book, remembered for a moment
    def _looked_up(self, name: str, look: Callable[[str], Principal]) -> Principal:
        now = time.monotonic()
        with self._lock:
            held = self._seen.get(name)
        if held is not None and now - held[0] < AGING * FRESH_S:
            return held[1]
        try:
            found = look(name)
        except Unauthenticated:
            with self._lock:
                self._seen.pop(name, None)
            raise
        with self._lock:
            self._seen[name] = (now, found)
            self._seen.move_to_end(name)
            while len(self._seen) > _KEPT:
                self._seen.popitem(last=False)
        return found

    def known(self, name: str) -> tuple[Principal | None, bool]:
        """Who was found under "session:SHA" or "token:SHA" a moment ago, the book unread; is it time to look again?"""
        held = self._seen.get(name)
        age_s = time.monotonic() - held[0] if held is not None else FRESH_S
        return held[1] if held is not None and age_s < FRESH_S else None, age_s >= AGING * FRESH_S

    def _note(self, name: str) -> Mapping[str, Any] | None:
        return self._own.get(name) or self.book.note(name)

    def _put(self, name: str, value: dict[str, Any] | None) -> None:
        self._own.pop(name, None)
        try:
            self.book.put_note(name, value)
        except HoshimoriError:
            if value is None:
                raise
            self._own[name] = value

    def _forget_old(self) -> None:
        """Notes that are over are removed when a new session begins: they would stay for ever."""
        try:
            for name, note in [*self.book.notes("session:").items(), *self.book.notes("login:").items()]:
                if _over(str(note.get("expires", ""))):
                    self.book.put_note(name, None)
        except HoshimoriError:
            return


def _after(seconds: float) -> str:
    return iso(now_utc() + np.timedelta64(int(seconds * 1e6), "us"))


def _over(expires: str) -> bool:
    return expires <= iso(now_utc())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "local"

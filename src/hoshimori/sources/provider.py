"""One provider, asked politely: look in the diary, ask once, keep what came, and stop at the first refusal.

Everything that decides whether a request may leave lies on disk under one lock, so that ten processes are as polite as one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np

from hoshimori.errors import NothingFound, ProviderRefused, SourceError, TooSoon
from hoshimori.facts import Received
from hoshimori.findings import iso
from hoshimori.ports import Progress
from hoshimori.sources.answers import check_whole, excerpt, is_empty
from hoshimori.sources.clock import Clock, later, utc_now
from hoshimori.sources.diary import Diary, alone
from hoshimori.sources.home import sources_folder
from hoshimori.sources.http import PATIENT, Answer, Patience, Unreachable, client, download
from hoshimori.sources.rules import Rate, Rule
from hoshimori.sources.shelf import Copy, Shelf
from hoshimori.sources.stops import Stop, put_stop, refuse_if_stopped

LONGEST_NAP_S = 75.0
"""A wait up to this long is slept through; a longer one is refused with TooSoon. Our own choice: a minute and a little."""


@dataclass(frozen=True, slots=True)
class Query:
    """One question. `key` names its stored copy; `limit` names what its rule counts, which may span several questions.

    `after_failure_s`: how long a request that got no usable answer holds the next one back.
    """

    key: str
    path: str
    limit: str
    rule: Rule
    expects: str  # "csv" or "json"
    after_failure_s: float


def no_objection(_query: Query, _answer: Answer, _now: np.datetime64) -> None:
    """The judge of a provider whose answers mean what their status says."""


def no_sign_in(_web: httpx.Client, _before_request: Callable[[], None]) -> None:
    """The sign-in of a provider that asks for none."""


@dataclass(frozen=True)
class Provider:
    """What is asked of one provider goes through here.

    `judge` reads what the provider says in words and raises accordingly; `sign_in` makes a client known to it, and calls
    what it is given before each request of its own.
    """

    name: str
    base_url: str
    home: Path | None
    rates: tuple[Rate, ...] = ()
    judge: Callable[[Query, Answer, np.datetime64], None] = no_objection
    sign_in: Callable[[httpx.Client, Callable[[], None]], None] = no_sign_in
    patience: Patience = PATIENT
    clock: Clock = utc_now
    sleep: Callable[[float], None] = time.sleep

    @property
    def folder(self) -> Path:
        return sources_folder(self.home) / self.name

    @property
    def _diary(self) -> Diary:
        return Diary(self.folder)

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.folder / "copies", self.name)

    def ask(self, query: Query, progress: Progress) -> Received:
        """The answer to `query`: fresh where a rule allows to ask, else the stored copy.

        Raises TooSoon where neither is to be had, ProviderRefused, BrokenTransfer, NothingFound for an answer without a
        record, SourceError where `home` cannot be written.
        """
        try:
            with alone(self.folder):
                refuse_if_stopped(self.folder)
                received = self._stored_unless_due(query) or self._request(query, progress)
        except OSError as error:
            raise SourceError(f"{self.folder}: {error.strerror or error}; free the disk or set HOSHIMORI_HOME") from None
        if is_empty(received.content, query.expects):
            raise NothingFound(f"{self.name} has no record for {query.key}: check the group or the catalogue numbers")
        return received

    def _stored_unless_due(self, query: Query) -> Received | None:
        wait_s = self._diary.wait_s(query.limit, query.rule, self.clock())
        if wait_s <= LONGEST_NAP_S:
            self._nap(wait_s)
            return None
        found = self._shelf.find(query.key)
        if found is None:
            raise self._too_soon(query.key, wait_s)
        return found[1]

    def _too_soon(self, what: str, wait_s: float) -> TooSoon:
        when = (
            f"ask again after {iso(later(self.clock(), wait_s))[:19]}Z" if np.isfinite(wait_s) else "this may be asked once ever"
        )
        return TooSoon(f"{self.name} {what}: asked already, and no usable copy is stored; {when}", retry_after_s=wait_s)

    def _nap(self, wait_s: float) -> None:
        if wait_s > 0:
            self.sleep(wait_s)

    def _before_request(self) -> None:
        """Keep the provider's rates, and count one request."""
        wait_s = self._diary.rate_wait_s(self.rates, self.clock())
        if wait_s > LONGEST_NAP_S:
            raise TooSoon(f"{self.name}: the rate of requests is used up for {wait_s:.0f} s", retry_after_s=wait_s)
        self._nap(wait_s)
        self._diary.request(self.clock())

    def _request(self, query: Query, progress: Progress) -> Received:
        stored = self._shelf.find(query.key)
        with client(self.base_url, self.patience) as web:
            url = str(web.base_url.join(query.path))
            try:
                self.sign_in(web, self._before_request)
                answer = self._download(web, query, stored[0] if stored else None, progress)
                if answer.status == 304 and stored:
                    self._diary.answered(query.limit, self.clock())
                    return stored[1]
                return self._keep(query, url, answer)
            except ProviderRefused as refusal:
                put_stop(self.folder, Stop(self.name, refusal.status, refusal.url, str(refusal), iso(self.clock())))
                raise
            except NothingFound:
                self._diary.answered(query.limit, self.clock())
                raise
            except TooSoon as early:
                self._diary.hold(query.limit, self.clock(), early.retry_after_s)
                if stored:
                    return stored[1]
                raise

    def _download(self, web: httpx.Client, query: Query, copy: Copy | None, progress: Progress) -> Answer:
        self._before_request()
        self._diary.hold(query.limit, self.clock(), query.after_failure_s)
        known = {"If-None-Match": copy.etag, "If-Modified-Since": copy.last_modified} if copy else {}
        try:
            return download(
                web,
                query.path,
                headers={k: v for k, v in known.items() if v},
                patience=self.patience,
                counted=lambda done, total: progress(f"{self.name} {query.key}", done, total),
                before_resume=self._before_request,
            )
        except Unreachable:
            self._diary.release(query.limit)
            raise

    def _keep(self, query: Query, url: str, answer: Answer) -> Received:
        """Judge the answer; store it if it is sound."""
        self.judge(query, answer, self.clock())
        if answer.status != 200:
            raise refused(self.name, url, answer)
        check_whole(answer.content, query.expects, f"{self.name} {query.key}")
        now = self.clock()
        head = answer.headers
        sha256 = Received(url, answer.content, now, self.name).sha256
        media_type, etag, modified = (head.get(k, "") for k in ("Content-Type", "ETag", "Last-Modified"))
        received = self._shelf.put(query.key, Copy(url, iso(now), sha256, media_type, etag, modified), answer.content)
        self._diary.answered(query.limit, now)
        return received


def ask_each(provider: Provider, queries: Sequence[Query], progress: Progress) -> Iterator[Received]:
    """Ask every question; raise the first TooSoon or NothingFound only after the last. Anything worse is raised at once."""
    unanswered: list[TooSoon | NothingFound] = []
    for query in queries:
        try:
            received = provider.ask(query, progress)
        except (TooSoon, NothingFound) as missing:
            unanswered.append(missing)
        else:
            yield received
    if unanswered:
        raise unanswered[0]


def refused(provider: str, url: str, answer: Answer) -> ProviderRefused:
    """The refusal that an answer other than 200 or 304 is."""
    said = "an HTML page" if answer.content.lstrip()[:1] == b"<" else excerpt(answer.content)
    parts = [f"{provider} answered {answer.status} to {url}: {said or 'no text'}"]
    if answer.headers.get("Location"):
        parts.append(f"it points to {urlsplit(answer.headers['Location']).hostname or 'another page of its own'}, not followed")
    if answer.headers.get("Retry-After"):
        parts.append(f"it says to retry after {answer.headers['Retry-After'][:40]}")
    parts.append("it will not be asked again until you have looked and cleared the stop (`hoshimori doctor` shows it)")
    return ProviderRefused("; ".join(parts), status=answer.status, url=url)

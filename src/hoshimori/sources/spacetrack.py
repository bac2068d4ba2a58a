"""Space-Track: element sets, their history, the satellite catalogue and decays, for those who hold an account.

Keeps the published API guidelines: fewer than 30 requests a minute and 300 an hour, one session reused for two hours,
comma lists instead of one request per satellite, and each class no oftener than it may be asked. All of it is kept on disk,
except the session's cookie, which stays in memory. What comes from here must not be passed on without their agreement.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import numpy as np

from hoshimori.errors import NothingFound, UsageError
from hoshimori.facts import MAX_NORAD_ID, Received
from hoshimori.findings import iso
from hoshimori.ports import Progress, silent
from hoshimori.sources.answers import check_whole
from hoshimori.sources.clock import Clock, utc_now
from hoshimori.sources.credentials import Credentials, spacetrack_credentials
from hoshimori.sources.http import PATIENT, Answer, Patience, checked_base
from hoshimori.sources.provider import Provider, Query, ask_each, refused
from hoshimori.sources.rules import Rate, every, once_after, once_ever
from hoshimori.sources.session import Session

RATES = (Rate(29, 60.0), Rate(299, 3600.0))
HOURLY = every(3600.0, closed_minutes=frozenset({0, 30}))
DAILY = once_after(17)
WEEKLY = once_after(17, weekday=2)
AFTER_FAILURE_S = 3600.0
MOST_IDS = 500
"""Catalogue numbers in one comma list: 500 of nine digits keep the address below 5,100 characters."""

NO_RESULTS = b"NO RESULTS RETURNED"
ROOT = "/basicspacedata/query/class"


def gp(ids: Sequence[int] = ()) -> Query:
    """The newest element set of every object on orbit, or of those numbers, with an epoch of the last ten days. 1/h."""
    path = f"{ROOT}/gp{_numbers(ids)}/decay_date/null-val/epoch/%3Enow-10/orderby/norad_cat_id/format/json"
    return Query(f"gp{_numbers(ids)}", path, "gp", HOURLY, "json", AFTER_FAILURE_S)


def gp_history(ids: Sequence[int], start_utc: np.datetime64, stop_utc: np.datetime64, *, clock: Clock = utc_now) -> Query:
    """Every element set of those numbers with an epoch in [start, stop]. The same numbers and range: once ever."""
    start, stop = (t.astype("datetime64[us]") for t in (start_utc, stop_utc))
    if not ids:
        raise UsageError("gp_history: expected catalogue numbers; the history of everything may not be asked for")
    if not start < stop <= clock():
        raise UsageError(f"gp_history from {iso(start)} to {iso(stop)}: expected a start before the stop, and both in the past")
    span = f"{iso(start)[:19]}--{iso(stop)[:19]}"
    path = f"{ROOT}/gp_history{_numbers(ids)}/EPOCH/{span}/orderby/EPOCH/format/json"
    key = f"gp_history{_numbers(ids)} {span}"
    return Query(key, path, key, once_ever(), "json", AFTER_FAILURE_S)


def satcat(ids: Sequence[int] = ()) -> Query:
    """Names, owners, launch and decay of every object, or of those numbers. Once a day, after 17:00 UTC."""
    path = f"{ROOT}/satcat{_numbers(ids)}/orderby/NORAD_CAT_ID/format/json"
    return Query(f"satcat{_numbers(ids)}", path, "satcat", DAILY, "json", AFTER_FAILURE_S)


def decay() -> Query:
    """Decays from 60 days ago on, predicted ones included. Once a week, on Wednesdays after 17:00 UTC."""
    path = f"{ROOT}/decay/DECAY_EPOCH/%3Enow-60/orderby/NORAD_CAT_ID/format/json"
    return Query("decay", path, "decay", WEEKLY, "json", AFTER_FAILURE_S)


def _numbers(ids: Sequence[int]) -> str:
    """The part of an address that names objects: one comma list, "" for all."""
    numbers = sorted(set(ids))
    for number in numbers:
        if not 1 <= number <= MAX_NORAD_ID:
            raise UsageError(f"catalogue number {number}: expected 1 to {MAX_NORAD_ID}")
    if len(numbers) > MOST_IDS:
        raise UsageError(
            f"{len(numbers)} catalogue numbers: expected at most {MOST_IDS}; leave them out to ask for all in one query"
        )
    return "/NORAD_CAT_ID/" + ",".join(map(str, numbers)) if numbers else ""


@dataclass
class SpaceTrack:
    """The answers to `queries`, made by `gp`, `gp_history`, `satcat` and `decay`.

    Logs in only when a request must really be made. Between the permitted times the stored copy is handed on again.
    """

    queries: Sequence[Query] = field(default_factory=lambda: (gp(),))
    home: Path | None = None
    base_url: str = "https://www.space-track.org"
    patience: Patience = field(default=PATIENT, repr=False)
    credentials: Callable[[], Credentials] = field(default=spacetrack_credentials, repr=False)
    clock: Clock = field(default=utc_now, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    name: str = field(default="spacetrack", init=False)
    _session: Session = field(default_factory=Session, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        checked_base(self.base_url)
        if not self.queries:
            raise UsageError("nothing to ask Space-Track for: give queries, such as (gp(),)")

    def fetch(self, *, progress: Progress = silent) -> Iterator[Received]:
        provider = Provider(
            self.name,
            self.base_url,
            self.home,
            rates=RATES,
            judge=self._judge,
            sign_in=self._sign_in,
            patience=self.patience,
            clock=self.clock,
            sleep=self.sleep,
        )
        yield from ask_each(provider, self.queries, progress)

    def _sign_in(self, web: httpx.Client, before_request: Callable[[], None]) -> None:
        self._session.use(web, self.credentials, self.clock(), before_request)

    def _judge(self, query: Query, answer: Answer, _now: np.datetime64) -> None:
        """What Space-Track says in words: a broken limit may come as status 200 and an "error", not as a list of records."""
        if answer.status == 200 and answer.content.lstrip().startswith(NO_RESULTS):
            raise NothingFound(f"{self.name} has no record for {query.key}: check the catalogue numbers and the range")
        if answer.status == 200 and answer.content.lstrip()[:1] == b"[" and b'"error"' not in answer.content[:200]:
            return
        said = replace(answer, content=self._session.scrubbed(answer.content[:4096]))
        if answer.status == 200 and b'"error"' not in said.content:
            check_whole(said.content, query.expects, f"{self.name} {query.key}")
        self._session.forget()
        raise refused(self.name, self.base_url + query.path, said)

"""CelesTrak: public element sets by group or catalogue number, and the satellite catalogue (SATCAT).

Asks for OMM only: no two-line set exists for an object catalogued since July 2026. Keeps the usage policy of 2026-05-22:
https only, one download per update of two hours, stop at any answer other than 200 and let a person look.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from hoshimori.errors import NothingFound, TooSoon, UsageError
from hoshimori.facts import MAX_NORAD_ID, Received
from hoshimori.ports import Progress, silent
from hoshimori.sources.answers import excerpt
from hoshimori.sources.clock import Clock, moment, seconds, utc_now
from hoshimori.sources.http import PATIENT, Answer, Patience, checked_base
from hoshimori.sources.provider import Provider, Query, ask_each
from hoshimori.sources.rules import every

UPDATE_S = 2 * 3600.0
"""GP data is updated every two hours; one download per update (usage policy)."""

SATCAT_S = 24 * 3600.0
"""No figure is published for the whole SATCAT file: once a day is our own choice, on the polite side."""

AFTER_FAILURE_S = 600.0
"""After a broken transfer: our own choice, so that a restart loop asks six times an hour at most."""

MOST_IDS = 25
"""Catalogue numbers asked for one by one: our own choice; beyond it one group costs the provider less."""

NOT_UPDATED = re.compile(rb"GP data has not updated since your last successful\s+download")
LAST_DOWNLOAD = re.compile(rb"at (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC")
NO_SUCH_OBJECT = b"No GP data found"
NO_SUCH_QUERY = b"Invalid query"


@dataclass
class CelesTrak:
    """GP data of `groups` and of single `ids`, and with `satcat` the names and owners of every object.

    Each question is asked at most once per update, whichever process asks; in between its stored copy is handed on again.
    A question without an answer (TooSoon, NothingFound) does not keep the others back: the first such is raised at the end.
    """

    groups: Sequence[str] = ("geo",)
    ids: Sequence[int] = ()
    satcat: bool = False
    format: str = "csv"
    home: Path | None = None
    base_url: str = "https://celestrak.org"
    patience: Patience = field(default=PATIENT, repr=False)
    clock: Clock = field(default=utc_now, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    name: str = field(default="celestrak", init=False)

    def __post_init__(self) -> None:
        checked_base(self.base_url)
        if self.format not in ("csv", "json"):
            raise UsageError(f"format={self.format!r}: expected 'csv' or 'json'")
        for group in self.groups:
            if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", group):
                raise UsageError(f"CelesTrak group {group!r}: expected letters, digits and hyphens, such as 'geo'")
        for number in self.ids:
            if not 1 <= number <= MAX_NORAD_ID:
                raise UsageError(f"catalogue number {number}: expected 1 to {MAX_NORAD_ID}")
        if len(set(self.ids)) > MOST_IDS:
            raise UsageError(f"{len(set(self.ids))} catalogue numbers: expected at most {MOST_IDS}; ask for a group instead")
        if not self.queries():
            raise UsageError("nothing to ask CelesTrak for: give groups, ids or satcat=True")

    def queries(self) -> list[Query]:
        asked = [f"GROUP={g}" for g in dict.fromkeys(self.groups)] + [f"CATNR={n}" for n in dict.fromkeys(self.ids)]
        rule, form = every(UPDATE_S), self.format
        every_two_hours = [
            Query(f"gp {q}", f"/NORAD/elements/gp.php?{q}&FORMAT={form}", f"gp {q}", rule, form, AFTER_FAILURE_S) for q in asked
        ]
        names = Query("satcat", "/pub/satcat.csv", "satcat", every(SATCAT_S), "csv", AFTER_FAILURE_S)
        return every_two_hours + [names] * self.satcat

    def fetch(self, *, progress: Progress = silent) -> Iterator[Received]:
        provider = Provider(
            self.name, self.base_url, self.home, judge=judge, patience=self.patience, clock=self.clock, sleep=self.sleep
        )
        yield from ask_each(provider, self.queries(), progress)


def judge(query: Query, answer: Answer, now: np.datetime64) -> None:
    """What CelesTrak says in words: raises TooSoon, NothingFound, UsageError, or nothing where it says none of these.

    A repeated download is answered with 403 and a text that names the last one (OpenSpace issue 3973). That is the limit
    itself speaking, so the question rests until the limit is over; any other refusal stops the provider.
    """
    said = answer.content[:2000].lstrip()
    if answer.status in (200, 403) and NOT_UPDATED.search(said):
        wait_s = max(60.0, UPDATE_S - _since_download_s(said, now))
        raise TooSoon(f"celestrak {query.key}: {excerpt(said)}", retry_after_s=wait_s)
    if answer.status == 200 and said.startswith(NO_SUCH_OBJECT):
        raise NothingFound(f"celestrak {query.key}: {excerpt(said)}; no open element sets, or a wrong group or number")
    if answer.status == 200 and said.startswith(NO_SUCH_QUERY):
        raise UsageError(f"celestrak {query.key}: {excerpt(said)}; check the name of the group")


def _since_download_s(said: bytes, now: np.datetime64) -> float:
    """How long ago the download was that CelesTrak names; 0 where it names none that can be."""
    named = LAST_DOWNLOAD.search(said)
    if named is None:
        return 0.0
    ago_s = seconds(now - moment(b"T".join(named.groups()).decode()))
    return ago_s if 0.0 <= ago_s <= UPDATE_S else 0.0

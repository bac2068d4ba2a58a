"""What every writer does first: refuse what the standard cannot hold, all reasons at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hoshimori.errors import FormatError
from hoshimori.facts import DataMode, ElementSets, KnownBasis
from hoshimori.formats import times
from hoshimori.formats.complaints import Complaints, Sieve
from hoshimori.formats.designators import cospar_from_text
from hoshimori.formats.orbits import COLUMN_OF, refuse_unusable

ORIGINATOR = "HOSHIMORI"

_ATTRIBUTE = {**COLUMN_OF, "NORAD_CAT_ID": "norad_id", "EPOCH": "epoch_utc", "OBJECT_NAME": "name", "OBJECT_ID": "cospar_id"}


def check_sets(sets: ElementSets, what: str, more: Callable[[Sieve], None] | None = None) -> None:
    """Raise a FormatError that lists every row which cannot be written as `what`; `more` adds the checks of one format."""
    complaints = Complaints(what)

    def text(field: str, row: int) -> str:
        return str(getattr(sets, _ATTRIBUTE.get(field, field))[row])

    sieve = Sieve.over(complaints, len(sets), text, lambda _field, row: (None, row + 1))
    sieve.refuse(np.isnat(sets.epoch_utc), "EPOCH", "a time")
    refuse_unusable({c: getattr(sets, c) for c in COLUMN_OF.values()}, sets.norad_id, sieve)
    sieve.refuse(np.array([not t.isprintable() for t in sets.name.tolist()], bool), "OBJECT_NAME", "printable text on one line")
    odd = np.array([cospar_from_text(t) is None for t in sets.cospar_id.tolist()], bool)
    sieve.refuse(odd, "OBJECT_ID", "a COSPAR designator yyyy-nnnAAA or nothing")
    if more:
        more(sieve)
    letters = np.array([len(c) == 1 and c.isascii() and c.isalpha() for c in sets.classification.tolist()], bool)
    sieve.refuse(~letters, "classification", "one letter, such as U")
    raise_if_any(complaints, what)


def raise_if_any(complaints: Complaints, what: str) -> None:
    problems = complaints.problems()
    if problems:
        raise FormatError(f"cannot write {what}: {len(problems)} problems, the first: {problems[0]}", problems)


def creation_date(known_utc: np.datetime64, basis: int, created_utc: np.datetime64 | None) -> str:
    """CREATION_DATE: what the message said of itself; else `created_utc`; else now."""
    if basis == KnownBasis.DECLARED and not np.isnat(known_utc):
        return times.format_epoch(known_utc)
    return times.format_epoch(np.datetime64("now", "us") if created_utc is None else created_utc)


def mode_text(mode: int) -> str:
    """The word that marks a record which is not of this world; "" for REAL."""
    return "" if mode == DataMode.REAL else DataMode(mode).name

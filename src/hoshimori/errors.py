"""Everything that can go wrong, drawn as a tree.

    HoshimoriError            exit 1
    ├── UsageError            exit 2   you asked wrongly: an unknown watchlist, id, time or option
    ├── DataError             exit 3   what came in cannot be used
    │   ├── FormatError                nothing in the file could be read; carries every Problem
    │   └── NothingFound               the place asked holds no data of the kind wanted
    ├── SourceError           exit 4   the outside world refused or failed; a human should look
    │   ├── ProviderRefused            an answer other than 200 or 304
    │   ├── TooSoon                    the provider's published limit forbids asking again now
    │   ├── BrokenTransfer             truncated, too slow, or not what was asked for
    │   └── CredentialsMissing         a log-in is needed and none was given
    ├── CatalogueError        exit 5   the facts at rest
    │   ├── CatalogueBusy              another process is writing and did not finish in time
    │   ├── CatalogueDamaged           a stored file is not what the manifest says
    │   └── CatalogueUnwritable        no permission, or the disk is full; nothing was changed
    └── LedgerError           exit 7   what we said, and who signed
        ├── LedgerBusy                 another process is writing and did not finish in time
        ├── LedgerDamaged              the journal is not what its own hashes say
        ├── LedgerUnwritable           no permission, or the disk is full; nothing was changed
        └── Refused                    a key, a signature, a record or a bundle that is not accepted; `code` says which rule

A `Problem` is not raised: it is one thing that is wrong with one record. Problems are collected and come back together, so
that one bad row never spoils a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in what came in, said so that a person can mend it.

    `line` and `record` count from 1; None where the place has no such number. `value` is the text as it was found, cut to 80
    characters. `expected` says what would have been accepted. `refused` tells whether the record was left out (True) or
    read with a reservation (False).
    """

    file: str
    line: int | None
    record: int | None
    field: str
    value: str
    expected: str
    refused: bool = True

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}"
        if self.record is not None:
            place += f" (record {self.record})"
        verdict = "refused" if self.refused else "read with a reservation"
        return f"{place}: {self.field}={self.value!r}: expected {self.expected}; {verdict}"


class HoshimoriError(Exception):
    """The root of every error this package raises on purpose. `exit_code` is what the command line returns."""

    exit_code = 1


class UsageError(HoshimoriError):
    exit_code = 2


class DataError(HoshimoriError):
    exit_code = 3


class FormatError(DataError):
    """Nothing usable in the bytes given. `problems` holds every reason."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class NothingFound(DataError):
    pass


class SourceError(HoshimoriError):
    exit_code = 4


class ProviderRefused(SourceError):
    """An answer other than 200 or 304. Nothing is asked again until a human has looked."""

    def __init__(self, message: str, *, status: int, url: str) -> None:
        super().__init__(message)
        self.status = status
        self.url = url


class TooSoon(SourceError):
    """A published limit forbids asking now. `retry_after_s` says how long to wait."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BrokenTransfer(SourceError):
    pass


class CredentialsMissing(SourceError):
    pass


class CatalogueError(HoshimoriError):
    exit_code = 5


class CatalogueBusy(CatalogueError):
    pass


class CatalogueDamaged(CatalogueError):
    pass


class CatalogueUnwritable(CatalogueError):
    pass


class LedgerError(HoshimoriError):
    exit_code = 7


class LedgerBusy(LedgerError):
    pass


class LedgerDamaged(LedgerError):
    pass


class LedgerUnwritable(LedgerError):
    pass


class Refused(LedgerError):
    """Not accepted, and nothing was changed. `code` is one lower-case word with hyphens, the same in every language."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code

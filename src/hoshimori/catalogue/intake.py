"""From bytes received to rows ready to be stored; nothing is written here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from hoshimori.catalogue.held import Keys, unusable
from hoshimori.catalogue.known import FOLDER, fill_known
from hoshimori.catalogue.names import named_in
from hoshimori.catalogue.raw import Arrival
from hoshimori.catalogue.shelves import Reader
from hoshimori.errors import DataError, FormatError, Problem
from hoshimori.facts import (
    ASSUMED_LATENCY,
    ConjunctionMessage,
    DataMode,
    ElementSets,
    Ephemeris,
    KnownBasis,
    ObjectName,
    Received,
)

KEPT_OF_A_KIND = 100
"""Problems kept word for word of each kind (field and expectation) in one file; the rest are counted."""


@dataclass(frozen=True)
class Intake:
    """One answer or file, read. `keys`: (n, 2) digests of the sets."""

    arrival: Arrival
    location: str
    provider: str
    received_utc: np.datetime64
    media_type: str
    data_mode: DataMode
    format: str
    records: int
    bytes: int
    sets: ElementSets
    keys: Keys
    names: tuple[ObjectName, ...]
    ephemerides: tuple[Ephemeris, ...]
    problems: tuple[Problem, ...]
    conjunctions: tuple[ConjunctionMessage, ...] = ()

    @property
    def needs_bytes(self) -> bool:
        """Whether something in it is read again from its bytes whenever it is asked for."""
        return bool(self.ephemerides or self.conjunctions)

    @property
    def refused(self) -> int:
        """Records left out; a problem without a record number counts as one."""
        places = [(p.file, p.record) for p in self.problems if p.refused]
        return len({p for p in places if p[1] is not None}) + sum(p[1] is None for p in places)


def take_in(received: Received, arrival: Arrival, read: Reader, *, looked_before: bool) -> Intake:
    """Parse one answer and fill its times of knowledge. What cannot be used comes back as problems."""
    try:
        parsed = read(received.content, received.location, data_mode=received.data_mode)
        problems = [q for p in parsed for q in p.problems]
    except DataError as error:
        parsed, problems = [], _problems_of(error, received.location)
    if received.first_seen and len(parsed) > 1:
        received = replace(received, first_seen={})
        problems.append(
            Problem(received.location, None, None, "first_seen", "a log", "one file per log; it is left aside", refused=False)
        )
    sets = ElementSets.concat([fill_known(p, received, looked_before=looked_before) for p in parsed])
    bad, faults = unusable(sets, received.location)
    sets = sets.take(~bad)
    names = [_dated(n, received) for p in parsed for n in p.names] + named_in(sets, received.provider)
    return Intake(
        arrival=arrival,
        location=received.location,
        provider=received.provider,
        received_utc=received.received_utc.astype("datetime64[us]"),
        media_type=received.media_type,
        data_mode=received.data_mode,
        format=", ".join(dict.fromkeys(p.format for p in parsed)),
        records=sum(p.records for p in parsed),
        bytes=len(received.content),
        sets=sets,
        keys=sets.digests(),
        names=tuple(names),
        ephemerides=tuple(_known(e, received) for p in parsed for e in p.ephemerides),
        problems=(*problems, *faults),
        conjunctions=tuple(_message_known(c, received) for p in parsed for c in p.conjunctions),
    )


def made_by_program(sets: ElementSets, provider: str, location: str, now_utc: np.datetime64) -> Intake:
    """Columns without bytes behind them. FormatError with every fault when a row cannot be held."""
    unknown = np.isnat(sets.known_utc)
    sets = sets.having(
        known_utc=np.where(unknown, np.minimum(sets.epoch_utc + ASSUMED_LATENCY, now_utc), sets.known_utc),
        known_basis=np.where(unknown, np.uint8(KnownBasis.ASSUMED), sets.known_basis),
    )
    _, faults = unusable(sets, location)
    if faults:
        raise FormatError(f"{location}: {len(faults)} faults in columns to append, first: {faults[0]}", faults)
    mode = DataMode(int(sets.data_mode[0])) if len(sets) else DataMode.REAL
    names = tuple(named_in(sets, provider))
    nothing = Arrival("", "")
    return Intake(nothing, location, provider, now_utc, "", mode, "columns", len(sets), 0, sets, sets.digests(), names, (), ())


def bounded(problems: tuple[Problem, ...]) -> Iterator[tuple[Problem, int]]:
    """The problems worth keeping, each with how many it stands for: the last of a kind stands for all that follow."""
    kinds = defaultdict(list)
    for p in problems:
        kinds[p.field, p.expected, p.refused].append(p)
    for kind in kinds.values():
        for p in kind[: KEPT_OF_A_KIND - 1]:
            yield p, 1
        if len(kind) >= KEPT_OF_A_KIND:
            yield kind[KEPT_OF_A_KIND - 1], len(kind) - KEPT_OF_A_KIND + 1


def _problems_of(error: DataError, location: str) -> list[Problem]:
    found = list(error.problems) if isinstance(error, FormatError) else []
    return found or [Problem(location, None, None, "file", str(error)[:80], "something this version of hoshimori can read")]


def _dated(name: ObjectName, received: Received) -> ObjectName:
    if np.isnat(name.first_seen_utc):
        name = replace(name, first_seen_utc=received.received_utc.astype("datetime64[us]"))
    return name if name.provider else replace(name, provider=received.provider)


def _known(e: Ephemeris, received: Received) -> Ephemeris:
    """As for element sets: stated creation, else arrival from the network, else its first state + ASSUMED_LATENCY."""
    arrival = received.received_utc.astype("datetime64[us]")
    if not np.isnat(e.known_utc):
        return replace(e, known_utc=min(e.known_utc, arrival), known_basis=KnownBasis.DECLARED)
    if received.provider != FOLDER:
        return replace(e, known_utc=arrival, known_basis=KnownBasis.OBSERVED)
    return replace(e, known_utc=min(e.usable_start_utc + ASSUMED_LATENCY, arrival), known_basis=KnownBasis.ASSUMED)


def _message_known(c: ConjunctionMessage, received: Received) -> ConjunctionMessage:
    """The creation time that every such message states, or its arrival where that was earlier."""
    arrival = received.received_utc.astype("datetime64[us]")
    if np.isnat(c.known_utc):
        return replace(c, known_utc=arrival, known_basis=KnownBasis.OBSERVED)
    return replace(c, known_utc=min(c.known_utc, arrival), known_basis=KnownBasis.DECLARED)

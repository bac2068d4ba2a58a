"""What the routes about incidents and records share: the cases of the world, names in a path, the party rule, the feed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
from fastapi import Depends, Path, Query, Request

from hoshimori.doors.library import instant
from hoshimori.doors.web import key_shelf
from hoshimori.doors.web.cases import Cases
from hoshimori.doors.web.logs import fault, log
from hoshimori.doors.web.principal import Principal, asking
from hoshimori.doors.web.problems import ApiError
from hoshimori.doors.web.routes.models_records import KeyIn
from hoshimori.doors.web.world import World
from hoshimori.errors import HoshimoriError
from hoshimori.judgements import Marking
from hoshimori.ledger.home import now_utc
from hoshimori.ledger.keys import PrivateKey

_making = threading.Lock()


async def _cases(request: Request) -> Cases:
    state = request.app.state
    with _making:
        if getattr(state, "cases", None) is None:
            state.cases = Cases(state.world)
    found: Cases = state.cases
    return found


TheCases = Annotated[Cases, Depends(_cases)]
IncidentId = Annotated[
    str, Path(pattern="^[A-Z]{3}-[0-9]{4}-[0-9]{4,12}$", description="Id of an incident, such as JPN-2026-0001.")
]
RecordId = Annotated[str, Path(pattern="^[0-9a-f]{8,64}$", description="Id of a record, or its beginning if that is unique.")]
BundleId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of a bundle.")]
RecordedBy = Annotated[
    str | None, Query(max_length=40, description="As it stood in the ledger at this time: ISO 8601 UTC. Default: as it stands.")
]


def lang() -> str:
    return "ja" if asking().lang == "ja" else "en"


def own(world: World, principal: Principal) -> None:
    """Only people of the party of this service write to its ledger."""
    if principal.party != world.party:
        who = principal.party or "the public"
        raise ApiError(
            403, "wrong-party", "not allowed", f"this ledger is that of {world.party}; {who} reads here, and writes in its own"
        )


def readable_by(who: Principal, own_party: str, *markings: Marking) -> None:
    """Nobody writes what their own party, or the one whose ledger it is, could not read: RED without names is read by nobody."""
    for marking in markings:
        for party in (who.party, own_party):
            if not marking.may_read(party):
                detail = f"marked {marking.text} it could not be read by {party or 'the public'}, who writes or keeps it"
                if marking.releasable_to is None:
                    detail += ": RED is read by the parties that releasable_to names, and by nobody else"
                raise ApiError(422, "unreadable-marking", "a field is wrong", detail)


def moment(world: World, as_of: str | None) -> np.datetime64:
    """The moment asked; without one, now. Not the moment of the floor: what people judge is not known by the age of its data."""
    return world.moment(as_of) if as_of else now_utc()


def recorded_utc(text: str | None) -> np.datetime64 | None:
    return None if text is None else instant(text)


def tell(world: World, topic: str, record: Mapping[str, Any], marking: Marking) -> None:
    """A line of the feed: ids alone, under the marking of what they name. What is written stays written where this fails."""
    try:
        world.duty.tell(topic, {**record, "marking": marking.to_json()})
    except HoshimoriError as error:
        log().warning("feed", fault=fault(error))


def signing_key(cases: Cases, who: Principal, given: KeyIn) -> PrivateKey:
    """The key that who asks named, opened. Only people of the party of this service sign here."""
    own(cases.world, who)
    return key_shelf.opened(cases.world, who, given.key, given.secret, cases.tries)

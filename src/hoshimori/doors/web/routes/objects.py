"""Objects of the catalogue: search, element sets in every spelling, columns for the globe, the strip of the belt, sensors."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from fastapi import Query

from hoshimori.alliance.sensors import sensors_named
from hoshimori.alliance.sites import built_in
from hoshimori.doors.web import answers, picture_sets
from hoshimori.doors.web import picture_objects as picture
from hoshimori.doors.web.answers import Document
from hoshimori.doors.web.principal import Reader, Worker
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, TheWorld, written
from hoshimori.doors.web.routes.models_floor import Record
from hoshimori.doors.web.routes.models_objects import Belt, ObjectFull, ObjectPage, Sensors, SetFull, SetPage
from hoshimori.doors.web.routes.shared import Bytes, Digest, Norad, Sha256, TheSkies, lang, offset
from hoshimori.errors import NothingFound
from hoshimori.findings import iso

router = answers.router("objects")
Search = Annotated[str, Query(max_length=100, pattern="^[^\\x00]*$", description="A number, or part of a name or designator.")]
Spelling = Literal["json", "omm-json", "omm-xml", "omm-kvn", "tle", "csv"]
SPELLED: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in ("text/plain", "text/csv", "application/xml")}}
}


@router.get("/objects", response_model=ObjectPage)
def objects(
    who: Reader, skies: TheSkies, q: Search = "", as_of: AsOf = None, limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Objects by number, with the newest set known at the moment."""
    t = skies.moment(as_of)
    sky = skies.at(t)
    found, first = picture.found(sky, q), offset(cursor)
    chosen = found[first : first + limit]
    last = first + len(chosen)
    more = written(last) if last < len(found) else None
    return {"items": picture.rows(sky, chosen, t), "next": more, "total": len(found), "as_of": iso(t)}


@router.get("/objects.bin", response_class=Bytes)
def objects_bin(
    who: Reader, skies: TheSkies, as_of: AsOf = None, max_age_days: Annotated[float, Query(gt=0.0, le=36525.0)] = 30.0
) -> Document:
    """All objects as packed columns, for a globe that moves them itself.

    uint32 length of the header, the header (UTF-8 JSON, padded with spaces), then the columns, little-endian, each at a multiple
    of 8 from the start of the data. `names`: UTF-8, one line each, in the order of the rows.
    """
    t = skies.moment(as_of)
    sky = skies.at(t)
    return Document(picture.packed(skies, sky, t, max_age_days), "application/octet-stream")


@router.get("/geo-belt", response_model=Belt)
def geo_belt(
    who: Reader,
    skies: TheSkies,
    as_of: AsOf = None,
    days: Annotated[float, Query(ge=0.1, le=60.0)] = 7.0,
    max_objects: Annotated[int, Query(ge=1, le=2000)] = 700,
) -> dict[str, Any]:
    """Longitude against time of what stands or drifts near the geostationary ring, as known at the moment."""
    t = skies.moment(as_of)
    sky = skies.at(t)
    key = ("belt", skies.key(skies.view(t)), int(t.astype("datetime64[m]").astype(np.int64)), days, max_objects)
    made: dict[str, Any] = skies.answers.get(key, lambda: picture.belt(skies, sky, t, days, max_objects))
    return made


@router.get("/objects/{norad}", response_model=ObjectFull)
def one_object(who: Reader, skies: TheSkies, norad: Norad, as_of: AsOf = None) -> dict[str, Any]:
    """One object: its newest set, how far that may be off, and what its number was called."""
    t = skies.moment(as_of)
    sky = skies.at(t)
    row = sky.row(norad)
    if row is None:
        raise NotHere(f"object {norad} as known at {iso(t)}")
    return {**picture.rows(sky, np.array([row]), t)[0], **picture_sets.of_object(skies, sky, row, t)}


@router.get("/objects/{norad}/elements", response_model=SetPage | list[Record], responses=SPELLED)
def elements(
    who: Reader,
    skies: TheSkies,
    norad: Norad,
    as_of: AsOf = None,
    limit: Limit = 100,
    cursor: Cursor = "",
    format: Annotated[Spelling, Query(description="TLE holds numbers up to 339999 and refuses what does not fit.")] = "json",
) -> Any:
    """Element sets of one object known at the moment, the newest first; as text in the other spellings, the oldest first."""
    t, first = skies.moment(as_of), offset(cursor)
    sets = skies.view(t).history(norad)
    if not len(sets):
        raise NotHere(f"an element set of {norad} as known at {iso(t)}")
    which = np.arange(len(sets))[::-1][first : first + limit]
    if format != "json":
        return picture_sets.spelled(sets.take(np.sort(which)), format, norad)
    last = first + len(which)
    rows = [picture_sets.set_row(s) for s in sets.take(which)]
    return {"items": rows, "next": written(last) if last < len(sets) else None, "total": len(sets), "as_of": iso(t)}


@router.get("/elements/{digest}", response_model=SetFull)
def one_set(who: Reader, skies: TheSkies, digest: Digest) -> dict[str, Any]:
    """The stored element set of a digest: its numbers, when it could first have been known and why, the bytes behind it."""
    found = picture_sets.stored(skies, [digest])
    if digest not in found:
        raise NotHere(f"element set {digest}")
    return found[digest].full(lang())


@router.get("/raw/{sha256}", response_class=Bytes)
def raw(who: Worker, world: TheWorld, sha256: Sha256) -> Document:
    """Bytes as they were received, checked against their digest."""
    try:
        found = world.catalogue.raw(sha256)
    except NothingFound as error:
        raise NotHere(f"bytes {sha256}") from error
    return Document(found, "application/octet-stream", f"{sha256}.bin")


@router.get("/sensors", response_model=Sensors)
def sensors(who: Reader) -> dict[str, Any]:
    """Laser ranging stations and radars by public facts, each with its source and grade."""
    return picture_sets.sensors(built_in("ilrs"), sensors_named("public"), lang())

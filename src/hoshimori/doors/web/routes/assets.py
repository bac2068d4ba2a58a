"""Assets: the state of each, and the timeline of its life; any other object's timeline too."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path

from hoshimori.doors.web import answers
from hoshimori.doors.web.picture_rows import Telling, asset_rows, swept
from hoshimori.doors.web.principal import Reader
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, TheWorld, Words, page
from hoshimori.doors.web.routes.models_floor import AssetPage, AssetRow
from hoshimori.doors.web.routes.shared import ListName, TheSkies, lang
from hoshimori.findings import iso

router = answers.router("assets")
AssetId = Annotated[str, Path(max_length=100, pattern="^[^\\x00/]+$", description="The asset's id in its watchlist.")]


@router.get("/assets", response_model=AssetPage)
def assets(
    who: Reader, world: TheWorld, skies: TheSkies, w: Words, watchlist: ListName = None, as_of: AsOf = None,
    limit: Limit = 100, cursor: Cursor = "",
) -> dict[str, Any]:  # fmt: skip
    """The assets of a list with their states, as the sweep that speaks for the moment found them."""
    t, chosen = skies.moment(as_of), skies.watchlist(watchlist)
    kept, row = swept(skies, chosen, t)
    telling = Telling.of(skies.at(t), skies.lists(), w, lang())
    rows = asset_rows(kept, chosen, telling, world.data_mode.name)
    return page(rows, limit, cursor, lambda r: r, as_of=iso(t), sweep=row)


@router.get("/assets/{asset_id}", response_model=AssetRow)
def one_asset(
    who: Reader, world: TheWorld, skies: TheSkies, w: Words, asset_id: AssetId, watchlist: ListName = None, as_of: AsOf = None
) -> dict[str, Any]:
    """One asset by its id: of the list named, else of the first list that has it."""
    t = skies.moment(as_of)
    for chosen in [skies.watchlist(watchlist)] if watchlist else skies.lists():
        if any(a.asset_id == asset_id for a in chosen.assets):
            kept, _ = swept(skies, chosen, t)
            telling = Telling.of(skies.at(t), skies.lists(), w, lang())
            rows = asset_rows(kept, chosen, telling, world.data_mode.name)
            return next(r for r in rows if r["asset"] == asset_id)
    raise NotHere(f"asset {asset_id}")

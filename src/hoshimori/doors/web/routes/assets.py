"""Assets: the state of each, and the timeline of its life; any other object's timeline too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query

from hoshimori.doors.web import answers, picture_life
from hoshimori.doors.web.picture_rows import Telling, asset_rows, subject_of, swept
from hoshimori.doors.web.principal import Reader
from hoshimori.doors.web.problems import NotHere
from hoshimori.doors.web.routes.asked import AsOf, Cursor, Limit, TheWorld, Words, page
from hoshimori.doors.web.routes.models_assets import Life
from hoshimori.doors.web.routes.models_floor import AssetPage, AssetRow
from hoshimori.doors.web.routes.shared import ListName, Norad, TheSkies, lang
from hoshimori.doors.web.skies import Skies
from hoshimori.facts import Asset, Watchlist
from hoshimori.findings import iso

router = answers.router("assets")
Back = Annotated[float, Query(ge=1.0, le=3660.0, description="Days back from the moment.")]
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
    t, (chosen, _) = skies.moment(as_of), _asset(skies, asset_id, watchlist)
    kept, _row = swept(skies, chosen, t)
    telling = Telling.of(skies.at(t), skies.lists(), w, lang())
    rows = asset_rows(kept, chosen, telling, world.data_mode.name)
    return next(r for r in rows if r["asset"] == asset_id)


@router.get("/assets/{asset_id}/timeline", response_model=Life)
def asset_timeline(
    who: Reader, skies: TheSkies, w: Words, asset_id: AssetId, watchlist: ListName = None, as_of: AsOf = None, days: Back = 90.0
) -> dict[str, Any]:
    """The life of an asset: elements, burns, neighbours, passes, windows of illumination and the like, silences."""
    return _life(skies, subject_of(_asset(skies, asset_id, watchlist)[1]), as_of, days, w)


@router.get("/objects/{norad}/timeline", response_model=Life)
def object_timeline(
    who: Reader, skies: TheSkies, w: Words, norad: Norad, as_of: AsOf = None, days: Back = 90.0
) -> dict[str, Any]:
    """The same of any object of which an element set is known at the moment."""
    t = skies.moment(as_of)
    if skies.at(t).row(norad) is None:
        raise NotHere(f"object {norad} as known at {iso(t)}")
    return _life(skies, str(norad), as_of, days, w)


def _life(skies: Skies, subject: str, as_of: str | None, days: float, w: Mapping[str, str]) -> dict[str, Any]:
    """Kept for a minute of the moment asked, as long as nothing new is known or told."""
    t = skies.moment(as_of)
    minute = t if as_of else t.astype("datetime64[m]").astype("datetime64[us]")
    key = ("life", subject, str(minute), days, lang(), skies.key(skies.view(t)), skies.world.duty.version)
    telling = Telling.of(skies.at(t), skies.lists(), w, lang())
    made: dict[str, Any] = skies.answers.get(key, lambda: picture_life.life(skies, subject, t, days, telling))
    return made


def _asset(skies: Skies, asset_id: str, watchlist: str | None) -> tuple[Watchlist, Asset]:
    """The asset, and the list named or the first that has it."""
    for chosen in [skies.watchlist(watchlist)] if watchlist else skies.lists():
        for asset in chosen.assets:
            if asset.asset_id == asset_id:
                return chosen, asset
    raise NotHere(f"asset {asset_id}")

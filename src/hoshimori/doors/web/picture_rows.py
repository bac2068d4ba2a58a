"""Rows that people read: kept sweeps, assets, events, each record with its words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.doors.telling import event_text, kind_text
from hoshimori.doors.web.said import SAID
from hoshimori.doors.web.skies import Skies, Sky
from hoshimori.doors.words import label, say
from hoshimori.duty import Kept, Told
from hoshimori.facts import Asset, Watchlist
from hoshimori.findings import Event, Reason, iso

Words = Mapping[str, str]
SECOND = np.timedelta64(1_000_000, "us")


@dataclass(frozen=True)
class Telling:
    """In which language, with which words, and what numbers are called."""

    lang: str
    w: Words
    names: Mapping[str, str]

    @classmethod
    def of(cls, sky: Sky, lists: Iterable[Watchlist], w: Words, lang: str) -> Telling:
        """Names as the catalogue knew them then; what it has no name for is called as the watchlist calls it."""
        listed = {str(a.norad_id or a.asset_id): called(a, lang) for one in lists for a in one.assets}
        return cls(lang, w, {**sky.names, **listed})

    def say(self, reason: Mapping[str, Any]) -> str:
        return say(Reason.from_json(reason), self.w, self.names)

    def name(self, subject: str) -> str:
        return self.names.get(subject, "")


def called(asset: Asset, lang: str) -> str:
    """The asset's name in the reader's language, where the watchlist has one."""
    return (asset.name_ja if lang == "ja" else "") or asset.name


def subject_of(asset: Asset) -> str:
    return str(asset.norad_id) if asset.norad_id is not None else asset.asset_id


def sweep_row(kept: Kept, as_of_utc: np.datetime64 | None = None, *, same_knowledge: bool | None = None) -> dict[str, Any]:
    """One kept sweep, seen from the moment asked (None: from its own)."""
    asked = kept.as_of_utc if as_of_utc is None else as_of_utc
    r = kept.record
    return {
        "id": kept.sweep_id,
        "watchlist": kept.watchlist,
        "as_of": iso(kept.as_of_utc),
        "made": iso(kept.made_utc),
        "start": r["start"],
        "stop": r["stop"],
        "objects": r["objects"],
        "data_modes": r["data_modes"],
        "events": len(kept.event_ids),
        "exact": bool(asked == kept.as_of_utc),
        "behind_s": float((asked - kept.as_of_utc) / SECOND),
        "same_knowledge": same_knowledge,
    }


def swept(skies: Skies, watchlist: Watchlist, as_of_utc: np.datetime64) -> tuple[Kept | None, dict[str, Any] | None]:
    """The kept sweep that speaks for a moment, and its row. Nothing is computed."""
    kept = skies.world.duty.sweep_at(watchlist.watchlist_id, as_of_utc)
    if kept is None:
        return None, None
    same = skies.key(skies.view(as_of_utc)) == skies.key(skies.view(kept.as_of_utc))
    return kept, sweep_row(kept, as_of_utc, same_knowledge=same)


def advice_rows(kept: Kept | None, t: Telling) -> list[dict[str, str]]:
    return [{"code": r["code"], "text": t.say(r)} for r in (kept.record["advice"] if kept else ())]


def asset_rows(kept: Kept | None, watchlist: Watchlist, t: Telling, mode: str) -> list[dict[str, Any]]:
    """Every asset of a list, with its state in a sweep; "not swept" where no sweep speaks of it."""
    states = {s["asset"]: s for s in (kept.record["states"] if kept else ())}
    return [_asset_row(a, states.get(a.asset_id), watchlist, t, mode) for a in watchlist.assets]


def _asset_row(asset: Asset, state: Mapping[str, Any] | None, watchlist: Watchlist, t: Telling, mode: str) -> dict[str, Any]:
    found = state or {
        "schema": "hoshimori.asset-state/1", "asset": asset.asset_id, "norad_id": asset.norad_id, "state": "not swept",
        "reasons": [], "events": [], "newest_epoch": "", "age_days": None, "quantities": {},
    }  # fmt: skip
    return {
        **found,
        **_names(asset, t.lang),
        "operator": asset.operator,
        "orbit": asset.orbit,
        "cospar_id": asset.cospar_id,
        "slot_deg": asset.longitude_deg_e,
        "text": [t.say(r) for r in found["reasons"]] if state else [SAID[t.lang]["not swept"]],
        "event_count": len(found["events"]),
        "watchlist": watchlist.watchlist_id,
        "data_mode": mode,
    }


def _names(asset: Asset, lang: str) -> dict[str, str]:
    return {"name": called(asset, lang), "name_en": asset.name, "name_ja": asset.name_ja}


def watched_asset(asset: Asset, lang: str) -> dict[str, Any]:
    """An asset as the watchlist says it."""
    return {
        "asset_id": asset.asset_id,
        "norad_id": asset.norad_id,
        "cospar_id": asset.cospar_id,
        **_names(asset, lang),
        "operator": asset.operator,
        "orbit": asset.orbit,
        "slot_deg": asset.longitude_deg_e,
        "public_orbit": asset.public_orbit,
        "source": asset.source,
        "grade": asset.grade,
        "note": asset.note,
    }


def event_row(told: Told, t: Telling) -> dict[str, Any]:
    """An event without its evidence, in words."""
    event = Event.from_json(told.record)
    return {k: v for k, v in told.record.items() if k != "evidence"} | {
        "text": event_text(event, t.w, t.names, t.lang),
        "kind_text": kind_text(event.kind, t.w, t.lang),
        "label_text": label(event.label, t.w),
        "subject_name": t.name(event.subject),
        "other_names": [t.name(x) for x in event.others[:MOST_OTHERS]],
        "others": list(event.others[:MOST_OTHERS]),
        "first_told": iso(told.first_told_utc),
    }


MOST_OTHERS = 50
"""Of a break-up with thousands of pieces so many are named in a list; the event itself names all."""


def unseen_rows(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The assets of which nothing can be seen, and why."""
    return [
        {"asset_id": r["asset"], "name": r["name"], "text": "; ".join(r["text"])} for r in rows if r["state"] == "not observable"
    ]

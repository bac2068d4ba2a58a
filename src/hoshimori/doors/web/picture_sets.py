"""Element sets as they are stored: numbers, when they could first have been known and why, the bytes behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hoshimori.catalogue.shelves import StoredSource
from hoshimori.declared.launches import Sensor
from hoshimori.declared.sites import Site
from hoshimori.doors.web.answers import Document
from hoshimori.doors.web.plain import number
from hoshimori.doors.web.skies import Skies, Sky, label_of
from hoshimori.facts import DataMode, ElementSet, ElementSets, KnownBasis
from hoshimori.findings import iso
from hoshimori.formats import dump_omm, dump_tle
from hoshimori.tracking.classes import class_sigma_rtn_km

DAY = np.timedelta64(86_400_000_000, "us")
MEDIA = {
    "omm-json": ("application/json", "json"),
    "omm-xml": ("application/xml", "xml"),
    "omm-kvn": ("text/plain; charset=utf-8", "omm"),
    "tle": ("text/plain; charset=utf-8", "tle"),
    "csv": ("text/csv; charset=utf-8", "csv"),
}
BASIS: Mapping[str, Mapping[KnownBasis, str]] = {
    "en": {
        KnownBasis.OBSERVED: "seen at that time, and not at the look before",
        KnownBasis.DECLARED: "the message states when it was made",
        KnownBasis.ASSUMED: "nothing is recorded: half a day after its epoch is assumed",
    },
    "ja": {
        KnownBasis.OBSERVED: "その時刻に確認され、その前の確認時にはなかった",
        KnownBasis.DECLARED: "電文自身が作成時刻を述べている",
        KnownBasis.ASSUMED: "記録がなく、元期の半日後と仮定している",
    },
}


@dataclass(frozen=True)
class Stored:
    """One element set and where it was read from (None: made by a program, or its source is not on record)."""

    record: ElementSet
    source: StoredSource | None

    def full(self, lang: str) -> dict[str, Any]:
        return {**set_row(self.record), "source": self.ref, "known_text": BASIS[lang][self.record.known_basis]}

    @property
    def ref(self) -> dict[str, Any] | None:
        s = self.source
        if s is None:
            return None
        return {"provider": s.provider, "location": label_of(s), "sha256": s.sha256 or None, "received": iso(s.received_utc)}


def set_row(s: ElementSet) -> dict[str, Any]:
    """One element set, as the standard writes its numbers."""
    return {
        "digest": s.digest,
        "norad_id": s.norad_id,
        "name": s.name,
        "cospar_id": s.cospar_id,
        "epoch": iso(s.epoch_utc),
        "mean_motion_rev_day": s.mean_motion_rev_day,
        "eccentricity": s.eccentricity,
        "inc_deg": s.inc_deg,
        "raan_deg": s.raan_deg,
        "argp_deg": s.argp_deg,
        "ma_deg": s.ma_deg,
        "bstar_per_er": s.bstar_per_er,
        "ndot_rev_day2": s.ndot_rev_day2,
        "nddot_rev_day3": s.nddot_rev_day3,
        "rev_at_epoch": s.rev_at_epoch,
        "element_set_no": s.element_set_no,
        "classification": s.classification,
        "known": iso(s.known_utc),
        "known_basis": s.known_basis.name,
        "data_mode": s.data_mode.name,
    }


def spelled(sets: ElementSets, spelling: str, norad: int) -> Document:
    """Element sets as text, by the writers that the library has; FormatError where a spelling cannot hold them."""
    media_type, ending = MEDIA[spelling]
    if spelling == "tle":
        text = dump_tle(sets, lines=3)
    elif spelling == "csv":
        text = dump_omm(sets, kind="csv")
    else:
        text = dump_omm(sets, kind=spelling.removeprefix("omm-"))  # type: ignore[arg-type]
    modes = ", ".join(DataMode(int(m)).name for m in np.unique(sets.data_mode))
    return Document(text.encode(), media_type, f"{norad}.{ending}", headers={"X-Data-Mode": modes})


def stored(skies: Skies, digests: Sequence[str], norad_ids: Iterable[int] = ()) -> dict[str, Stored]:
    """By digest; those not held, or of another data mode than this world's, are left out. norad_ids: where to look first."""
    catalogue = skies.world.catalogue
    first = sorted(set(norad_ids))
    sets = catalogue.by_digest(list(digests), norad_ids=first) if first else ElementSets.empty()
    rest = sorted(set(digests) - set(sets.digest_texts()))
    if rest:
        sets = ElementSets.concat([sets, catalogue.by_digest(rest)])
    sets = sets.take(np.isin(sets.data_mode, [int(m) for m in skies.world.modes]))
    sources = catalogue.source_of(sets.source.tolist())
    return {s.digest: Stored(s, sources.get(int(sets.source[k]))) for k, s in enumerate(sets)}


def of_object(skies: Skies, sky: Sky, row: int, as_of_utc: np.datetime64) -> dict[str, Any]:
    """What one object's page adds to its row."""
    newest, view = sky.latest.record(row), skies.view(as_of_utc)
    age = np.array([(as_of_utc - newest.epoch_utc) / DAY])
    motion, e, inc = (np.array([x]) for x in (newest.mean_motion_rev_day, newest.eccentricity, newest.inc_deg))
    sigma = class_sigma_rtn_km(motion, e, age, inc_deg=inc)[0]
    return {
        "as_of": iso(as_of_utc),
        "element_sets": len(view.history(newest.norad_id)),
        "digest": newest.digest,
        "names": [
            {
                "name": n.name,
                "cospar_id": n.cospar_id,
                "object_type": n.object_type,
                "owner": n.owner,
                "launch_date": n.launch_date,
                "decay_date": n.decay_date,
                "first_seen": iso(n.first_seen_utc),
                "provider": n.provider,
            }
            for n in view.names([newest.norad_id])
        ],
        "errors": {**{f"sigma_{x}_km": number(s) for x, s in zip("rtn", sigma, strict=True)}, "basis": "class"},
        "watched": newest.norad_id in skies.watched(),
    }


def sensors(sites: Sequence[Site], found: Sequence[Sensor], lang: str) -> dict[str, Any]:
    """Sites and sensors; heights above the ellipsoid, azimuths from north over east."""
    places = [*sites, *(s.site for s in found)]
    return {
        "sites": [
            {
                "site_id": s.site_id,
                "name": _name(s, lang),
                "lat_deg": s.lat_deg,
                "lon_deg": s.lon_deg_e,
                "alt_km": s.height_m / 1000.0,
                "kind": s.kind,
                "source": s.source,
                "grade": s.grade,
            }
            for s in places
        ],
        "sensors": [_sensor(s, lang) for s in found],
    }


def _sensor(s: Sensor, lang: str) -> dict[str, Any]:
    site = s.site
    return {
        "sensor_id": site.site_id,
        "name": _name(site, lang),
        "site_id": site.site_id,
        "lat_deg": site.lat_deg,
        "lon_deg": site.lon_deg_e,
        "alt_km": site.height_m / 1000.0,
        "kind": site.kind,
        "az_deg": None if s.azimuth_deg is None else list(s.azimuth_deg),
        "el_min_deg": site.min_elevation_deg,
        "range_km": site.max_range_km,
        "since": s.since,
        "source": site.source,
        "grade": site.grade,
        "note": site.note,
    }


def _name(site: Site, lang: str) -> str:
    return site.name_ja if lang == "ja" else site.name

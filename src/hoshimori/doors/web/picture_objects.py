"""Every catalogued object: rows for a table, columns for the globe, longitudes for the strip of the geostationary belt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from hoshimori.detect.neighbourhood import everybody
from hoshimori.doors.web.plain import number, numbers, times
from hoshimori.doors.web.skies import Skies, Sky
from hoshimori.facts import DataMode, Floats, Ints
from hoshimori.findings import iso
from hoshimori.sky import frames, orbits

DAY = np.timedelta64(86_400_000_000, "us")
MODES = [m.name for m in DataMode]
KINDS = ["UNKNOWN", "PAYLOAD", "ROCKET BODY", "DEBRIS"]
RING_REV_DAY = (0.9, 1.1)
RING_ECCENTRICITY = 0.05
SYNCHRONOUS_REV_DAY = 1.00273791
REACH_DAYS = 5.0
"""Farther from its sets than this an object has no longitude on the strip."""
POINTS = 120


def found(sky: Sky, q: str) -> Ints:
    """Rows that a search finds: a catalogue number as it is, else a part of the number, the name or the designator."""
    asked = q.strip().casefold()
    if not asked:
        return np.arange(len(sky.latest))
    if asked.isascii() and asked.isdigit() and len(asked) <= 9 and (row := sky.row(int(asked))) is not None:
        return np.array([row])
    return np.flatnonzero(np.array([asked in text for text in sky.words], bool))


def rows(sky: Sky, which: Ints, as_of_utc: np.datetime64) -> list[dict[str, Any]]:
    """The table's rows of some objects at a moment."""
    sets = sky.latest.take(which)
    apogee, perigee = (x[which] for x in sky.shape_km)
    age = (as_of_utc - sets.epoch_utc) / DAY
    longitude = _longitude_deg(sky, which, as_of_utc)
    return [
        {
            "norad_id": int(sets.norad_id[k]),
            "name": str(sets.name[k]),
            "cospar_id": str(sets.cospar_id[k]),
            "owner": str(sky.owners[j]),
            "kind": str(sky.kinds[j]),
            "epoch": iso(sets.epoch_utc[k]),
            "age_days": float(age[k]),
            "period_min": number(1440.0 / sets.mean_motion_rev_day[k]),
            "inc_deg": float(sets.inc_deg[k]),
            "apogee_km": number(apogee[k]),
            "perigee_km": number(perigee[k]),
            "longitude_deg": number(longitude[k]),
            "data_mode": DataMode(int(sets.data_mode[k])).name,
        }
        for k, j in enumerate(which.tolist())
    ]


def _longitude_deg(sky: Sky, which: Ints, as_of_utc: np.datetime64) -> Floats:
    """(k,) east longitude of those near the geostationary ring, by SGP4 from the newest set; NaN for all others."""
    out = np.full(len(which), np.nan)
    near = np.flatnonzero(ring(sky)[which])
    if len(near):
        state = orbits.states(sky.satellites.take(which[near]), np.array([as_of_utc], "datetime64[us]"))
        out[near] = frames.longitude_deg(state.r_km[:, :, 0], np.full(len(near), as_of_utc))
    return out


def ring(sky: Sky) -> Any:
    """(n,) near the geostationary ring."""
    motion = sky.latest.mean_motion_rev_day
    return (motion > RING_REV_DAY[0]) & (motion < RING_REV_DAY[1]) & (sky.latest.eccentricity < RING_ECCENTRICITY)


def packed(skies: Skies, sky: Sky, as_of_utc: np.datetime64, max_age_days: float) -> bytes:
    """The columns of `objects.bin`: length of the header, header, data at multiples of 8; see docs of the API.

    Left out and counted: objects whose newest set is farther than max_age_days from the moment, and sets that SGP4 cannot use.
    """
    sets = sky.latest
    age = (as_of_utc - sets.epoch_utc) / DAY
    usable = sky.satellites.error == 0
    fresh = np.abs(age) <= max_age_days
    keep = np.flatnonzero(usable & fresh)
    owners, owner = np.unique(sky.owners[keep].astype(str), return_inverse=True) if len(keep) else (np.array([""]), np.zeros(0))
    kinds = np.array([KINDS.index(k) if k in KINDS else 0 for k in sky.kinds[keep].tolist()], "u1")
    watched = np.isin(sets.norad_id[keep], np.array(sorted(skies.watched()), np.int64))
    columns: list[tuple[str, str, bytes]] = [
        ("norad_id", "int32", sets.norad_id[keep].astype("<i4").tobytes()),
        ("owner", "uint16", np.minimum(owner, 65535).astype("<u2").tobytes()),
        ("kind", "uint8", kinds.tobytes()),
        ("mode", "uint8", sets.data_mode[keep].astype("u1").tobytes()),
        ("watched", "uint8", watched.astype("u1").tobytes()),
        ("epoch_ms", "float64", (sets.epoch_utc[keep].astype(np.int64) / 1e3).astype("<f8").tobytes()),
        ("age_days", "float32", age[keep].astype("<f4").tobytes()),
    ]
    elements = {"mean_motion_rev_day": "", "eccentricity": "", "inc_deg": "", "raan_deg": "", "argp_deg": "", "ma_deg": ""}
    for name in elements:
        columns.append((name, "float64", getattr(sets, name)[keep].astype("<f8").tobytes()))
    columns.append(("bstar", "float64", sets.bstar_per_er[keep].astype("<f8").tobytes()))
    names = "\n".join(" ".join(n.splitlines()) for n in sets.name[keep].tolist())
    columns.append(("names", "text", names.encode()))
    head = {
        "as_of": iso(as_of_utc),
        "count": len(keep),
        "left_out": {"old": int((usable & ~fresh).sum()), "unusable": int((~usable).sum())},
        "owners": owners.tolist(),
        "kinds": KINDS,
        "modes": MODES,
    }
    return _joined(head, columns)


def _joined(head: dict[str, Any], columns: Sequence[tuple[str, str, bytes]]) -> bytes:
    placed, parts, at = [], [], 0
    for name, kind, data in columns:
        placed.append({"name": name, "type": kind, "offset": at, "length": len(data)})
        parts.append(data + b"\0" * (-len(data) % 8))
        at += len(parts[-1])
    text = json.dumps({**head, "columns": placed}, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(4 + len(text)) % 8)
    return b"".join([len(text).to_bytes(4, "little"), text, *parts])


def belt(skies: Skies, sky: Sky, as_of_utc: np.datetime64, days: float, most: int) -> dict[str, Any]:
    """Longitudes of the geostationary belt against time, as known at the moment: from the sets of those days, blended.

    The watched ones first, then those that keep pace with the Earth best. null where no set within `REACH_DAYS` speaks.
    """
    watched = skies.watched()
    mine = np.isin(sky.latest.norad_id, np.array(sorted(watched), np.int64))
    near = np.flatnonzero(ring(sky) & (mine | (np.abs((as_of_utc - sky.latest.epoch_utc) / DAY) <= days + REACH_DAYS)))
    known = mine[near]
    pace = np.abs(sky.latest.mean_motion_rev_day[near] - SYNCHRONOUS_REV_DAY)
    chosen = np.sort(near[np.lexsort((pace, ~known))[:most]])
    numbers_ = sky.latest.norad_id[chosen]
    start = as_of_utc - np.timedelta64(round(days * 86_400e6), "us")
    t_utc = start + np.rint(np.linspace(0.0, days * 86_400e6, POINTS + 1)).astype("timedelta64[us]")
    lon = np.full((len(chosen), len(t_utc)), np.nan)
    if len(chosen):
        around = everybody(skies.view(as_of_utc, start, as_of_utc).sets(numbers_.tolist()), {}, REACH_DAYS)
        r, _ = around.trajectories.grid(t_utc)
        here = frames.longitude_deg(np.moveaxis(r, 1, 2), t_utc)
        row = np.searchsorted(around.keys, numbers_)
        there = np.flatnonzero(np.isin(numbers_, around.keys))
        lon[there] = here[row[there]]
    return {
        "as_of": iso(as_of_utc),
        "t": times(t_utc),
        "norad_id": numbers_.tolist(),
        "name": [str(n) for n in sky.latest.name[chosen]],
        "owner": [str(o) for o in sky.owners[chosen]],
        "data_mode": [MODES[int(m)] for m in sky.latest.data_mode[chosen]],
        "lon_deg": numbers(lon, 3),
        "watched": [int(k) in watched for k in numbers_.tolist()],
        "left_out": int(len(near) - len(chosen)),
    }

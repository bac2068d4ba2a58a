"""A few facts by construction, and a parser small enough to be read at a glance, so that these tests stand on no other room."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hoshimori.errors import FormatError, Problem
from hoshimori.facts import DataMode, ElementSets, Ephemeris, ObjectName, Parsed, Received

T0 = np.datetime64("2026-05-24", "us")
NAT = np.datetime64("NaT", "us")
HOUR = np.timedelta64(1, "h")
DAY = np.timedelta64(1, "D")


def sets(norad: Sequence[int], hours: Sequence[float], **columns: Any) -> ElementSets:
    """Geostationary sets of these objects, `hours` after T0; what is not given differs from row to row."""
    n = len(norad)
    made = {
        "norad_id": norad,
        "epoch_utc": T0 + (np.asarray(hours, float) * 3600e6).astype("timedelta64[us]"),
        "mean_motion_rev_day": np.full(n, 1.0027),
        "eccentricity": np.full(n, 1e-4),
        "inc_deg": np.full(n, 0.05),
        "raan_deg": np.linspace(10, 20, n),
        "argp_deg": np.zeros(n),
        "ma_deg": np.zeros(n),
    }
    return ElementSets.build(made | columns)


def same(a: ElementSets, b: ElementSets, *, but: Sequence[str] = ("source",)) -> bool:
    """Equal in every column, except those left out."""
    return len(a) == len(b) and all(np.array_equal(getattr(a, k), getattr(b, k)) for k in a.columns() if k not in but)


def content(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps(list(rows)).encode()


def row(norad: int, hours: float, ma_deg: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"norad": norad, "hours": hours, "ma": ma_deg, **more}


def received(rows: Sequence[Mapping[str, Any]], *, hours: float = 100.0, location: str = "place", **more: Any) -> Received:
    at = T0 + np.timedelta64(int(hours * 3600e6), "us")
    return Received(location, content(rows), at, more.pop("provider", "folder"), **more)


def read(content: bytes, file: str, *, data_mode: DataMode) -> list[Parsed]:
    """One JSON list: element sets; `bad` records are refused; `oem` and `satcat` records are what they say."""
    try:
        records = json.loads(content)
    except ValueError as error:
        raise FormatError(f"{file}: not JSON") from error
    good = [(n, r) for n, r in enumerate(records, 1) if not {"bad", "oem", "satcat"} & set(r)]
    table = sets(
        [r["norad"] for _, r in good],
        [r["hours"] for _, r in good],
        ma_deg=np.array([r["ma"] for _, r in good], float),
        raan_deg=np.zeros(len(good)),
        name=np.array([r.get("name", "") for _, r in good], object),
        cospar_id=np.array([r.get("cospar", "") for _, r in good], object),
        element_set_no=np.array([r.get("no", 0) for _, r in good], np.int32),
        known_utc=np.array([T0 + HOUR * r["made"] if "made" in r else NAT for _, r in good], "datetime64[us]"),
        data_mode=np.full(len(good), data_mode, np.uint8),
    )
    problems = [Problem(file, None, n, "bad", str(r["bad"]), "a good one") for n, r in enumerate(records, 1) if "bad" in r]
    parsed = Parsed(
        file=file,
        format="toy",
        element_sets=table,
        ephemerides=tuple(_ephemeris(r) for r in records if "oem" in r),
        names=tuple(_satcat(r) for r in records if "satcat" in r),
        problems=tuple(problems),
        records=len(records),
        record_of_row=np.array([n for n, _ in good], np.int64),
    )
    return [parsed]


def _ephemeris(r: Mapping[str, Any]) -> Ephemeris:
    t = T0 + HOUR * r["hours"] + np.arange(3) * HOUR
    made = T0 + HOUR * r["made"] if "made" in r else NAT
    zero = np.zeros((3, 3))
    return Ephemeris(r.get("norad"), r["oem"], "", "EME2000", "EARTH", t, zero, zero, t[0], t[-1], known_utc=made)


def _satcat(r: Mapping[str, Any]) -> ObjectName:
    return ObjectName(r["norad"], r.get("cospar", ""), r["satcat"], "PAYLOAD", r.get("owner", ""), "", "", NAT, "")

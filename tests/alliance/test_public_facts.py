"""The rows against the public catalogue of May 2026 and the registry of 2023: numbers, designators, places, operators."""

from __future__ import annotations

import csv
import gzip
import io
import math
from pathlib import Path

import pytest
from sgp4.api import Satrec, jday

from hoshimori.alliance import co_locations, watchlist

pytestmark = pytest.mark.data
NOON = jday(2026, 5, 30, 12, 0, 0)
rounding_deg = 0.006  # longitudes are written to 0.01 deg
GROUPS = ("geo", "resource", "science")


@pytest.fixture(scope="module")
def newest(data: Path) -> dict[int, Satrec]:
    """The newest set of each object in the groups of 24-30 May 2026."""
    found: dict[int, Satrec] = {}
    for group in GROUPS:
        lines = gzip.decompress((data / f"geo-week/{group}.3le.gz").read_bytes()).decode().splitlines()
        for one, two in zip(lines[1::3], lines[2::3], strict=True):
            record = Satrec.twoline2rv(one, two)
            held = found.get(record.satnum)
            if held is None or record.jdsatepoch + record.jdsatepochF > held.jdsatepoch + held.jdsatepochF:
                found[record.satnum] = record
    return found


@pytest.fixture(scope="module")
def registry(data: Path) -> dict[int, dict[str, str]]:
    text = gzip.decompress((data / "registry/UCS-Satellite-Database-5-1-2023.csv.gz").read_bytes()).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    return {int(r["NORAD Number"]): r for r in rows if r["NORAD Number"]}


def test_every_public_orbit_is_in_the_catalogue_under_its_designator(newest: dict[int, Satrec]) -> None:
    for asset in watchlist("japan-all").assets:
        if asset.public_orbit:
            assert asset.norad_id is not None
            assert f"20{newest[asset.norad_id].intldesg.strip()[:2]}-" == asset.cospar_id[:5], asset
            assert newest[asset.norad_id].intldesg.strip()[2:] == asset.cospar_id[5:], asset


def test_what_is_said_not_to_be_public_is_not(newest: dict[int, Satrec]) -> None:
    hidden = {a.norad_id for a in watchlist("japan-all").assets if not a.public_orbit}
    assert hidden & newest.keys() == set()


def test_longitudes_are_where_sgp4_puts_the_public_sets(newest: dict[int, Satrec]) -> None:
    seconds = (NOON[0] - 2451545.0 + NOON[1]) * 86400.0
    theta_deg = 280.46061837 + 360.98564736629 * seconds / 86400.0
    for asset in watchlist("japan-all").assets:
        if asset.longitude_deg_e is not None and asset.norad_id is not None:
            error, r, _ = newest[asset.norad_id].sgp4(*NOON)
            assert error == 0
            apart = (math.degrees(math.atan2(r[1], r[0])) - theta_deg - asset.longitude_deg_e + 180) % 360 - 180
            assert abs(apart) < rounding_deg, (asset.name, apart)


def test_registry_agrees_on_designators_and_on_japan_as_an_operator(registry: dict[int, dict[str, str]]) -> None:
    later = {"DSN-3 (KIRAMEKI-3)", "QZS-6 (MICHIBIKI-6)", "ALOS-4 (DAICHI-4)", "GOSAT-GW (IBUKI-GW)"}
    shared = {36106}  # INTELSAT 15, whose owner the registry counts as American
    for asset in watchlist("japan-all").assets:
        if asset.norad_id is None or asset.name in later:
            assert "UCS" not in asset.source, asset
            continue
        row = registry[asset.norad_id]
        assert row["COSPAR Number"].strip() == asset.cospar_id, asset
        assert "UCS" in asset.source, asset
        assert "Japan" in row["Country of Operator/Owner"] or asset.norad_id in shared, asset


def test_a_declared_slot_is_one_longitude_in_the_registry(registry: dict[int, dict[str, str]]) -> None:
    for slot in co_locations("japan-comms"):
        places = {round(float(registry[n]["Longitude of GEO (degrees)"])) for n in slot.norad_ids}
        assert (len(places) == 1) == (slot.grade == "A1"), (slot, places)

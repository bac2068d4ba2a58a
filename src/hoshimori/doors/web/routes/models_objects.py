"""The shapes of what is answered about objects, their element sets and the sensors on the ground."""

from __future__ import annotations

from typing import Any

from hoshimori.doors.web.routes.models_floor import Exact, Mode


class ObjectRow(Exact):
    """One object by its newest element set. Heights above 6378.137 km; longitude_deg: near the geostationary ring only."""

    norad_id: int
    name: str
    cospar_id: str
    owner: str
    kind: str
    epoch: str
    age_days: float
    period_min: float | None
    inc_deg: float
    apogee_km: float | None
    perigee_km: float | None
    longitude_deg: float | None
    data_mode: Mode


class ObjectPage(Exact):
    items: list[ObjectRow]
    next: str | None
    total: int
    as_of: str


class CalledRow(Exact):
    """What a number was called, by whom and since when."""

    name: str
    cospar_id: str
    object_type: str
    owner: str
    launch_date: str
    decay_date: str
    first_seen: str
    provider: str


class ErrorsRow(Exact):
    """One sigma of where the newest set puts the object at the moment asked, along its R, T, N, by the class of its orbit."""

    sigma_r_km: float | None
    sigma_t_km: float | None
    sigma_n_km: float | None
    basis: str


class ObjectFull(ObjectRow):
    as_of: str
    element_sets: int
    digest: str
    names: list[CalledRow]
    errors: ErrorsRow
    watched: bool


class SourceRef(Exact):
    """Where an element set was read from. received: when the bytes came in; sha256: null where no bytes stand behind it."""

    provider: str
    location: str
    sha256: str | None
    received: str


class SetRow(Exact):
    """One element set: keywords and units of OMM (CCSDS 502.0-B-3), TEME, UTC, SGP4."""

    digest: str
    norad_id: int
    name: str
    cospar_id: str
    epoch: str
    mean_motion_rev_day: float
    eccentricity: float
    inc_deg: float
    raan_deg: float
    argp_deg: float
    ma_deg: float
    bstar_per_er: float
    ndot_rev_day2: float
    nddot_rev_day3: float
    rev_at_epoch: int
    element_set_no: int
    classification: str
    known: str
    known_basis: str
    data_mode: Mode


class SetPage(Exact):
    items: list[SetRow]
    next: str | None
    total: int
    as_of: str


class SetFull(SetRow):
    source: SourceRef | None
    known_text: str


class Belt(Exact):
    """Longitudes (deg east, -180..180) of objects near the geostationary ring against time; null where none is known."""

    as_of: str
    t: list[str]
    norad_id: list[int]
    name: list[str]
    owner: list[str]
    data_mode: list[Mode]
    lon_deg: list[list[float | None]]
    watched: list[bool]
    left_out: int


class SiteRow(Exact):
    site_id: str
    name: str
    lat_deg: float
    lon_deg: float
    alt_km: float
    kind: str
    source: str
    grade: str


class SensorRow(Exact):
    sensor_id: str
    name: str
    site_id: str
    lat_deg: float
    lon_deg: float
    alt_km: float
    kind: str
    az_deg: list[float] | None
    el_min_deg: float
    range_km: float | None
    since: str
    source: str
    grade: str
    note: str


class Sensors(Exact):
    sites: list[SiteRow]
    sensors: list[SensorRow]


Columns = dict[str, Any]

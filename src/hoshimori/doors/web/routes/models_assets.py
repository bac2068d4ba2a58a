"""The shape of a timeline: everything about one object on one time axis."""

from __future__ import annotations

from hoshimori.doors.web.routes.models_floor import Exact, Mode

Triple = list[float | None]


class PanelRow(Exact):
    """One quantity against time; y is null where the record is silent. low, high: what an axis should cover."""

    key: str
    title: str
    unit: str
    t: list[str]
    y: list[float | None]
    low: float
    high: float
    small: bool


class BurnRow(Exact):
    """One manoeuvre found in the sets. Velocity changes radial, in-track, cross-track; null where the sets do not say."""

    t: str
    start: str
    stop: str
    sigma_s: float
    dv_rtn_m_s: Triple
    dv_sigma_m_s: Triple
    probability: float
    label: str
    label_text: str
    routine: bool | None
    known: str
    text: str
    data_mode: Mode


class StayRow(Exact):
    """usual: null where the record is too short to tell."""

    other: str
    other_name: str
    start: str
    stop: str
    miss_km: float
    sigma_km: float | None
    label: str
    label_text: str
    usual: bool | None
    text: str
    event: str
    data_mode: Mode


class SilenceRow(Exact):
    start: str
    stop: str
    text: str
    event: str | None


class WindowRow(Exact):
    kind: str
    kind_text: str
    label_text: str
    start: str
    stop: str
    text: str
    event: str
    data_mode: Mode


class ApproachRow(Exact):
    t: str
    kind: str
    other: str
    other_name: str
    miss_km: float | None
    sigma_km: float | None
    normal: bool
    text: str
    event: str
    data_mode: Mode


class Life(Exact):
    norad_id: int | None
    name: str
    start: str
    stop: str
    as_of: str
    element_sets: int
    panels: list[PanelRow]
    burns: list[BurnRow]
    stays: list[StayRow]
    silences: list[SilenceRow]
    windows: list[WindowRow]
    approaches: list[ApproachRow]
    departures: list[WindowRow]
    usual: list[str]
    untold: list[str]
    data_mode: Mode

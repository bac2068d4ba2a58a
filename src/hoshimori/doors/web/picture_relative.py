"""What is drawn of one event: the other one's path seen from the subject, the cloud of a break-up, a conjunction message."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from hoshimori.detect import neighbourhood, uncertainty
from hoshimori.detect.conjunction_messages import cdm_of
from hoshimori.detect.neighbourhood import Bodies, Watched
from hoshimori.detect.uncertainty import Errors
from hoshimori.doors.gabbard_svg import gabbard
from hoshimori.doors.web.answers import Document
from hoshimori.doors.web.picture_rows import Telling
from hoshimori.doors.web.plain import number, numbers, times
from hoshimori.doors.web.problems import ApiError
from hoshimori.doors.web.skies import Skies
from hoshimori.errors import FormatError, UsageError
from hoshimori.facts import Asset, ElementSets, Ephemeris, Floats, Ints, Times
from hoshimori.findings import Event, iso
from hoshimori.formats import dump_cdm
from hoshimori.sky import relative

RELATIVE = ("approach", "stay", "conjunction")
MOST_POINTS = 3000
PER_TURN = (12, 120)
REACH_DAYS = 30.0
EVERYWHERE_KM = 1e7
"""Both are asked for by number: nothing is left out for being far."""
Rows = tuple[Floats, Floats, Floats]


def not_of(event: Event, what: str, kinds: tuple[str, ...]) -> ApiError:
    return ApiError(
        409,
        "not-of-this-kind",
        "refused",
        f"event {event.event_id} is of kind {event.kind}: {what} is drawn of {', '.join(kinds)}",
    )


def rtn(skies: Skies, event: Event, as_of_utc: np.datetime64, t: Telling) -> dict[str, Any]:
    """The other one about the subject in the subject's R, T, N, over the event and one revolution on either side.

    By SGP4 from the sets known at the moment, blended as the detectors do; sigmas by the class of each orbit and the age of its
    sets, or by the owner's ephemeris. A long event is drawn around its nearest moment as far as `MOST_POINTS` go.
    """
    other = next((x for x in event.others if x.isdigit()), "")
    if event.kind not in RELATIVE or not other:
        raise not_of(event, "relative motion", RELATIVE)
    body, around = _both(skies, event, int(other), as_of_utc)
    start, stop, per_turn = _window(event, body)
    t_utc = _moments(event, body, start, stop, per_turn)
    errors = Errors(_histories(skies, (body.key, int(other)), as_of_utc)) if event.kind == "conjunction" else None
    x, sigma = _seen(around, body, int(other), t_utc, errors)
    nearest = _nearest(event, t_utc, x)
    rows = {name: numbers(x[:, k], 4) for k, name in enumerate(("r_km", "t_km", "n_km"))}
    at = [None if nearest is None else number(sigma[nearest, k]) for k in range(3)]
    minima: list[dict[str, Any]] = [{"t": iso(m.t_utc), "miss_km": m.miss_km} for m in event.minima] or _itself(event)
    return {
        "event": event.event_id,
        "subject": event.subject,
        "subject_name": t.name(event.subject),
        "other": other,
        "other_name": t.name(other),
        "start": iso(start),
        "stop": iso(stop),
        "t": times(t_utc),
        **rows,
        **{f"sigma_{name}_km": at[k] for k, name in enumerate("rtn")},
        **{f"sigmas_{name}_km": numbers(sigma[:, k], 4) for k, name in enumerate("rtn")},
        "basis": _basis(body, errors),
        "closest": None if nearest is None else iso(t_utc[nearest]),
        "minima": [m for m in minima if iso(start) <= str(m["t"]) <= iso(stop)],
        "as_of": iso(as_of_utc),
        "data_mode": event.data_mode.name,
    }


def _nearest(event: Event, t_utc: Times, x: Floats) -> int | None:
    """Where the two are nearest within the event itself, not in what is drawn around it; None where nothing is known there."""
    inside = (t_utc >= event.start_utc) & (t_utc <= event.stop_utc)
    if not inside.any():
        inside[np.argmin(np.abs(t_utc - event.start_utc))] = True
    far = np.where(inside, np.sqrt((x * x).sum(axis=1)), np.nan)
    return int(np.nanargmin(far)) if np.isfinite(far).any() else None


def _itself(event: Event) -> list[dict[str, Any]]:
    miss = event.quantities.get("miss_km")
    return [{"t": iso(event.start_utc), "miss_km": miss.value}] if miss is not None else []


def _both(skies: Skies, event: Event, other: int, as_of_utc: np.datetime64) -> tuple[Watched, Bodies]:
    """The two, ready for SGP4 around the event. ApiError where one of them has no orbit then."""
    margin = np.timedelta64(2, "D")
    view = skies.view(as_of_utc, event.start_utc - margin, event.stop_utc + margin)
    asset = _asset(skies, event.subject)
    sets = view.sets([other, *([asset.norad_id] if asset.norad_id is not None else [])])
    group = neighbourhood.watched(view, [asset], sets)
    if not group:
        raise _no_orbit(event.subject, as_of_utc)
    around = neighbourhood.bodies(sets, group, EVERYWHERE_KM, REACH_DAYS)
    if other not in around.keys:
        raise _no_orbit(str(other), as_of_utc)
    return group[0], around


def _no_orbit(who: str, as_of_utc: np.datetime64) -> ApiError:
    return ApiError(
        409, "no-orbit", "refused", f"no orbit of {who} around this event is known at {iso(as_of_utc)}: ask as of later"
    )


def _asset(skies: Skies, subject: str) -> Asset:
    """As a watchlist has it; else an object that nobody watches, by its number."""
    for one in skies.lists():
        for a in one.assets:
            if subject in (str(a.norad_id), a.asset_id):
                return a
    number_ = int(subject) if subject.isdigit() else None
    return Asset(subject, number_, "", "", "", "", "", None, True, "", "")


def _window(event: Event, body: Watched) -> tuple[np.datetime64, np.datetime64, int]:
    """From when to when, and how many points a revolution: as many as `MOST_POINTS` allow, and never fewer than shapes need."""
    turn = np.timedelta64(round(body.period_s * 1e6), "us")
    start, stop = event.start_utc - turn, event.stop_utc + turn
    turns = float((stop - start) / turn)
    per_turn = int(np.clip(MOST_POINTS / turns, *PER_TURN))
    if turns * per_turn > MOST_POINTS:
        nearest = min(event.minima, key=lambda m: m.miss_km).t_utc if event.minima else event.start_utc
        half = np.timedelta64(round(body.period_s * 1e6 * MOST_POINTS / per_turn / 2.0), "us")
        start, stop = max(start, nearest - half), min(stop, nearest + half)
    return start, stop, per_turn


def _moments(event: Event, body: Watched, start: np.datetime64, stop: np.datetime64, per_turn: int) -> Times:
    """Evenly so many a revolution, and every closest approach that is told, so that what is drawn reaches down to it."""
    step = np.timedelta64(round(body.period_s * 1e6 / per_turn), "us")
    told = [m.t_utc for m in event.minima] or [event.start_utc]
    even = np.arange(start, stop + step, step).astype("datetime64[us]")
    return np.unique(np.concatenate([even, np.array([t for t in told if start <= t <= stop], "datetime64[us]")]))


def _histories(skies: Skies, keys: tuple[int, ...], as_of_utc: np.datetime64) -> dict[int, ElementSets]:
    """Of those that go by element sets: what their own error models are learnt from."""
    every = skies.view(as_of_utc).history([k for k in keys if k >= 0])
    return {k: every.take(every.norad_id == k) for k in keys}


def _basis(body: Watched, errors: Errors | None) -> list[str]:
    """What the sigma of each rests on, the subject first."""
    sets = "own history" if errors is not None else "class and age"
    return ["owner's ephemeris" if body.ephemerides else sets, sets]


def _seen(around: Bodies, body: Watched, other: int, t_utc: Times, errors: Errors | None) -> tuple[Floats, Floats]:
    """(m, 3) the other one along the subject's R, T, N, and one sigma of that difference; NaN where no set speaks.

    The sigma as the detectors have it: of a conjunction by the error model of each object's own history, else by its class.
    """
    t_us: Ints = t_utc.astype("datetime64[us]").astype(np.int64)
    given: dict[int, tuple[Ephemeris, ...]] = {body.key: body.ephemerides} if body.ephemerides else {}
    states: dict[int, Rows] = {}
    for key in (body.key, other):
        row = np.full(len(t_us), around.row(key))
        r, v = around.trajectories.at(row, t_utc, np.zeros(len(t_us)))
        known = np.isfinite(r).all(axis=1)
        covariance = np.full((len(t_us), 3, 3), np.nan)
        if errors is None or key in given:
            covariance[known] = uncertainty.covariance_teme_km2(around, row[known], t_us[known], r[known], v[known], given)
        else:
            since = uncertainty.since_days(around, row[known], t_us[known])
            numbered = np.full(len(since), key, np.int64)
            covariance[known] = errors.covariance_teme_km2(numbered, since, r[known], v[known])
        states[key] = r, v, covariance
    r, v, own = states[body.key]
    basis = relative.rtn_basis(r, v)
    both = own + states[other][2]
    sigma = np.sqrt(np.einsum("kij,kjl,kil->ki", basis, both, basis))
    return relative.to_rtn(states[other][0] - r, r, v), np.asarray(sigma)


def cloud(skies: Skies, event: Event, as_of_utc: np.datetime64, t: Telling) -> dict[str, Any]:
    """The Gabbard diagram of a break-up: every piece by its newest set known at the moment, and the parent."""
    if event.kind != "breakup":
        raise not_of(event, "a Gabbard diagram", ("breakup",))
    sky = skies.at(as_of_utc)
    numbers_ = [int(x) for x in event.others if x.isdigit()]
    rows = [row for k in numbers_ if (row := sky.row(k)) is not None]
    pieces = sky.latest.take(np.array(sorted(rows), np.int64))
    parent = sky.row(int(event.subject)) if event.subject.isdigit() else None
    held = set(pieces.norad_id.tolist())
    return {
        "event": event.event_id,
        "pieces": _pieces(pieces),
        "parent": None if parent is None else next(iter(_pieces(sky.latest.take(np.array([parent])))), None),
        "unknown": [x for x in event.others if not (x.isdigit() and int(x) in held)],
        "as_of": iso(as_of_utc),
        "data_mode": event.data_mode.name,
    }


def _pieces(sets: ElementSets) -> list[dict[str, Any]]:
    """By number; those that SGP4 cannot use are left out."""
    seen = gabbard(sets)
    order = np.argsort(sets.norad_id, kind="stable")
    rows = zip(
        sets.norad_id[order].tolist(), sets.name[order].tolist(), seen.period_min.tolist(), seen.apogee_km.tolist(),
        seen.perigee_km.tolist(), strict=True,
    )  # fmt: skip
    return [
        {"norad_id": k, "name": str(name), "period_min": p, "apogee_km": a, "perigee_km": q}
        for k, name, p, a, q in rows
        if np.isfinite([p, a, q]).all()
    ]


def message(skies: Skies, event: Event, spelling: Literal["kvn", "xml"]) -> Document:
    """A conjunction as a CDM. Where the event does not hold what the standard needs, it says what: nothing is made up."""
    try:
        made = cdm_of(event, skies.view(event.as_of_utc, event.start_utc - np.timedelta64(1, "D"), event.stop_utc))
        text = dump_cdm(made, kind=spelling)
    except FormatError as error:
        raise ApiError(422, "no-message", "cannot be written as a CDM", str(error)) from error
    except UsageError as error:
        raise ApiError(409, "no-message", "no CDM can be made of this", str(error)) from error
    media_type = "application/xml" if spelling == "xml" else "text/plain; charset=utf-8"
    ending = "xml" if spelling == "xml" else "cdm"
    return Document(text.encode(), media_type, f"{event.event_id}.{ending}", headers={"X-Data-Mode": event.data_mode.name})

"""Conjunction messages and the numbers in them: a message as a meeting to compute with, and our own computation as a message.

R, T and N of an object are those of its own inertial state, and are taken as fixed at closest approach: covariances turn from
them into the inertial frame by one rotation for position and velocity alike, as CSpOC and CARA do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hoshimori.errors import DataError, UsageError
from hoshimori.facts import ConjunctionMessage, ConjunctionObject, DataMode, Floats, KnownBasis
from hoshimori.formats.cdm_comments import density_error, radius_comment
from hoshimori.sky import frames
from hoshimori.sky.chance.meeting import Meeting
from hoshimori.sky.frames import UNMEASURED, EarthOrientation
from hoshimori.sky.relative import rtn_basis, to_rtn

ORIGINATOR = "HOSHIMORI"
NOT_OPERATIONAL = (
    "SCREENING COMPUTATION FROM PUBLIC ELEMENT SETS (SGP4), NOT AN OPERATIONAL CONJUNCTION ASSESSMENT",
    "States and covariances are estimates from open data; a message from an operator or CSpOC outranks this one",
)
"""What every message of our own says of itself."""

_INERTIAL = frozenset({"EME2000", "GCRF"})


@dataclass(frozen=True)
class Party:
    """One object of a message of our own, at closest approach.

    r_km (3,), v_km_s (3,) in TEME. covariance_rtn: (6, 6) in km2, km2/s, km2/s2 along its own R, T, N.
    covariance_method: CALCULATED where the covariance rests on the object's own history, DEFAULT where on its class.
    """

    norad_id: int
    name: str
    cospar_id: str
    r_km: Floats
    v_km_s: Floats
    covariance_rtn: Floats
    covariance_method: str
    object_type: str = ""
    maneuverable: str = "N/A"
    comments: tuple[str, ...] = ()


def meeting(
    message: ConjunctionMessage,
    radius_km: float | None = None,
    *,
    correlated: bool = True,
    eop: EarthOrientation = UNMEASURED,
) -> Meeting:
    """The two objects in one inertial frame, ready for a collision probability.

    EME2000 and GCRF stay as they are, or meet in GCRF; ITRF goes to TEME of date (so that both objects turn alike: what the
    Earth does beyond theory cancels). ITRF beside an inertial frame needs `eop`. The radius is that of COMMENT HBR unless given.
    COMMENT DCP lines of both objects give `cross`, the part of the two errors that comes from one forecast of the air; it can
    change a probability tenfold. `correlated` False leaves it out: NASA CARA's published results of its 35 messages do.
    Raises UsageError without a radius, DataError where an object has no covariance or the frames do not meet.
    """
    states = _in_one_frame(message, eop)
    covariances = [_covariance_km(message, k) for k in range(2)]
    axes = [rtn_basis(r_km, v_km_s) for r_km, v_km_s in states]
    one, two = (_turned(rtn, c) for rtn, c in zip(axes, covariances, strict=True))
    (r1_km, v1_km_s), (r2_km, v2_km_s) = states
    cross = _cross(message, axes) if correlated else np.zeros((6, 6))
    return Meeting(r1_km, v1_km_s, r2_km, v2_km_s, one, two, _radius_km(message, radius_km), cross)


def message(
    first: Party,
    second: Party,
    tca_utc: np.datetime64,
    created_utc: np.datetime64,
    *,
    radius_km: float = float("nan"),
    probability: float = float("nan"),
    method: str = "",
    frame: str = "EME2000",
    message_id: str = "",
    message_for: str = "",
    comments: Sequence[str] = (),
    data_mode: DataMode = DataMode.REAL,
) -> ConjunctionMessage:
    """A message of our own, which says that it is a screening computation and no operational one.

    frame: EME2000 or GCRF. method: the function that gave the probability, such as foster_1992. Miss distance, speed and
    relative state are those of the two states at `tca_utc`.
    """
    if frame not in _INERTIAL:
        raise UsageError(f"frame {frame!r}: a message of our own is written in EME2000 or GCRF")
    objects = (_object(first, tca_utc, frame), _object(second, tca_utc, frame))
    dr_m = (objects[1].r_km - objects[0].r_km) * 1e3
    dv_m_s = (objects[1].v_km_s - objects[0].v_km_s) * 1e3
    radius_m = radius_km * 1e3
    said = (*NOT_OPERATIONAL, *([radius_comment(radius_m)] if np.isfinite(radius_m) else []), *comments)
    return ConjunctionMessage(
        message_id=message_id or _named(first, second, tca_utc, created_utc),
        originator=ORIGINATOR,
        created_utc=created_utc,
        message_for=message_for,
        tca_utc=tca_utc,
        miss_m=float(np.linalg.norm(dr_m)),
        relative_speed_m_s=float(np.linalg.norm(dv_m_s)),
        relative_position_rtn_m=to_rtn(dr_m, objects[0].r_km, objects[0].v_km_s),
        relative_velocity_rtn_m_s=to_rtn(dv_m_s, objects[0].r_km, objects[0].v_km_s),
        probability=probability,
        probability_method=method.upper().replace("_", "-"),
        objects=objects,
        radius_m=radius_m,
        comments=said,
        known_utc=created_utc,
        known_basis=KnownBasis.DECLARED,
        data_mode=data_mode,
    )


def _in_one_frame(message: ConjunctionMessage, eop: EarthOrientation) -> list[tuple[Floats, Floats]]:
    """Position and velocity of both objects in one inertial frame."""
    named = {o.frame for o in message.objects}
    if len(named) == 1 and named <= _INERTIAL:
        return [(o.r_km, o.v_km_s) for o in message.objects]
    if named == _INERTIAL:
        return [(o.r_km, o.v_km_s) if o.frame == "GCRF" else frames.eme2000_to_gcrs(o.r_km, o.v_km_s) for o in message.objects]
    if len(named) > 1 and eop is UNMEASURED:
        raise DataError(
            f"message {message.message_id}: REF_FRAME {' and '.join(sorted(named))}: without the measured orientation of the "
            "Earth the two would be apart by up to 0.4 km in low orbit: give eop, or both objects in one frame"
        )
    tca = np.asarray(message.tca_utc)
    return [frames.to_teme(o.frame, o.r_km, o.v_km_s, tca, eop) for o in message.objects]


def _covariance_km(message: ConjunctionMessage, k: int) -> Floats:
    covariance = message.objects[k].covariance_rtn_m
    if covariance is None:
        raise DataError(f"message {message.message_id}: OBJECT{k + 1} has no covariance: no probability can be computed from it")
    return covariance * 1e-6


def _turned(rtn: Floats, covariance: Floats) -> Floats:
    """(6, 6) from the axes R, T, N (rows of `rtn`) into their frame, block by block: NaN of the velocity stays there."""
    blocks = np.einsum("ba,ibjc,cd->iajd", rtn, covariance.reshape(2, 3, 2, 3), rtn).reshape(6, 6)
    return np.asarray((blocks + blocks.T) / 2.0)


def _radius_km(message: ConjunctionMessage, radius_km: float | None) -> float:
    radius = message.radius_m / 1e3 if radius_km is None else radius_km
    if not (np.isfinite(radius) and radius > 0.0):
        given = "no COMMENT HBR line" if radius_km is None else f"radius_km={radius_km}"
        raise UsageError(f"message {message.message_id}: {given}: a summed hard-body radius above 0 is needed; give radius_km")
    return float(radius)


def _cross(message: ConjunctionMessage, axes: Sequence[Floats]) -> Floats:
    """E[e1 e2^T] (6, 6): both objects fly through the same wrongly forecast air. Zero where not both say how they answer to it.

    Reference: Casali, Hall et al., AAS 18-272 (2018): the sensitivities times the product of the two density errors' sigmas.
    """
    errors = [density_error(o.comments) for o in message.objects]
    vectors = [
        (e.vector_rtn_m.reshape(2, 3) @ rtn).ravel() * 1e-3 * e.sigma
        for rtn, e in zip(axes, errors, strict=True)
        if e is not None
    ]
    return np.outer(*vectors) if len(vectors) == 2 else np.zeros((6, 6))


def _object(party: Party, tca_utc: np.datetime64, frame: str) -> ConjunctionObject:
    r_km, v_km_s = frames.teme_to_gcrs(party.r_km, party.v_km_s, np.asarray(tca_utc))
    if frame == "EME2000":
        r_km, v_km_s = frames.gcrs_to_eme2000(r_km, v_km_s)
    fields = {"CATALOG_NAME": "SATCAT", "EPHEMERIS_NAME": "NONE", "COVARIANCE_METHOD": party.covariance_method}
    return ConjunctionObject(
        designator=str(party.norad_id),
        norad_id=party.norad_id,
        cospar_id=party.cospar_id,
        name=party.name,
        object_type=party.object_type,
        maneuverable=party.maneuverable,
        frame=frame,
        r_km=r_km,
        v_km_s=v_km_s,
        covariance_rtn_m=(party.covariance_rtn + party.covariance_rtn.T) / 2.0 * 1e6,
        fields=fields,
        comments=party.comments,
    )


def _named(first: Party, second: Party, tca_utc: np.datetime64, created_utc: np.datetime64) -> str:
    """An identity as others write theirs: both numbers, the approach, and when it was computed."""
    tca, created = (str(t.astype("datetime64[s]")).replace("-", "").replace(":", "") for t in (tca_utc, created_utc))
    return f"{first.norad_id:09d}_conj_{second.norad_id:09d}_{tca}_{created}"

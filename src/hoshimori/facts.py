"""What came in: element sets, ephemerides, assets, and the bytes that they stand on.

Facts are frozen. Times are UTC `datetime64[us]`. Angles are degrees and mean motion is revolutions per day, because that is
how the standards write them and a fact goes out as it came in; `sky` takes radians and converts at its own door.

Two times belong to every fact: when it was true (`epoch_utc`) and when it could first have been known (`known_utc`), with the
ground on which the second rests (`KnownBasis`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from hoshimori.errors import Problem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]
Bools = npt.NDArray[np.bool_]

MAX_NORAD_ID = 999_999_999
NOT_A_TIME = np.datetime64("NaT", "us")


class DataMode(IntEnum):
    """Is this the world, or not? Words of the Unified Data Library. Only REAL may enter a real assessment."""

    REAL = 0
    TEST = 1
    SIMULATED = 2
    EXERCISE = 3


class KnownBasis(IntEnum):
    """What the moment of first knowledge rests on, best first.

    OBSERVED  we, or a recorded mirror, saw it at that time and not at the look before
    DECLARED  the message states its creation time
    ASSUMED   nothing is recorded: epoch + `ASSUMED_LATENCY`, never later than the moment we took it in
    """

    OBSERVED = 0
    DECLARED = 1
    ASSUMED = 2


ASSUMED_LATENCY = np.timedelta64(12, "h")
"""Publication lag assumed where none is recorded. Public GP sets of one week in May 2026 were first seen at a median of
7-9 h after epoch, 95 % within 11-16 h: 12 h errs to the late side, so that an `as_of` query rarely knows too much."""

_NUMBERS = (
    "mean_motion_rev_day",
    "eccentricity",
    "inc_deg",
    "raan_deg",
    "argp_deg",
    "ma_deg",
    "bstar_per_er",
    "ndot_rev_day2",
    "nddot_rev_day3",
)
"""The columns that make the orbit, in the order in which the digest takes them."""

_DIGEST_ROW = np.dtype([("mode", "<i8"), ("norad_id", "<i8"), ("epoch_us", "<i8"), ("numbers", "<f8", (len(_NUMBERS),))])


@dataclass(frozen=True, slots=True)
class ElementSet:
    """One mean-element set for SGP4 (CCSDS OMM): TEME of date, UTC, WGS-72, by definition.

    `ndot_rev_day2` and `nddot_rev_day3` are as TLE and OMM write them: half the first, a sixth of the second derivative.
    `digest` is 32 hexadecimal digits: see `ElementSets.digests`. `source` is the SHA-256 of the bytes it was read from.
    """

    norad_id: int
    cospar_id: str
    name: str
    epoch_utc: np.datetime64
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
    known_utc: np.datetime64
    known_basis: KnownBasis
    data_mode: DataMode
    digest: str


@dataclass(frozen=True)
class ElementSets:
    """Many element sets as columns, one row each; the form in which numbers flow. Columns as in `ElementSet`.

    Shapes: every array is (n,). `known_utc` is NaT until the catalogue or a first-seen record fills it. `source` indexes
    whatever list of sources travels beside the table (the catalogue's), -1 for none.
    """

    norad_id: Ints
    epoch_utc: Times
    mean_motion_rev_day: Floats
    eccentricity: Floats
    inc_deg: Floats
    raan_deg: Floats
    argp_deg: Floats
    ma_deg: Floats
    bstar_per_er: Floats
    ndot_rev_day2: Floats
    nddot_rev_day3: Floats
    rev_at_epoch: npt.NDArray[np.int32]
    element_set_no: npt.NDArray[np.int32]
    classification: npt.NDArray[np.str_]  # "<U1"
    name: npt.NDArray[np.object_]  # str, "" where not given
    cospar_id: npt.NDArray[np.object_]  # "yyyy-nnnAAA", "" where not given
    known_utc: Times
    known_basis: npt.NDArray[np.uint8]
    data_mode: npt.NDArray[np.uint8]
    source: npt.NDArray[np.int32]

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        return tuple(f.name for f in fields(cls))

    @classmethod
    def build(cls, columns: Mapping[str, Any], *, data_mode: DataMode = DataMode.REAL) -> ElementSets:
        """A table from the columns at hand: `norad_id`, `epoch_utc` and the six elements are needed, the rest have defaults."""
        norad = np.asarray(columns["norad_id"], dtype=np.int64)
        n = len(norad)
        defaults: dict[str, Any] = {
            "bstar_per_er": np.zeros(n),
            "ndot_rev_day2": np.zeros(n),
            "nddot_rev_day3": np.zeros(n),
            "rev_at_epoch": np.zeros(n, np.int32),
            "element_set_no": np.zeros(n, np.int32),
            "classification": np.full(n, "U", "<U1"),
            "name": np.full(n, "", object),
            "cospar_id": np.full(n, "", object),
            "known_utc": np.full(n, NOT_A_TIME),
            "known_basis": np.full(n, KnownBasis.ASSUMED, np.uint8),
            "data_mode": np.full(n, data_mode, np.uint8),
            "source": np.full(n, -1, np.int32),
        }
        kinds: dict[str, Any] = {
            "epoch_utc": "datetime64[us]",
            "known_utc": "datetime64[us]",
            "rev_at_epoch": np.int32,
            "element_set_no": np.int32,
            "classification": "<U1",
            "name": object,
            "cospar_id": object,
            "known_basis": np.uint8,
            "data_mode": np.uint8,
            "source": np.int32,
        }
        made = {}
        for key in cls.columns():
            value = norad if key == "norad_id" else columns[key] if key in columns else defaults[key]
            made[key] = np.asarray(value, dtype=kinds.get(key, np.int64 if key == "norad_id" else np.float64))
        return cls(**made)

    @classmethod
    def empty(cls) -> ElementSets:
        return cls.build({k: [] for k in ("norad_id", "epoch_utc", *_NUMBERS)})

    @classmethod
    def concat(cls, parts: Sequence[ElementSets]) -> ElementSets:
        if not parts:
            return cls.empty()
        return cls(**{k: np.concatenate([getattr(p, k) for p in parts]) for k in cls.columns()})

    def __len__(self) -> int:
        return len(self.norad_id)

    def take(self, which: Any) -> ElementSets:
        """Rows by index array, slice or mask."""
        return ElementSets(**{k: getattr(self, k)[which] for k in self.columns()})

    def having(self, **columns: Any) -> ElementSets:
        """The same rows with some columns replaced."""
        return replace(self, **columns)

    def digests(self) -> npt.NDArray[np.uint64]:
        """(n, 2) the content digest of every row: the first 128 bits of SHA-256, big-endian halves.

        The bytes hashed are the little-endian row: data mode i8, norad_id i8, epoch in µs since 1970 i8, then f8 of mean
        motion, eccentricity, inclination, node, argument of perigee, mean anomaly, B*, n-dot/2, n-ddot/6 in the units of the
        columns. What names the object or the message (name, set number, revolution) is not part of the orbit and not hashed.
        """
        rows = np.zeros(len(self), _DIGEST_ROW)
        rows["mode"] = self.data_mode
        rows["norad_id"] = self.norad_id
        rows["epoch_us"] = self.epoch_utc.astype("datetime64[us]").astype(np.int64)
        for j, key in enumerate(_NUMBERS):
            rows["numbers"][:, j] = getattr(self, key) + 0.0  # -0.0 and 0.0 are one number
        size = _DIGEST_ROW.itemsize
        view = memoryview(rows.tobytes())
        sha = hashlib.sha256
        raw = b"".join([sha(view[k : k + size]).digest()[:16] for k in range(0, size * len(self), size)])
        return np.frombuffer(raw, dtype=">u8").reshape(-1, 2).astype(np.uint64)

    def digest_texts(self) -> list[str]:
        return [digest_text(hi, lo) for hi, lo in self.digests().tolist()]

    def record(self, i: int) -> ElementSet:
        """Row `i` as a record."""
        row = self.take(slice(i, i + 1) if i >= 0 else slice(i, None if i == -1 else i + 1))
        value = {k: getattr(row, k)[0] for k in self.columns() if k != "source"}
        for k in _NUMBERS:
            value[k] = float(value[k])
        value |= {
            "norad_id": int(value["norad_id"]),
            "rev_at_epoch": int(value["rev_at_epoch"]),
            "element_set_no": int(value["element_set_no"]),
            "classification": str(value["classification"]),
            "known_basis": KnownBasis(int(value["known_basis"])),
            "data_mode": DataMode(int(value["data_mode"])),
        }
        return ElementSet(**value, digest=row.digest_texts()[0])

    def __iter__(self) -> Iterator[ElementSet]:
        return (self.record(i) for i in range(len(self)))


def digest_text(hi: int, lo: int) -> str:
    """32 hexadecimal digits from the two halves of a content digest."""
    return f"{hi:016x}{lo:016x}"


def digest_halves(text: str) -> tuple[int, int]:
    """The inverse of `digest_text`."""
    return int(text[:16], 16), int(text[16:], 16)


@dataclass(frozen=True)
class Ephemeris:
    """States in time as somebody gave them (CCSDS OEM, one segment), or as we computed them.

    t_utc: (m,) strictly rising. r_km: (m, 3), v_km_s: (m, 3) in `frame` (TEME, EME2000, GCRF, ITRF..., as the message wrote
    it). Outside [usable_start, usable_stop] nothing is said. `covariance` (k, 6, 6) in km, km/s at `covariance_t_utc` (k,),
    in `covariance_frame`. `origin` is sgp4, tracked, operator or truth.
    """

    norad_id: int | None
    cospar_id: str
    name: str
    frame: str
    center: str
    t_utc: Times
    r_km: Floats
    v_km_s: Floats
    usable_start_utc: np.datetime64
    usable_stop_utc: np.datetime64
    interpolation: str = ""
    interpolation_degree: int | None = None
    covariance_t_utc: Times | None = None
    covariance: Floats | None = None
    covariance_frame: str = ""
    origin: str = "operator"
    originator: str = ""
    known_utc: np.datetime64 = NOT_A_TIME
    known_basis: KnownBasis = KnownBasis.ASSUMED
    data_mode: DataMode = DataMode.REAL
    source: str = ""  # SHA-256 of the bytes it was read from


@dataclass(frozen=True)
class ConjunctionObject:
    """One of the two objects of a conjunction message: who it is, and where, with what covariance, at closest approach.

    r_km (3,), v_km_s (3,) in `frame` (ITRF, GCRF or EME2000). covariance_rtn_m: (6, 6) in m2, m2/s and m2/s2 along the
    object's own R, T, N, as the message writes it; None where it gives none. `fields`: every keyword of the section as written.
    """

    designator: str
    norad_id: int | None
    cospar_id: str
    name: str
    object_type: str  # PAYLOAD, ROCKET BODY, DEBRIS, UNKNOWN, OTHER or ""
    maneuverable: str  # YES, NO, N/A or ""
    frame: str
    r_km: Floats
    v_km_s: Floats
    covariance_rtn_m: Floats | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConjunctionMessage:
    """One CCSDS conjunction data message (CDM): somebody's computation of one close approach, as they wrote it.

    NaN where an optional number is absent. `radius_m`: the summed hard-body radius of a COMMENT HBR line. `fields` and
    `comments` hold the header and relative metadata as written, for a message goes out as it came in.
    """

    message_id: str
    originator: str
    created_utc: np.datetime64
    message_for: str
    tca_utc: np.datetime64
    miss_m: float
    relative_speed_m_s: float
    relative_position_rtn_m: Floats  # (3,), NaN where absent
    relative_velocity_rtn_m_s: Floats
    probability: float
    probability_method: str
    objects: tuple[ConjunctionObject, ConjunctionObject]
    radius_m: float = float("nan")
    fields: Mapping[str, str] = field(default_factory=dict)
    comments: tuple[str, ...] = ()
    known_utc: np.datetime64 = NOT_A_TIME
    known_basis: KnownBasis = KnownBasis.ASSUMED
    data_mode: DataMode = DataMode.REAL
    source: str = ""  # SHA-256 of the bytes it was read from


@dataclass(frozen=True, slots=True)
class ObjectName:
    """What an object was called, by whom, and when that was first seen. Names and owners change; numbers are kept apart."""

    norad_id: int
    cospar_id: str
    name: str
    object_type: str  # PAYLOAD, ROCKET BODY, DEBRIS, UNKNOWN or ""
    owner: str
    launch_date: str  # ISO date or ""
    decay_date: str  # ISO date or ""
    first_seen_utc: np.datetime64
    provider: str


@dataclass(frozen=True)
class Parsed:
    """What one file or answer held: facts, and everything that was wrong with it."""

    file: str
    format: str  # "TLE", "OMM/JSON", "OEM/KVN"... or the name of what was recognised and refused
    element_sets: ElementSets
    ephemerides: tuple[Ephemeris, ...] = ()
    names: tuple[ObjectName, ...] = ()
    problems: tuple[Problem, ...] = ()
    records: int = 0
    """Records met, read or refused. Row n of a first-seen file belongs to record n."""
    record_of_row: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """(n,) for each row of element_sets, its record number, from 1."""
    conjunctions: tuple[ConjunctionMessage, ...] = ()


@dataclass(frozen=True)
class Received:
    """Bytes as they arrived, where from and when. The bytes are stored before anything is read from them.

    `location` is a path or URL without secrets. `first_seen` maps a record number (from 1) to the moment at which a mirror
    first saw that record, where such a log came along.
    """

    location: str
    content: bytes
    received_utc: np.datetime64
    provider: str  # "folder", "celestrak", "spacetrack", "practice sky"
    media_type: str = ""
    data_mode: DataMode = DataMode.REAL
    first_seen: Mapping[int, np.datetime64] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Asset:
    """One satellite that somebody depends on. `public_orbit` False: no open element sets exist; the owner's OEM is needed."""

    asset_id: str
    norad_id: int | None
    cospar_id: str
    name: str
    name_ja: str
    operator: str
    orbit: str  # LEO, MEO, GEO, IGSO, HEO
    longitude_deg_e: float | None
    public_orbit: bool
    source: str
    grade: str  # Admiralty: reliability A-F, credibility 1-6
    note: str = ""


@dataclass(frozen=True)
class Watchlist:
    """Assets to watch, with the co-locations that their operators declare. `as_of` is the date of its facts."""

    watchlist_id: str
    title: str
    title_ja: str
    as_of: str
    assets: tuple[Asset, ...]
    co_located: tuple[frozenset[int], ...] = ()
    location: str = ""

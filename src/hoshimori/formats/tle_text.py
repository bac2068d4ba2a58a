"""Element sets as two lines of 69 columns, where they fit: Alpha-5 to 339999, and every value within its columns.

Reference: CelesTrak, "NORAD Two-Line Element Set Format"; Space-Track, Alpha-5.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

import numpy as np

from hoshimori.errors import UsageError
from hoshimori.facts import Bools, ElementSets, Times
from hoshimori.formats.complaints import Sieve
from hoshimori.formats.designators import ALPHA5_MAX, cospar_to_tle, norad_to_tle
from hoshimori.formats.tle_columns import WIDTH, checksums
from hoshimori.formats.writing import check_sets

_TICK = np.timedelta64(864, "us")
"""One unit of the last column of a TLE epoch: 1e-8 day."""
_FIRST, _END = np.datetime64("1957-01-01", "us"), np.datetime64("2057-01-01", "us")


def dump_tle(sets: ElementSets, *, lines: Literal[2, 3]) -> str:
    """All sets as 2LE or as 3LE with "0 NAME". A set that was read from a TLE comes back number for number.

    A set with more digits than the columns hold is rounded to the last column: epoch by up to 432 us (3.2 m along track in
    low orbit), angles by 5e-5 deg. The data mode and creation date have no column and are not written.
    Raises FormatError with every row that does not fit.
    """
    if lines not in (2, 3):
        raise UsageError(f"lines={lines!r}: a TLE has 2 lines, or 3 with the name")
    check_sets(sets, "TLE", lambda sieve: _refuse_too_wide(sets, sieve))
    ones, twos = _lines_one(sets), _lines_two(sets)
    titles = [f"0 {name}\n" if lines == 3 else "" for name in sets.name.tolist()]
    return "".join(
        f"{title}{one}{sum_one}\n{two}{sum_two}\n"
        for title, one, sum_one, two, sum_two in zip(titles, ones, _checksums(ones), twos, _checksums(twos), strict=True)
    )


def _refuse_too_wide(sets: ElementSets, sieve: Sieve) -> None:
    sieve.refuse(sets.norad_id > ALPHA5_MAX, "NORAD_CAT_ID", f"at most {ALPHA5_MAX}: no TLE can hold more; write OMM instead")
    last_tick = _END - _TICK / 2
    sieve.refuse((sets.epoch_utc < _FIRST) | (sets.epoch_utc >= last_tick), "EPOCH", "a year 1957-2056")
    sieve.refuse(sets.mean_motion_rev_day >= 99.999999995, "MEAN_MOTION", "below 100 rev/day")
    sieve.refuse(sets.eccentricity >= 0.99999995, "ECCENTRICITY", "below 1 with seven decimals")
    for keyword, angle in (
        ("RA_OF_ASC_NODE", sets.raan_deg),
        ("ARG_OF_PERICENTER", sets.argp_deg),
        ("MEAN_ANOMALY", sets.ma_deg),
    ):
        sieve.refuse((angle < 0.0) | (angle > 360.0), keyword, "0 to 360 deg")
    sieve.refuse(np.abs(sets.ndot_rev_day2) >= 0.999999995, "MEAN_MOTION_DOT", "below 1 rev/day**2")
    sieve.refuse(_too_large(sets.nddot_rev_day3), "MEAN_MOTION_DDOT", "below 1e9 rev/day**3")
    sieve.refuse(_too_large(sets.bstar_per_er), "BSTAR", "below 1e9 per Earth radius")
    sieve.refuse((sets.rev_at_epoch < 0) | (sets.rev_at_epoch > 99_999), "rev_at_epoch", "0..99999")
    sieve.refuse((sets.element_set_no < 0) | (sets.element_set_no > 9_999), "element_set_no", "0..9999")
    early = np.array([cospar_to_tle(t) is None for t in sets.cospar_id.tolist()], bool)
    sieve.refuse(early, "OBJECT_ID", "a designator of the years 1957-2056, or nothing")


def _too_large(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Bools:
    return np.asarray(np.abs(values) >= 0.999995e9, bool)


def _lines_one(sets: ElementSets) -> list[str]:
    return [
        f"1 {norad_to_tle(norad)}{kind or 'U'} {cospar_to_tle(cospar)} {epoch} "
        f"{_fraction(ndot)} {_power(nddot)} {_power(bstar)} 0 {number:4d}"
        for norad, kind, cospar, epoch, ndot, nddot, bstar, number in zip(
            sets.norad_id.tolist(),
            sets.classification.tolist(),
            sets.cospar_id.tolist(),
            _epochs(sets.epoch_utc),
            sets.ndot_rev_day2.tolist(),
            sets.nddot_rev_day3.tolist(),
            sets.bstar_per_er.tolist(),
            sets.element_set_no.tolist(),
            strict=True,
        )
    ]


def _lines_two(sets: ElementSets) -> list[str]:
    return [
        f"2 {norad_to_tle(norad)} {inc:8.4f} {raan:8.4f} {f'{ecc:.7f}'[2:]} {argp:8.4f} {ma:8.4f} {n:11.8f}{rev:5d}"
        for norad, inc, raan, ecc, argp, ma, n, rev in zip(
            sets.norad_id.tolist(),
            sets.inc_deg.tolist(),
            sets.raan_deg.tolist(),
            sets.eccentricity.tolist(),
            sets.argp_deg.tolist(),
            sets.ma_deg.tolist(),
            sets.mean_motion_rev_day.tolist(),
            sets.rev_at_epoch.tolist(),
            strict=True,
        )
    ]


def _epochs(t: Times) -> list[str]:
    """yyddd.dddddddd, rounded to 864 us."""
    rounded = _FIRST + ((t - _FIRST + _TICK / 2) // _TICK) * _TICK
    year = rounded.astype("datetime64[Y]")
    days, ticks = np.divmod((rounded - year.astype("datetime64[us]")) // _TICK, 100_000_000)
    years = (year.astype(np.int64) + 1970) % 100
    return [f"{y:02d}{d + 1:03d}.{f:08d}" for y, d, f in zip(years.tolist(), days.tolist(), ticks.tolist(), strict=True)]


def _fraction(value: float) -> str:
    """ " .00016717": sign, point and eight decimals."""
    sign = "-" if value < 0 else " "
    return f"{sign}{abs(value):.8f}".replace("0.", ".", 1)


def _power(value: float) -> str:
    """ " 12345-3" for 0.12345e-3: sign, five digits of a fraction, power of ten from -9 to 9."""
    exact = Decimal(repr(abs(value)))
    power = max(-9, exact.adjusted() + 1) if exact else 0
    digits = int((exact.scaleb(5 - power)).to_integral_value(ROUND_HALF_EVEN))
    if digits == 100_000:  # 0.999995 rounds up to the next power
        digits, power = 10_000, power + 1
    sign = "-" if value < 0 else " "
    return f"{sign}{digits:05d}{'-' if power < 0 or not digits else '+'}{abs(power) if digits else 0}"


def _checksums(lines: list[str]) -> str:
    block = np.frombuffer("".join(f"{line} " for line in lines).encode("ascii"), np.uint8).reshape(-1, WIDTH)
    return checksums(block).tobytes().decode("ascii") if lines else ""

"""Element sets for the tests of this room: seeded, and of every kind that SGP4 treats differently."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sgp4.api import WGS72, Satrec

from hoshimori.sky import orbits

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

EPOCH = np.datetime64("2026-05-24T03:14:15.926535", "us")
MINUTE = np.timedelta64(60_000_000, "us")


def mixed(n: int, seed: int) -> tuple[Times, Floats]:
    """Epochs (n,) and elements (n, 7): LEO, low and decaying, MEO, GEO, Molniya and GTO in turn."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % 6
    motion = np.select(
        [kind == 0, kind == 1, kind == 2, kind == 3, kind == 4],
        [
            rng.uniform(12, 15.5, n),
            rng.uniform(16.0, 16.5, n),
            rng.uniform(1.9, 6, n),
            rng.normal(1.0027, 0.01, n),
            np.full(n, 2.006),
        ],
        rng.uniform(2.1, 2.4, n),
    )
    e = np.select(
        [kind == 0, kind == 1, kind == 2, kind == 3, kind == 4],
        [
            rng.uniform(0, 0.05, n),
            rng.uniform(0, 0.01, n),
            rng.uniform(0, 0.3, n),
            rng.uniform(0, 0.001, n),
            rng.uniform(0.6, 0.74, n),
        ],
        rng.uniform(0.70, 0.73, n),
    )
    inc = np.select(
        [kind == 3, kind == 4, kind == 5],
        [rng.uniform(0, 16, n), rng.uniform(60, 66, n), rng.uniform(0, 30, n)],
        rng.uniform(0, 110, n),
    )
    angles = rng.uniform(0, 360, (3, n))
    bstar = np.where(kind == 1, rng.uniform(0, 1e-2, n), rng.normal(0, 1e-4, n))
    epoch = EPOCH + (rng.uniform(0, 86400e6, n)).astype("timedelta64[us]")
    return epoch, np.column_stack((motion, e, inc, *angles, bstar))


def prepared(epoch: Times, elements: Floats) -> orbits.Satellites:
    return orbits.prepare(epoch, *elements.T)


def reference(epoch: np.datetime64, row: Floats) -> Satrec:
    """The same set in the `sgp4` package, Vallado's own code."""
    n, e, inc, raan, argp, ma, bstar = (float(x) for x in row)
    day, rest = divmod(int(epoch.astype("datetime64[us]").astype(np.int64)), 86_400_000_000)
    days = ((2440587.5 + day) + rest / 86400e6) - 2433281.5  # rounded as in the package's own reader
    satrec = Satrec()
    angles = (np.radians(x) for x in (argp, inc, ma))
    w, i, m = angles
    satrec.sgp4init(WGS72, "i", 0, days, bstar, 0.0, 0.0, e, w, i, m, n / (1440.0 / (2.0 * np.pi)), np.radians(raan))
    return satrec


def lines(text: str) -> tuple[Times, Floats]:
    """Epochs and elements of the two-line sets in `text`, read by column without regard to checksums."""
    rows = [line for line in text.splitlines() if line[:2] in ("1 ", "2 ") and len(line) >= 63]
    ones, twos = rows[::2], rows[1::2]
    epochs, elements = [], []
    for a, b in zip(ones, twos, strict=True):
        year, day = int(a[18:20]), a[20:32].strip()
        whole, fraction = day.split(".")
        start = np.datetime64(f"{year + (2000 if year < 57 else 1900)}-01-01", "us")
        epochs.append(start + np.timedelta64((int(whole) - 1) * 86_400_000_000 + int(fraction.ljust(8, "0")) * 864, "us"))
        bstar = float(f"{a[53].strip()}.{a[54:59].strip() or '0'}e{a[59:61]}")
        columns = (b[52:63], "0." + b[26:33].replace(" ", "0"), b[8:16], b[17:25], b[34:42], b[43:51])
        elements.append([*(float(c) for c in columns), bstar])
    return np.array(epochs, dtype="datetime64[us]"), np.array(elements)

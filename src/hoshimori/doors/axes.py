"""Where the ticks of an axis stand: round values, and round moments from hours to decades."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

HOURS = (1, 3, 6, 12)
DAYS = (1, 2, 4, 7, 14)
MONTHS = (1, 2, 3, 6)
YEARS = (1, 2, 5, 10, 20)
MONTH_DAYS, YEAR_DAYS = 30.44, 365.25


def levels(low: float, high: float, most: int = 5) -> list[float]:
    """About `most` round values that cover [low, high]; never fewer than three."""
    raw = (high - low) / most
    power = 10.0 ** np.floor(np.log10(raw))
    step = float(min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(s - raw)))
    first, last = int(np.floor(low / step + 1e-9)), int(np.ceil(high / step - 1e-9))
    return [k * step for k in range(first, max(last, first + 2) + 1)]


def moments(start: np.datetime64, stop: np.datetime64, most: int) -> list[tuple[np.datetime64, str]]:
    """At most about `most` round moments inside [start, stop], each with its text: 06-01 12h, 06-01, 2026-06 or 2026."""
    days = float((stop - start) / np.timedelta64(86_400_000_000, "us"))
    for step in HOURS:
        if days * 24.0 / step <= most:
            return _inside(start, stop, "h", step, lambda t: f"{t[5:10]} {t[11:13]}h")
    for step in DAYS:
        if days / step <= most:
            return _inside(start, stop, "D", step, lambda t: t[5:10])
    for step in MONTHS:
        if days / MONTH_DAYS / step <= most:
            return _inside(start, stop, "M", step, lambda t: t[:7])
    step = next((s for s in YEARS if days / YEAR_DAYS / s <= most), YEARS[-1])
    return _inside(start, stop, "Y", step, lambda t: t[:4])


def _inside(
    start: np.datetime64, stop: np.datetime64, unit: str, step: int, text: Callable[[str], str]
) -> list[tuple[np.datetime64, str]]:
    first = int(start.astype(f"datetime64[{unit}]").astype(np.int64))
    last = int(stop.astype(f"datetime64[{unit}]").astype(np.int64))
    every = np.arange(first - first % step, last + 1, step).astype(f"datetime64[{unit}]").astype("datetime64[us]")
    return [(t, text(str(t))) for t in every if start <= t <= stop]


def level_text(value: float, step: float) -> str:
    """The value of a tick with as many decimals as the step between ticks needs."""
    decimals = max(0, -int(np.floor(np.log10(step) + 1e-9))) if step > 0.0 else 0
    return f"{value:.{decimals}f}"

"""Measured numbers for people: three figures, a unit that suits their size, and ± one sigma."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hoshimori.detect.burns import Burn

SPANS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))


def speed(value_m_s: float, sigma_m_s: float = float("nan")) -> str:
    """+12.3 ± 0.4 mm/s; metres a second from 0.1 m/s on; "" where nothing is known."""
    if not np.isfinite(value_m_s):
        return ""
    scale, unit = (1.0, "m/s") if abs(value_m_s) >= 0.1 else (1000.0, "mm/s")
    digits = _digits(sigma_m_s * scale if np.isfinite(sigma_m_s) and sigma_m_s > 0.0 else abs(value_m_s) * scale / 10.0)
    tail = f" ± {sigma_m_s * scale:.{digits}f}" if np.isfinite(sigma_m_s) else ""
    return f"{value_m_s * scale:+.{digits}f}{tail} {unit}"


def bound(sigma_m_s: float) -> str:
    """< 0.3 m/s: what a velocity change stayed below, one sigma; "" where that is not known."""
    return f"< {speed(sigma_m_s)[1:]}" if np.isfinite(sigma_m_s) else ""


def _digits(sigma: float) -> int:
    """Decimals that show two figures of a sigma of this size; never more than four."""
    return int(np.clip(1 - np.floor(np.log10(max(sigma, 1e-9))), 0, 4)) if sigma < 10.0 else 0


def span(seconds: float, w: Mapping[str, str]) -> str:
    """3.4 h: a length of time in the largest unit that it fills, two figures."""
    size, unit = next(((s, u) for s, u in SPANS if seconds >= s), SPANS[-1])
    value = seconds / size
    return f"{value:.{0 if value >= 9.95 else 1}f} {w[f'unit {unit}']}"


def main_part(burn: Burn) -> tuple[str, float, float]:
    """The component that says most: "T" in-track or "N" cross-track, its value and sigma in m/s; "" and NaN if none is known."""
    parts = [(name, burn.dv_rtn_m_s[k], burn.dv_sigma_m_s[k]) for name, k in (("T", 1), ("N", 2))]
    known = [p for p in parts if np.isfinite(p[1])]
    return max(known, key=lambda p: abs(p[1]), default=("", float("nan"), float("nan")))

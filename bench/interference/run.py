"""Are invented emitters found where the estimator says? Prints, for each geometry: cases, verdicts, coverage of the 95 % ellipse.

python bench/interference/run.py [--cases 1000] [--geometry N] [--detector]
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from hoshimori.exercise import emitter as made
from hoshimori.sky import bent_pipe, geolocation

SEEDS = 100_000
"""Cases have seeds from here on; those that were looked at while the estimator was written were below 1,000."""


def asked(geometry: made.Geometry, heard: made.Heard) -> tuple[bent_pipe.Arrivals, tuple[bent_pipe.Relay, ...]]:
    """What was measured and published, as the estimator takes it."""
    m = len(heard.t_utc)
    zero = np.zeros(m, np.int64)
    up, down, other = (np.full(m, x) for x in (geometry.uplink_hz, *geometry.downlink_hz))
    late, shifted = np.full(m, geometry.tdoa_sigma_s), np.full(m, geometry.fdoa_sigma_hz)
    arrivals = bent_pipe.Arrivals(
        heard.t_utc, zero, zero + 1, heard.station_a_itrs_km, heard.station_b_itrs_km, up, down, other, heard.tdoa_s, late,
        heard.fdoa_hz, shifted, heard.emitter_itrs_km,
    )  # fmt: skip
    covariance = np.diag(np.array(geometry.sigma_rtn) ** 2)
    relays = [
        bent_pipe.relay(r, v, heard.t_utc, start, made.START, covariance)
        for (r, v), start in zip(heard.published, heard.published_start, strict=True)
    ]
    return arrivals, tuple(relays)


def solved(geometry: made.Geometry, heard: made.Heard) -> geolocation.Located:
    errors = geolocation.Errors(geometry.height_sigma_km, *geometry.bias_sigma)
    return geolocation.locate(*asked(geometry, heard), heard.assumed_height_km, errors)


def tried(geometry: made.Geometry, cases: int) -> dict[str, float]:
    """Counts over seeds; `inside`: the truth lies in an ellipse that was stated; `best inside`: in the likeliest one."""
    out = {"cases": 0.0, "located": 0.0, "ambiguous": 0.0, "inside": 0.0, "best inside": 0.0}
    size, off, began = [], [], time.perf_counter()
    for seed in range(SEEDS, SEEDS + cases):
        heard = made.hear(geometry, seed)
        found = solved(geometry, heard)
        out["cases"] += 1.0
        key = found.verdict if found.solutions else f"cannot: {found.why}"
        out[key] = out.get(key, 0.0) + 1.0
        if not found.solutions:
            continue
        place = (np.degrees(heard.lat_rad), np.degrees(heard.lon_rad))
        inside = [s.holds(*place) for s in found.solutions]
        out["inside"] += any(inside)
        out["best inside"] += inside[0]
        size.append(found.solutions[0].semi_major_km)
        off.append(min(float(np.hypot(*geolocation.offset_km(s, *place))) for s in found.solutions))
    told = out["located"] + out["ambiguous"]
    out["coverage"] = out["inside"] / told if told else float("nan")
    out["median semi-major km"], out["median miss km"] = float(np.median(size)), float(np.median(off))
    out["s a case"] = (time.perf_counter() - began) / cases
    return out


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=1000)
    options.add_argument("--geometry", type=int, default=None)
    given = options.parse_args()
    chosen = made.GEOMETRIES if given.geometry is None else made.GEOMETRIES[given.geometry : given.geometry + 1]
    for geometry in chosen:
        print(geometry.name)
        for key, value in tried(geometry, given.cases).items():
            print(f"    {key:24} {value:.4g}")


if __name__ == "__main__":
    main()

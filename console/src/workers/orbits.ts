/** Where all objects are at one moment: SGP4 and SDP4 of satellite.js over packed columns (WGS-72, improved mode, TEME). */

import { json2satrec, sgp4, type SatRec } from "satellite.js";
import type { Elements } from "./objects";

export const STATE = 6; // x, y, z [km], vx, vy, vz [km/s]
export const NOT_A_NUMBER = 7;
export const PAST_ITS_END = 8;
const FAR_KM = 2_000_000;
const DECAY_KM = 6378.137 - 50;

/** Element sets prepared once. `error[i]`: the reference's code, 7 not a number, 8 drag took the orbit past its end. */
export interface Sky {
  sets: (SatRec | null)[];
  epoch_ms: Float64Array;
}

export function prepare(elements: Elements): Sky {
  const sets: (SatRec | null)[] = new Array(elements.epoch_ms.length);
  for (let i = 0; i < sets.length; i++) sets[i] = prepared(elements, i);
  return { sets, epoch_ms: elements.epoch_ms };
}

function prepared(e: Elements, i: number): SatRec | null {
  const values = [e.mean_motion_rev_day, e.eccentricity, e.inc_deg, e.raan_deg, e.argp_deg, e.ma_deg, e.bstar].map((c) => c[i]!);
  if (!values.every(Number.isFinite) || !Number.isFinite(e.epoch_ms[i]!)) return null;
  const [MEAN_MOTION, ECCENTRICITY, INCLINATION, RA_OF_ASC_NODE, ARG_OF_PERICENTER, MEAN_ANOMALY, BSTAR] = values as [
    number, number, number, number, number, number, number,
  ]; // prettier-ignore
  if (MEAN_MOTION <= 0 || ECCENTRICITY < 0 || ECCENTRICITY >= 1) return null;
  return json2satrec({
    NORAD_CAT_ID: e.norad_id[i]!,
    EPOCH: new Date(e.epoch_ms[i]!).toISOString(),
    MEAN_MOTION, ECCENTRICITY, INCLINATION, RA_OF_ASC_NODE, ARG_OF_PERICENTER, MEAN_ANOMALY, BSTAR,
    MEAN_MOTION_DOT: 0,
    MEAN_MOTION_DDOT: 0,
  } as Parameters<typeof json2satrec>[0]); // prettier-ignore
}

/** States in TEME at one moment, six numbers for each object; zeros where there is none. Returns how many failed, by code. */
export function states(sky: Sky, ms: number, into: Float32Array): Record<number, number> {
  const failed: Record<number, number> = {};
  for (let i = 0; i < sky.sets.length; i++) {
    const code = state(sky, i, ms, into, i * STATE);
    if (code !== 0) failed[code] = (failed[code] ?? 0) + 1;
  }
  return failed;
}

/** One state into `into` from `at` on; the error code, and zeros where it is not 0. */
export function state(sky: Sky, i: number, ms: number, into: Float32Array | Float64Array, at: number): number {
  const set = sky.sets[i];
  let code: number = NOT_A_NUMBER;
  if (set) {
    const minutes = (ms - sky.epoch_ms[i]!) / 60000;
    const found = sgp4(set, minutes);
    code = found === null ? set.error || NOT_A_NUMBER : 0;
    // Of a set that was fine at its epoch, only drag takes the eccentricity out of range.
    if (code === 1 && minutes > 0 && set.bstar > 0) code = PAST_ITS_END;
    if (found !== null) {
      const { position: r, velocity: v } = found;
      const km = Math.hypot(r.x, r.y, r.z);
      // The theory lets an object whose drag has eaten its orbit rise again, to millions of km.
      if (!(km < FAR_KM)) code = PAST_ITS_END;
      else if (km < DECAY_KM) code = 6;
      else {
        into[at] = r.x;
        into[at + 1] = r.y;
        into[at + 2] = r.z;
        into[at + 3] = v.x;
        into[at + 4] = v.y;
        into[at + 5] = v.z;
        return 0;
      }
    }
  }
  into.fill(0, at, at + STATE);
  return code;
}

/** Cubic Hermite between two states `seconds` apart, at `u` in 0..1; the same as the vertex shader does. [km] */
export function between(a: Float32Array, b: Float32Array, at: number, seconds: number, u: number): [number, number, number] {
  const [h00, h10, h01, h11] = weights(u, seconds);
  return [
    h00 * a[at]! + h10 * a[at + 3]! + h01 * b[at]! + h11 * b[at + 3]!,
    h00 * a[at + 1]! + h10 * a[at + 4]! + h01 * b[at + 1]! + h11 * b[at + 4]!,
    h00 * a[at + 2]! + h10 * a[at + 5]! + h01 * b[at + 2]! + h11 * b[at + 5]!,
  ];
}

export function weights(u: number, seconds: number): [number, number, number, number] {
  const w = 1 - u;
  return [(1 + 2 * u) * w * w, u * w * w * seconds, u * u * (3 - 2 * u), -u * u * w * seconds];
}

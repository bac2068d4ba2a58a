/** The turning Earth and the Sun: from the frame of SGP4 (TEME) to the ground, with UT1 taken as UTC.
 *
 * The same chain as `sky/frames.py` of the Python package, without polar motion: 18 m on the ground. UT1 - UTC below 0.9 s is
 * 0.004 deg of longitude. */

export const EQUATOR_KM = 6378.137; // WGS-84
export const FLATTENING = 1 / 298.257223563;
export const POLE_KM = EQUATOR_KM * (1 - FLATTENING);

const RAD = Math.PI / 180;
const DAY_MS = 86_400_000;
const J2000_MS = Date.UTC(2000, 0, 1, 12);

/** Greenwich mean sidereal time, IAU 1982, in 0..2 pi: the angle between TEME and the Earth. */
export function gmst(ms: number): number {
  const days = (ms - J2000_MS) / DAY_MS;
  const t = days / 36525;
  // The whole turns of each day are left out before they are multiplied: they would cost six digits.
  const midnight = Math.floor(days - 0.5) + 0.5;
  const t0 = midnight / 36525;
  const seconds =
    24110.54841 + 8640184.812866 * t0 + 0.093104 * t * t - 6.2e-6 * t * t * t + (days - midnight) * 86400 * 1.002737909350795;
  const turn = (seconds / 86400) % 1;
  return (turn < 0 ? turn + 1 : turn) * 2 * Math.PI;
}

/** Unit vector to the Sun as seen from the ground (Earth-fixed). The Astronomical Almanac's short series: 0.01 deg. */
export function sun(ms: number): [number, number, number] {
  const days = (ms - J2000_MS) / DAY_MS;
  const anomaly = (357.528 + 0.9856003 * days) * RAD;
  const longitude = (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * RAD;
  const obliquity = (23.439 - 4e-7 * days) * RAD;
  const x = Math.cos(longitude);
  const y = Math.cos(obliquity) * Math.sin(longitude);
  const angle = gmst(ms);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [c * x + s * y, -s * x + c * y, Math.sin(obliquity) * Math.sin(longitude)];
}

export interface Ground {
  lon_deg: number;
  lat_deg: number;
  height_km: number;
}

/** The point below an Earth-fixed position, on WGS-84. Bowring (1976), one step: better than 1 cm of height up to GEO. */
export function ground(x: number, y: number, z: number): Ground {
  const p = Math.hypot(x, y);
  const e2 = FLATTENING * (2 - FLATTENING);
  const beta = Math.atan2(z * EQUATOR_KM, p * POLE_KM);
  const lat = Math.atan2(z + (e2 / (1 - e2)) * POLE_KM * Math.sin(beta) ** 3, p - e2 * EQUATOR_KM * Math.cos(beta) ** 3);
  const sin = Math.sin(lat);
  const normal = EQUATOR_KM / Math.sqrt(1 - e2 * sin * sin);
  const height = p * Math.cos(lat) + z * sin - (EQUATOR_KM * EQUATOR_KM) / normal;
  return { lon_deg: Math.atan2(y, x) / RAD, lat_deg: lat / RAD, height_km: height };
}

/** Earth-fixed position of a place on WGS-84. */
export function place(lon_deg: number, lat_deg: number, height_km = 0): [number, number, number] {
  const lon = lon_deg * RAD;
  const lat = lat_deg * RAD;
  const e2 = FLATTENING * (2 - FLATTENING);
  const normal = EQUATOR_KM / Math.sqrt(1 - e2 * Math.sin(lat) ** 2);
  const across = (normal + height_km) * Math.cos(lat);
  return [across * Math.cos(lon), across * Math.sin(lon), (normal * (1 - e2) + height_km) * Math.sin(lat)];
}

/** What sensors see, as lines on the globe: a sector clipped at its range, or where its horizon ends on the sky at a height. */

import { place } from "../../workers/earth";
import type { Vector } from "./camera";

export interface Sensor {
  sensor_id: string;
  name: string;
  site_id: string;
  lat_deg: number;
  lon_deg: number;
  alt_km: number;
  kind: string;
  az_deg: [number, number] | null;
  el_min_deg: number;
  range_km: number | null;
  source: string;
  grade: string;
}

/** `known`: its pointing is told. `lines`: each is drawn from point to point; the first, closed, is what is filled. */
export interface Field {
  name: string;
  known: boolean;
  at: Vector;
  lines: Vector[][];
}

const RAD = Math.PI / 180;
const STEP_DEG = 5;
/** Where no range is told: the height at which the edge of the view is drawn. */
export const SHELL_KM = 1000;

export function field(s: Sensor): Field {
  const at = place(s.lon_deg, s.lat_deg, s.alt_km);
  const el = s.el_min_deg;
  const from = looker(s);
  const reach = (az: number, up: number): Vector => along(at, from(az, up), s.range_km ?? toShell(at, from(az, up)));
  if (s.az_deg === null) return { name: s.name, known: false, at, lines: [arc(0, 360).map((az) => reach(az, el))] };
  const [a, b] = s.az_deg;
  const width = (b - a + 360) % 360 || 360;
  const base = arc(a, a + width).map((az) => reach(az, el));
  if (width === 360) return { name: s.name, known: true, at, lines: [base] };
  const rise = (az: number): Vector[] => [el, el + 10, el + 20, el + 35, 60, 75, 90].filter((up) => up >= el).map((up) => reach(az, up));
  return { name: s.name, known: true, at, lines: [[at, ...base, at], ...(s.range_km === null ? [] : [rise(a), rise(a + width)])] };
}

function arc(from: number, to: number): number[] {
  const parts = Math.max(2, Math.ceil((to - from) / STEP_DEG));
  return Array.from({ length: parts + 1 }, (_, k) => from + ((to - from) * k) / parts);
}

/** Directions from a site: azimuth from north by east, elevation above its horizon. */
function looker({ lon_deg: lon, lat_deg: lat }: Sensor): (az_deg: number, el_deg: number) => Vector {
  const [sl, cl, sp, cp] = [Math.sin(lon * RAD), Math.cos(lon * RAD), Math.sin(lat * RAD), Math.cos(lat * RAD)];
  return (az_deg, el_deg) => {
    const [e, n, u] = [Math.cos(el_deg * RAD) * Math.sin(az_deg * RAD), Math.cos(el_deg * RAD) * Math.cos(az_deg * RAD), Math.sin(el_deg * RAD)];
    return [-sl * e - sp * cl * n + cp * cl * u, cl * e - sp * sl * n + cp * sl * u, cp * n + sp * u];
  };
}

function along(from: Vector, way: Vector, km: number): Vector {
  return [from[0] + way[0] * km, from[1] + way[1] * km, from[2] + way[2] * km];
}

/** km along a direction until it is SHELL_KM above the radius of the place. */
function toShell(at: Vector, way: Vector): number {
  const r = Math.hypot(...at);
  const b = at[0] * way[0] + at[1] * way[1] + at[2] * way[2];
  return -b + Math.sqrt(b * b + (r + SHELL_KM) ** 2 - r * r);
}

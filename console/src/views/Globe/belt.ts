/** The GEO belt as a strip: longitude across, time downwards, one line for each object. Numbers and a pen, no page. */

import { wrapped } from "./camera";

export interface BeltRows {
  as_of: string;
  t: string[];
  norad_id: number[];
  name: string[];
  owner: string[];
  lon_deg: (number | null)[][];
  watched: boolean[];
}

/** The part of the belt that is looked at: longitudes around a middle. */
export interface Reach {
  middle_deg: number;
  width_deg: number;
}

export interface Ink {
  line: string;
  grid: string;
  ink: string;
  soft: string;
  watched: string;
  chosen: string;
  ground: string;
}

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const FRAME = { left: 40, top: 6, right: 8, bottom: 22 };
const LEAST_DEG = 0.5;
const FONT = "11px system-ui, 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif";

export function inner(width: number, height: number): Frame {
  return { left: FRAME.left, top: FRAME.top, width: width - FRAME.left - FRAME.right, height: height - FRAME.top - FRAME.bottom };
}

/** Where the watched stand, with room beside them; the whole belt where none does. */
export function home(rows: BeltRows): Reach {
  const last = rows.norad_id.flatMap((_, k) => (rows.watched[k] ? rows.lon_deg[k]!.filter((x): x is number => x !== null).slice(-1) : []));
  if (!last.length) return { middle_deg: 137, width_deg: 360 };
  const first = last[0]!;
  const beside = last.map((lon) => wrapped(lon - first));
  const [low, high] = [Math.min(...beside), Math.max(...beside)];
  return { middle_deg: wrapped(first + (low + high) / 2), width_deg: Math.min(Math.max((high - low) * 1.15 + 6, 20), 360) };
}

export function zoomed(reach: Reach, factor: number, at_deg: number): Reach {
  const width_deg = Math.min(Math.max(reach.width_deg * factor, LEAST_DEG), 360);
  const kept = wrapped(at_deg - reach.middle_deg) * (1 - width_deg / reach.width_deg);
  return { middle_deg: wrapped(reach.middle_deg + kept), width_deg };
}

export function across(lon_deg: number, reach: Reach, frame: Frame): number {
  return frame.left + (wrapped(lon_deg - reach.middle_deg) / reach.width_deg + 0.5) * frame.width;
}

export function longitudeAt(x: number, reach: Reach, frame: Frame): number {
  return wrapped(reach.middle_deg + ((x - frame.left) / frame.width - 0.5) * reach.width_deg);
}

/** Longitude of an object at a share of the time, 0 at the top; NaN where it is not known. */
export function longitude(lon: readonly (number | null)[], share: number): number {
  const at = share * (lon.length - 1);
  const k = Math.min(Math.floor(at), lon.length - 2);
  const [a, b] = [lon[k], lon[k + 1]];
  if (lon.length === 1) return lon[0] ?? NaN;
  if (a == null || b == null) return a ?? b ?? NaN;
  return wrapped(a + wrapped(b - a) * (at - k));
}

/** The line nearest to a place of the strip; -1: none within `within_px`. The watched win over others that are as near. */
export function nearest(rows: BeltRows, reach: Reach, frame: Frame, x: number, y: number, within_px = 8): number {
  const share = Math.min(Math.max((y - frame.top) / frame.height, 0), 1);
  let [best, least] = [-1, within_px];
  rows.lon_deg.forEach((lon, k) => {
    const far = Math.abs(across(longitude(lon, share), reach, frame) - x) - (rows.watched[k] ? 2 : 0);
    if (far < least) [best, least] = [k, far];
  });
  return best;
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45, 60, 90];

export function draw(
  pen: CanvasRenderingContext2D, rows: BeltRows, reach: Reach, frame: Frame, ink: Ink, chosen: number, hovered: number,
): void {
  const [right, bottom] = [frame.left + frame.width, frame.top + frame.height];
  pen.clearRect(0, 0, right + FRAME.right, bottom + FRAME.bottom);
  pen.font = FONT;
  grid(pen, rows, reach, frame, ink);
  pen.save();
  pen.beginPath();
  pen.rect(frame.left, frame.top, frame.width, frame.height);
  pen.clip();
  const lines = (wanted: (k: number) => boolean, colour: string, width: number, alpha = 1): void => {
    pen.globalAlpha = alpha;
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.beginPath();
    rows.lon_deg.forEach((lon, k) => wanted(k) && trace(pen, lon, reach, frame));
    pen.stroke();
    pen.globalAlpha = 1;
  };
  // Where many lines stand close together each is fainter, so that gaps and drifters can still be seen.
  const close = (rows.lon_deg.length * reach.width_deg) / 360 / frame.width;
  lines((k) => !rows.watched[k], ink.line, 1, Math.min(0.8, Math.max(0.3, 0.45 / close)));
  lines((k) => rows.watched[k] === true, ink.ground, 4.5);
  lines((k) => rows.watched[k] === true, ink.watched, 2.2);
  if (hovered >= 0) lines((k) => k === hovered, ink.ink, 2.2);
  if (chosen >= 0) lines((k) => k === chosen, ink.chosen, 3);
  pen.restore();
} // prettier-ignore

function trace(pen: CanvasRenderingContext2D, lon: readonly (number | null)[], reach: Reach, frame: Frame): void {
  let before = NaN;
  lon.forEach((deg, k) => {
    if (deg === null) {
      before = NaN;
      return;
    }
    const x = across(deg, reach, frame);
    const y = frame.top + (lon.length > 1 ? k / (lon.length - 1) : 1) * frame.height;
    // A line that leaves at one end of the strip comes in at the other.
    if (Math.abs(x - before) < frame.width / 2) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    before = x;
  });
}

function grid(pen: CanvasRenderingContext2D, rows: BeltRows, reach: Reach, frame: Frame, ink: Ink): void {
  const [right, bottom] = [frame.left + frame.width, frame.top + frame.height];
  pen.strokeStyle = ink.grid;
  pen.fillStyle = ink.soft;
  pen.lineWidth = 1;
  pen.textAlign = "center";
  pen.textBaseline = "top";
  const step = STEPS.find((s) => reach.width_deg / s <= Math.max(3, frame.width / 58)) ?? 90;
  const first = Math.ceil((reach.middle_deg - reach.width_deg / 2) / step) * step;
  for (let lon = first; lon <= reach.middle_deg + reach.width_deg / 2 + 1e-9; lon += step) {
    const x = Math.round(frame.left + ((lon - reach.middle_deg) / reach.width_deg + 0.5) * frame.width) + 0.5;
    stroke(pen, x, frame.top, x, bottom);
    pen.fillText(degrees(wrapped(lon), step), Math.min(Math.max(x, frame.left + 14), right - 14), bottom + 5);
  }
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  const [start, stop] = [Date.parse(rows.t[0] ?? ""), Date.parse(rows.t.at(-1) ?? "")];
  const DAY_MS = 86_400_000;
  for (let day = Math.ceil(start / DAY_MS) * DAY_MS; day <= stop; day += DAY_MS) {
    const y = Math.round(frame.top + ((day - start) / (stop - start)) * frame.height) + 0.5;
    stroke(pen, frame.left, y, right, y);
    if (y > frame.top + 4 && y < bottom - 4) pen.fillText(new Date(day).toISOString().slice(5, 10), frame.left - 5, y);
  }
  pen.strokeRect(frame.left + 0.5, frame.top + 0.5, frame.width - 1, frame.height - 1);
}

function stroke(pen: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

/** 137°E, with decimals where the step needs them; 180 is neither east nor west. */
export function degrees(lon: number, step = 0.01): string {
  const text = Math.abs(lon).toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return Number(text) === 0 || Number(text) === 180 ? `${text}°` : `${text}°${lon < 0 ? "W" : "E"}`;
}

export interface BeltLine {
  norad_id: number;
  name: string;
  owner: string;
  lon_deg: number | null;
  drift_deg_day: number | null;
  watched: boolean;
}

/** What the strip shows, as rows: where each stands at the end, and how it moved over the whole time. */
export function table(rows: BeltRows): BeltLine[] {
  const days = rows.t.map((t) => Date.parse(t) / 86_400_000);
  return rows.norad_id.map((norad_id, k) => {
    const lon = rows.lon_deg[k]!;
    const known = lon.flatMap((x, j) => (x === null ? [] : [j]));
    let turned = 0;
    for (let m = 1; m < known.length; m++) turned += wrapped(lon[known[m]!]! - lon[known[m - 1]!]!);
    const span = known.length > 1 ? days[known.at(-1)!]! - days[known[0]!]! : 0;
    return {
      norad_id,
      name: rows.name[k]!,
      owner: rows.owner[k]!,
      lon_deg: known.length ? lon[known.at(-1)!]! : null,
      drift_deg_day: span > 0 ? turned / span : null,
      watched: rows.watched[k] === true,
    };
  });
}

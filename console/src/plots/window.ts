/** The span of time that is looked at, and how it moves. Numbers only: milliseconds since 1970, UTC. */

export interface Span {
  start: number;
  stop: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Nobody looks at less: element sets come hours apart. */
export const LEAST_MS = 10 * MINUTE;

/** factor below 1: nearer. `at` stays where it is on the screen. */
export function zoomed(view: Span, whole: Span, factor: number, at: number): Span {
  const size = (view.stop - view.start) * factor;
  const share = (at - view.start) / (view.stop - view.start);
  return inside({ start: at - share * size, stop: at + (1 - share) * size }, whole);
}

/** share 1: one screen later. */
export function moved(view: Span, whole: Span, share: number): Span {
  const by = (view.stop - view.start) * share;
  return inside({ start: view.start + by, stop: view.stop + by }, whole);
}

/** The same size if it fits, never outside the whole and never too small. */
export function inside(view: Span, whole: Span): Span {
  const size = Math.min(Math.max(view.stop - view.start, LEAST_MS), Math.max(whole.stop - whole.start, LEAST_MS));
  const middle = (view.start + view.stop) / 2;
  const last = Math.max(whole.stop, whole.start + size) - size;
  const start = Math.min(Math.max(middle - size / 2, whole.start), last);
  return { start, stop: start + size };
}

export function across(t: number, view: Span, width: number): number {
  return ((t - view.start) / (view.stop - view.start)) * width;
}

export interface Tick {
  t: number;
  text: string;
}

const STEPS = [
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 10 * DAY,
];
const MONTHS = [1, 2, 3, 6, 12, 24, 60, 120, 240];

/** Round moments of UTC across a window, at most one for each `apart` pixels. */
export function ticks(view: Span, width: number, apart = 92): Tick[] {
  const most = Math.max(2, Math.floor(width / apart));
  const least = (view.stop - view.start) / most;
  const step = STEPS.find((s) => s >= least);
  return step === undefined ? monthly(view, least) : regular(view, step);
}

function regular(view: Span, step: number): Tick[] {
  const out: Tick[] = [];
  for (let t = Math.ceil(view.start / step) * step; t <= view.stop; t += step) out.push({ t, text: said(t, step) });
  return out;
}

function said(t: number, step: number): string {
  const iso = new Date(t).toISOString();
  if (step >= DAY || t % DAY === 0) return iso.slice(0, 10);
  return iso.slice(11, 16);
}

function monthly(view: Span, least: number): Tick[] {
  const every = MONTHS.find((m) => m * 30 * DAY >= least) ?? MONTHS[MONTHS.length - 1]!;
  const from = new Date(view.start);
  const out: Tick[] = [];
  for (let k = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / every) * every; ; k += every) {
    const t = Date.UTC(Math.floor(k / 12), k % 12, 1);
    if (t > view.stop) return out;
    if (t >= view.start) out.push({ t, text: new Date(t).toISOString().slice(0, every >= 12 ? 4 : 7) });
  }
}

/** Between which values most of a series lies: a lone wild value does not set the scale. least: what is shown at the least. */
export function covering(values: readonly (number | null)[], least: number): [number, number] {
  const known = values.filter((v): v is number => v !== null && Number.isFinite(v)).sort((a, b) => a - b);
  if (known.length === 0) return [0, 1];
  const at = (share: number): number => known[Math.round(share * (known.length - 1))]!;
  const spread = Math.max(at(0.75) - at(0.25), least / 20);
  const low = known.find((v) => v >= at(0.25) - 20 * spread)!;
  const high = known.findLast((v) => v <= at(0.75) + 20 * spread)!;
  const pad = Math.max((high - low) * 0.08, (least - (high - low)) / 2, 1e-12);
  return [low - pad, high + pad];
}

/** Round values across a scale, at most one for each `apart` pixels. */
export function rounded(low: number, high: number, length: number, apart = 34): number[] {
  const least = (high - low) / Math.max(1, Math.floor(length / apart));
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= least * 0.999) ?? 10 * power;
  const out: number[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) out.push(k * step + 0); // no minus zero
  return out;
}

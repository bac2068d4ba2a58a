/** What the service tells of one object's life, and how it stands on one axis of time. */

import { told, t } from "$lib/i18n.svelte";
import { quantity } from "$lib/format";
import { href } from "$lib/router.svelte";
import { app } from "$lib/state.svelte";
import { both, ms } from "$lib/time";
import type { EventRow, Mode } from "$lib/types";
import { BURNS, type Lane, type Mark, type Series, type Stretch } from "../../plots/shapes";
import type { Span } from "../../plots/window";

export interface Burn {
  t_utc: string;
  sigma_s: number | null;
  dv_rtn_m_s: (number | null)[];
  dv_sigma_m_s: (number | null)[];
  probability: number;
  class: string;
  routine: boolean | null;
  known_utc: string;
  start_utc: string;
  stop_utc: string;
  text?: string;
  event?: string | null;
}

export interface Stay {
  other: string;
  other_name?: string;
  start: string;
  stop: string;
  miss_km: number;
  sigma_km: number | null;
  label: string;
  label_text?: string;
  usual: boolean | null;
  event?: string | null;
}

export interface Approach {
  t: string;
  other: string;
  other_name: string;
  miss_km: number;
  sigma_km: number | null;
  event: string | null;
}

export interface Timeline {
  norad_id: number;
  name: string;
  start: string;
  stop: string;
  as_of: string;
  panels: { key: string; title: string; unit: string; t: string[]; y: (number | null)[] }[];
  burns: Burn[];
  stays: Stay[];
  silences: { start: string; stop: string }[];
  windows: EventRow[];
  approaches: Approach[];
  data_mode: Mode;
}

/** What an axis shows at the least, so that the last digit of an element set does not look like an event. */
const LEAST: Record<string, number> = {
  "mean longitude": 0.02, "longitude drift": 1e-3, "mean altitude": 0.02, "semi-major axis": 0.02, "perigee altitude": 0.02,
  eccentricity: 2e-5, inclination: 2e-3, "local time of node": 0.02, bstar: 2e-5,
};
const MOST_M_S = 10;

export function series(line: Timeline): Series[] {
  return line.panels.map((p) => ({ key: p.key, title: p.title, unit: p.unit, t: p.t.map(ms), y: p.y, least: LEAST[p.key] ?? 1e-3 }));
}

export function gaps(line: Timeline): Span[] {
  return line.silences.map((s) => ({ start: ms(s.start), stop: ms(s.stop) }));
}

export function whole(line: Timeline): Span {
  return { start: ms(line.start), stop: Math.max(ms(line.stop), ms(line.start) + 1) };
}

/** How large a burn was, m/s: what is known of it. */
export function size(b: Burn): number {
  return Math.hypot(...b.dv_rtn_m_s.map((v) => v ?? 0));
}

/** The larger known part of a burn with its sigma: "T +0.12 ± 0.01 m/s". */
export function part(b: Burn): string {
  const known = [1, 2].filter((k) => b.dv_rtn_m_s[k] !== null && b.dv_rtn_m_s[k] !== undefined);
  const k = known.sort((a, c) => Math.abs(b.dv_rtn_m_s[c]!) - Math.abs(b.dv_rtn_m_s[a]!))[0];
  if (k === undefined) return "";
  const value = b.dv_rtn_m_s[k]!;
  const said = quantity({ value, unit: "m/s", ...(b.dv_sigma_m_s[k] == null ? {} : { sigma: b.dv_sigma_m_s[k]! }) }, app.lang);
  return `${k === 1 ? "T" : "N"} ${value > 0 ? "+" : ""}${said}`;
}

export function burnClass(b: Burn): string {
  return told(`asset.burn.${b.class}`, b.class);
}

export function distance(km: number, sigma: number | null): string {
  return quantity(sigma === null ? { value: km, unit: "km" } : { value: km, unit: "km", sigma }, app.lang);
}

export function lanes(line: Timeline, events: readonly EventRow[]): Lane[] {
  return [
    lane("burns", { marks: line.burns.map(burnMark) }),
    lane("neighbours", { stretches: line.stays.map((s) => stayStretch(s, events)) }),
    lane("approaches", { marks: line.approaches.map(approachMark) }),
    lane("windows", { stretches: line.windows.map(windowStretch) }),
    lane("silences", { stretches: line.silences.map((s) => ({ ...span(s), row: "", tone: "unknown" as const, label: t("asset.silence"), href: "" })) }),
  ];
}

function lane(key: string, what: { marks?: Mark[]; stretches?: Stretch[] }): Lane {
  return { key, title: t(`asset.lane.${key}`), none: t(`asset.none.${key}`), marks: what.marks ?? [], stretches: what.stretches ?? [] };
}

function span(s: { start: string; stop: string }): Span {
  return { start: ms(s.start), stop: ms(s.stop) };
}

function burnMark(b: Burn): Mark {
  const sure = b.probability >= 0.5;
  const scale = Math.min(1, Math.max(0, (Math.log10(Math.max(size(b), 1e-3)) + 3) / (Math.log10(MOST_M_S) + 3)));
  const share = t("asset.probability", { p: Math.round(b.probability * 100) });
  return {
    t: ms(b.t_utc),
    sigma: (b.sigma_s ?? 0) * 1000,
    shape: BURNS[b.class]?.shape ?? "hexagon",
    size: scale,
    sure,
    tone: b.routine === false || b.class === "unusual" ? "notice" : "plain",
    label: `${both(b.t_utc)} ${burnClass(b)} ${part(b)} (${share})`,
    href: b.event ? href("event", b.event) : "",
  };
}

/** The finding that speaks of a stay: the service names it, or it has the same neighbour and overlaps. */
export function findingOf(s: Stay, events: readonly EventRow[]): EventRow | undefined {
  return (
    events.find((e) => e.id === s.event) ??
    events.find((e) => e.kind === "stay" && (e.others[0] === s.other || e.subject === s.other) && ms(e.start) <= ms(s.stop) && ms(e.stop) >= ms(s.start))
  );
}

function stayStretch(s: Stay, events: readonly EventRow[]): Stretch {
  const found = findingOf(s, events);
  const id = s.event ?? found?.id;
  const name = s.other_name || s.other;
  return {
    ...span(s),
    row: s.other,
    tone: s.usual === null ? "unknown" : s.usual ? "usual" : "notice",
    label: `${name}: ${distance(s.miss_km, s.sigma_km)}, ${s.label_text ?? s.label}${s.usual === false ? ` ▲ ${t("asset.unusual")}` : ""}`,
    href: id ? href("event", id) : href("object", s.other),
  };
}

function approachMark(a: Approach): Mark {
  return {
    t: ms(a.t),
    sigma: 0,
    shape: "down",
    size: Math.min(1, Math.max(0, 1 - Math.log10(Math.max(a.miss_km, 0.1) + 1) / 2)),
    sure: true,
    tone: "plain",
    label: `${both(a.t)} ${a.other_name || a.other}: ${distance(a.miss_km, a.sigma_km)}`,
    href: a.event ? href("event", a.event) : "",
  };
}

function windowStretch(e: EventRow): Stretch {
  return { ...span(e), row: e.kind, tone: e.normal ? "usual" : "notice", label: e.text, href: href("event", e.id) };
}

/** What the service tells of one object's life, and how it stands on one axis of time. */

import { t } from "$lib/i18n.svelte";
import { quantity } from "$lib/format";
import { href } from "$lib/router.svelte";
import { app } from "$lib/state.svelte";
import { both, ms } from "$lib/time";
import type { Mode } from "$lib/types";
import { BURNS, type Lane, type Mark, type Series, type Stretch } from "../../plots/shapes";
import type { Span } from "../../plots/window";

export interface Burn {
  t: string;
  start: string;
  stop: string;
  sigma_s: number | null;
  dv_rtn_m_s: (number | null)[];
  dv_sigma_m_s: (number | null)[];
  probability: number;
  label: string;
  label_text: string;
  routine: boolean | null;
  known: string;
  text: string;
}

export interface Stay {
  other: string;
  other_name: string;
  start: string;
  stop: string;
  miss_km: number;
  sigma_km: number | null;
  label: string;
  label_text: string;
  usual: boolean | null;
  text: string;
  event: string;
}

export interface Approach {
  t: string;
  other: string;
  other_name: string;
  miss_km: number | null;
  sigma_km: number | null;
  normal: boolean;
  text: string;
  event: string;
}

interface Spell {
  kind: string;
  kind_text: string;
  start: string;
  stop: string;
  text: string;
  event: string;
}

export interface Timeline {
  norad_id: number | null;
  name: string;
  start: string;
  stop: string;
  as_of: string;
  panels: { key: string; title: string; unit: string; t: string[]; y: (number | null)[]; low: number; high: number; small: boolean }[];
  burns: Burn[];
  stays: Stay[];
  silences: { start: string; stop: string; text: string; event: string | null }[];
  windows: Spell[];
  approaches: Approach[];
  departures: Spell[];
  usual: string[];
  untold: string[];
  data_mode: Mode;
}

/** What an axis shows at the least, so that the last digit of an element set does not look like an event. */
const LEAST: Record<string, number> = {
  "mean longitude": 0.02, "longitude drift": 1e-3, "mean altitude": 0.02, "semi-major axis": 0.02, "perigee altitude": 0.02,
  eccentricity: 2e-5, inclination: 2e-3, "local time of node": 0.02, bstar: 2e-5,
};
const MOST_M_S = 10;

export function series(line: Timeline): Series[] {
  return line.panels.map((p) => ({ key: p.key, title: p.title, unit: p.unit === "1" || p.title.includes("(") ? "" : p.unit, t: p.t.map(ms), y: p.y, least: LEAST[p.key] ?? 1e-3 }));
}

export function gaps(line: Timeline): Span[] {
  return line.silences.map((s) => ({ start: ms(s.start), stop: ms(s.stop) }));
}

/** From the first thing that is known in the span asked for, so that a short record fills the page. */
export function whole(line: Timeline): Span {
  const first = [
    ...line.panels.flatMap((p) => p.t.slice(0, 1)),
    ...[...line.stays, ...line.windows, ...line.departures, ...line.silences].map((s) => s.start),
    ...[...line.burns, ...line.approaches].map((b) => b.t),
  ].map(ms);
  const [start, stop] = [ms(line.start), ms(line.stop)];
  const known = first.length ? Math.max(start, Math.min(...first)) : start;
  const from = Math.max(start, known - 0.02 * (stop - known));
  return { start: from, stop: Math.max(stop, from + 1) };
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

/** The letter of its mark and its kind: "S station-keeping". */
export function burnClass(b: Burn): string {
  return `${BURNS[b.label]?.letter ?? ""} ${b.label_text}`.trim();
}

export function distance(km: number, sigma: number | null): string {
  return quantity(sigma === null ? { value: km, unit: "km" } : { value: km, unit: "km", sigma }, app.lang);
}

export function lanes(line: Timeline): Lane[] {
  return [
    lane("burns", { marks: line.burns.map(burnMark) }),
    lane("neighbours", { stretches: line.stays.map(stayStretch) }),
    lane("approaches", { marks: line.approaches.map(approachMark) }),
    lane("windows", { stretches: [...line.windows, ...line.departures].map(spell) }),
    lane("silences", { stretches: line.silences.map((s) => ({ ...span(s), row: "", tone: "unknown", label: s.text, href: s.event ? href("event", s.event) : "" })) }),
  ];
}

function lane(key: string, what: { marks?: Mark[]; stretches?: Stretch[] }): Lane {
  return { key, title: t(`asset.lane.${key}`), none: t(`asset.none.${key}`), marks: what.marks ?? [], stretches: what.stretches ?? [] };
}

function span(s: { start: string; stop: string }): Span {
  return { start: ms(s.start), stop: ms(s.stop) };
}

function burnMark(b: Burn): Mark {
  const scale = (Math.log10(Math.max(size(b), 1e-3)) + 3) / (Math.log10(MOST_M_S) + 3);
  return {
    t: ms(b.t),
    sigma: (b.sigma_s ?? 0) * 1000,
    shape: BURNS[b.label]?.shape ?? "hexagon",
    size: Math.min(1, Math.max(0, scale)),
    sure: b.probability >= 0.5,
    tone: b.routine === false || b.label === "unusual" ? "notice" : "plain",
    label: `${both(b.t)} ${burnClass(b)} ${part(b)} (${t("asset.probability", { p: Math.round(b.probability * 100) })})`,
    href: "",
  };
}

function stayStretch(s: Stay): Stretch {
  return {
    ...span(s),
    row: s.other,
    tone: s.usual === null ? "unknown" : s.usual ? "usual" : "notice",
    label: `${s.usual === false ? "▲ " : ""}${s.other_name || s.other}: ${distance(s.miss_km, s.sigma_km)}, ${s.label_text}`,
    href: href("event", s.event),
  };
}

function approachMark(a: Approach): Mark {
  const nearness = a.miss_km === null ? 0 : 1 - Math.log10(Math.max(a.miss_km, 0) + 1) / 2;
  const far = a.miss_km === null ? "—" : distance(a.miss_km, a.sigma_km);
  return {
    t: ms(a.t),
    sigma: 0,
    shape: "down",
    size: Math.min(1, Math.max(0, nearness)),
    sure: a.miss_km !== null,
    tone: a.normal ? "plain" : "notice",
    label: `${both(a.t)} ${a.other_name || a.other}: ${far}`,
    href: href("event", a.event),
  };
}

function spell(s: Spell): Stretch {
  return { ...span(s), row: s.kind, tone: "notice", label: `${s.kind_text}: ${s.text}`, href: href("event", s.event) };
}

/** Colours: of the Earth by theme, of the objects by what the reader asks. The classes are the legend, and the legend filters.
 *
 * After Okabe and Ito (2008): apart for eyes that see red and green alike; the classes that matter most differ in lightness too. */

import type { Objects } from "../../workers/objects";

export type By = "kind" | "owner" | "state" | "age";
export const BY: By[] = ["kind", "owner", "state", "age"];
export type Shade = "dark" | "light";

export interface Shades {
  space: string;
  ocean: string;
  land: string;
  coast: string;
  grid: string;
  night: string;
  air: string;
  airStrength: number;
  /** Ink of labels, of what is chosen, and of what stands behind them. */
  ink: string;
  chosen: string;
  halo: string;
  stay: string;
  conjunction: string;
  sensor: string;
}

export const SHADES: Record<Shade, Shades> = {
  dark: {
    space: "#070b10", ocean: "#15293b", land: "#34505f", coast: "#7699aa", grid: "#3a566b", night: "#838c9c",
    air: "#5aa6e0", airStrength: 0.55,
    ink: "#e4ebf2", chosen: "#ffcf6b", halo: "#070b10", stay: "#ffcf6b", conjunction: "#ff9d66", sensor: "#7fd6c2",
  },
  light: {
    space: "#e9eef3", ocean: "#d3e1ec", land: "#f7f5ee", coast: "#8297a8", grid: "#b4c5d4", night: "#d3dbe6",
    air: "#8fb3d3", airStrength: 0.45,
    ink: "#16202b", chosen: "#b34700", halo: "#ffffff", stay: "#8a4b00", conjunction: "#b01525", sensor: "#0b6370",
  },
}; // prettier-ignore

/** One class of the legend. `key` is a word of i18n or the name that is shown (`named`). */
export interface Class {
  key: string;
  named: boolean;
  colour: string;
  count: number;
}

export interface Painting {
  by: By;
  classes: Class[];
  /** The class of each object. */
  of: Uint8Array;
}

const KINDS: Record<string, [string, string]> = {
  PAYLOAD: ["#6fc0f5", "#0a5f9e"],
  "ROCKET BODY": ["#f2b04c", "#a65a00"],
  DEBRIS: ["#8a97a6", "#5f6b78"],
  UNKNOWN: ["#c9a0dc", "#7d3c98"],
};
const OWNERS: [string, string][] = [
  ["#6fc0f5", "#0a5f9e"], ["#f2b04c", "#a65a00"], ["#5ed3ab", "#00694b"], ["#f3e96b", "#6f6400"],
  ["#f08a5d", "#b23c00"], ["#d79bc0", "#8e3a70"], ["#8fa6ff", "#3b3fae"],
]; // prettier-ignore
const REST: [string, string] = ["#7c8896", "#6a7683"];
/** By state, only the watched have one; the names are those of the floor. */
export const STATES = ["quiet", "attention", "stale", "not_observable", "not_swept"] as const;
export type WatchedState = (typeof STATES)[number];
export const STATE_COLOURS: Record<WatchedState, [string, string]> = {
  quiet: ["#82cd99", "#1f6b3b"],
  attention: ["#ff9d66", "#a8320a"],
  stale: ["#e2c068", "#765200"],
  not_observable: ["#a6b3c1", "#4a5868"],
  not_swept: ["#b7a6d6", "#5c4a86"],
};
/** The state of an asset as the service writes it; one that is new to this console is shown as not swept. */
export function stateOf(told: string): WatchedState {
  const known = told.replaceAll(" ", "_") as WatchedState;
  return STATES.includes(known) ? known : "not_swept";
}
const AGES: [number, string, string, string][] = [
  [1, "age_1", "#d8f1ff", "#06395f"],
  [3, "age_3", "#86cdf0", "#0a6aa8"],
  [7, "age_7", "#4fa0c8", "#3f88b4"],
  [14, "age_14", "#b08fd0", "#8d63b0"],
  [Infinity, "age_30", "#e08a5a", "#b0561c"],
];

export function classify(by: By, objects: Objects, states: ReadonlyMap<number, WatchedState>, shade: Shade): Painting {
  const at = shade === "dark" ? 0 : 1;
  const of = new Uint8Array(objects.count);
  let classes: Omit<Class, "count">[];
  if (by === "kind") {
    classes = objects.header.kinds.map((key) => ({ key, named: false, colour: (KINDS[key] ?? KINDS.UNKNOWN!)[at] }));
    of.set(objects.kind);
  } else if (by === "owner") {
    classes = owners(objects, of, at);
  } else if (by === "age") {
    classes = AGES.map(([, key, ...colours]) => ({ key, named: false, colour: colours[at]! }));
    for (let i = 0; i < of.length; i++) of[i] = AGES.findIndex(([below]) => objects.age_days[i]! < below);
  } else {
    classes = [...STATES.map((key) => ({ key, named: false, colour: STATE_COLOURS[key][at] })), { key: "not_watched", named: false, colour: REST[at] }];
    for (let i = 0; i < of.length; i++) {
      const state = objects.watched[i] ? states.get(objects.norad_id[i]!) : undefined;
      of[i] = state === undefined ? STATES.length : STATES.indexOf(state);
    }
  }
  const counts = new Array<number>(classes.length).fill(0);
  for (const c of of) counts[c]!++;
  return { by, of, classes: classes.map((c, k) => ({ ...c, count: counts[k]! })) };
}

function owners(objects: Objects, of: Uint8Array, at: 0 | 1): Omit<Class, "count">[] {
  const many = new Array<number>(objects.header.owners.length).fill(0);
  for (const o of objects.owner) many[o]!++;
  const most = [...many.keys()].filter((o) => objects.header.owners[o] && many[o]).sort((a, b) => many[b]! - many[a]!).slice(0, OWNERS.length);
  const place = new Map(most.map((o, k) => [o, k]));
  for (let i = 0; i < of.length; i++) of[i] = place.get(objects.owner[i]!) ?? most.length;
  const named = most.map((o, k) => ({ key: objects.header.owners[o]!, named: true, colour: OWNERS[k]![at] }));
  return [...named, { key: "other", named: false, colour: REST[at] }];
}

/** One colour for each object; alpha 0 where its class is not wanted. */
export function paint(painting: Painting, hidden: ReadonlySet<string>, into: Uint8Array): void {
  const rows = painting.classes.map(({ key, colour }) => {
    const n = parseInt(colour.slice(1), 16);
    return [n >> 16, (n >> 8) & 255, n & 255, hidden.has(key) ? 0 : 255] as const;
  });
  for (let i = 0; i < painting.of.length; i++) into.set(rows[painting.of[i]!]!, i * 4);
}

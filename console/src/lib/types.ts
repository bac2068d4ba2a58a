/** The trees that the service answers with, as far as more than one view reads them. */

export type Mode = "REAL" | "TEST" | "SIMULATED" | "EXERCISE";
export type Lang = "en" | "ja";

export interface Marking {
  tlp: "CLEAR" | "GREEN" | "AMBER" | "AMBER+STRICT" | "RED";
  releasable_to?: string[];
}

export interface Quantity {
  value: number;
  unit: string;
  sigma?: number;
}

export interface Reason {
  code: string;
  [value: string]: string | number;
}

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number;
  as_of?: string;
}

export interface Me {
  name: string;
  party: string | null;
  roles: string[];
  permissions: ("read" | "work" | "sign" | "run")[];
  via: string;
  /** Null where a token and no cookie was used. */
  csrf: string | null;
  world: World;
}

export interface World {
  party: string;
  alliance: string;
  data_mode: Mode;
  practice: boolean;
  as_of: string;
  watchlists: { id: string; title: string; assets: number }[];
  version: string;
  now: string;
}

export type State = "quiet" | "attention" | "stale" | "not observable" | "not swept";

export interface AssetRow {
  asset: string;
  norad_id: number | null;
  name: string;
  operator: string;
  orbit: string;
  slot_deg: number | null;
  state: State;
  reasons: Reason[];
  text: string[];
  events: string[];
  event_count: number;
  newest_epoch: string;
  age_days: number | null;
  quantities: Record<string, Quantity>;
  watchlist: string;
  data_mode: Mode;
}

export interface EventRow {
  id: string;
  kind: string;
  label: string;
  start: string;
  stop: string;
  subject: string;
  subject_name: string;
  others: string[];
  other_names: string[];
  normal: boolean;
  quantities: Record<string, Quantity>;
  as_of: string;
  first_told: string;
  data_mode: Mode;
  text: string;
  kind_text: string;
  label_text: string;
  minima?: { t: string; miss_km: number }[];
  marking?: Marking;
}

export interface SweepRow {
  id: string;
  watchlist: string;
  as_of: string;
  made: string;
  start: string;
  stop: string;
  objects: number;
  data_modes: Mode[];
  events: number;
  /** Of the very moment asked; else how much earlier it is, and whether nothing became known since. */
  exact: boolean;
  behind_s: number;
  same_knowledge: boolean | null;
}

/** Times are "" where it has not come to that. */
export interface Job {
  id: string;
  kind: string;
  state: "waiting" | "running" | "done" | "failed";
  parameters: Record<string, unknown>;
  asked_by: string;
  asked: string;
  due: string;
  started: string;
  ended: string;
  tries: number;
  progress: Record<string, unknown>;
  result: Record<string, unknown>;
  error: string;
}

export interface Alert {
  id: string;
  severity: "info" | "warning" | "critical";
  code: string;
  subject: string;
  text: string;
  data_mode: Mode | null;
  marking: Marking;
  raised: string;
  last: string;
  count: number;
  acknowledged_by: string;
  acknowledged: string;
  note: string;
  sent: Record<string, unknown>[];
  record: Record<string, unknown>;
}

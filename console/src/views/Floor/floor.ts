/** What GET /floor answers. */

import type { AssetRow, EventRow, Mode, State, SweepRow } from "$lib/types";

export interface Floor {
  watchlist: { id: string; title: string };
  as_of: string;
  data_mode: Mode;
  sweep: SweepRow | null;
  advice: { code: string; text: string }[];
  assets: AssetRow[];
  events: EventRow[];
  freshness: {
    newest_epoch: string | null;
    newest_known: string | null;
    age_days: number | null;
    element_sets: number;
    objects: number;
    sources: Source[];
  };
  unseen: { asset_id: string; name: string; text: string }[];
  conditions: { code: string; severity: string; since: string | null; values: Record<string, unknown>; text: string }[];
  jobs: { waiting: number; running: number; failed: number };
  alerts: { open: number };
  counts: Record<"attention" | "stale" | "quiet" | "not_observable" | "not_swept", number>;
}

export interface Source {
  provider: string;
  newest_known: string | null;
  files: number;
  refused: number;
  status: string;
}

/** What a watch looks at first stands first. */
export const STATES: readonly State[] = ["attention", "stale", "not observable", "not swept", "quiet"];

/** What GET /data, /data/problems and /ingest answer. */

import type { Mode } from "$lib/types";

export interface Stored {
  source: number;
  provider: string;
  location: string;
  received: string;
  format: string;
  media_type: string;
  data_mode: Mode;
  sha256: string | null;
  first_seen_log: boolean;
  records: number;
  sets: number;
  bytes: number;
  refused: number;
}

export interface Held {
  generation: number;
  sets: number;
  retired: number;
  objects: number;
  sources: number;
  names: number;
  ephemerides: number;
  conjunctions: number;
  oldest_epoch: string | null;
  newest_epoch: string | null;
  newest_known: string | null;
  newest_received: string | null;
  by_known_basis: Record<string, number>;
  by_data_mode: Record<string, number>;
  refused: number;
  refused_by_reason: Record<string, number>;
  reservations: number;
  files: number;
  catalogue_bytes: number;
  raw_bytes: number;
}

export interface Provider {
  provider: string;
  newest_known: string | null;
  files: number;
  refused: number;
  status: string;
}

export interface Data {
  as_of: string;
  data_mode: Mode;
  held: Held;
  freshness: { newest_epoch: string | null; newest_known: string | null; age_days: number | null; sources: Provider[] };
  conditions: { code: string; severity: string; since: string | null; values: Record<string, unknown>; text: string }[];
  jobs: { waiting: number; running: number; failed: number };
  sources: Stored[];
  next: string | null;
  total: number;
}

export interface Refused {
  file: string;
  line: number | null;
  record: number | null;
  field: string;
  value: string;
  expected: string;
  refused: boolean;
  times: number;
}

export interface TakenIn {
  name: string;
  sha256: string;
  format: string;
  data_mode: Mode;
  read: number;
  new: number;
  known: number;
  refused: number;
  ephemerides: number;
  conjunctions: number;
  names: number;
  skipped: boolean;
  refused_records: Refused[];
  seconds: number;
}

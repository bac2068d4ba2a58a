/** What GET /alliance/... answers. */

import type { Page } from "$lib/types";

export const KINDS = ["clause", "commitment", "claim", "party"] as const;
export type Wording = "checked" | "unchecked" | "paraphrase" | "";

export interface Row {
  id: string;
  kind: (typeof KINDS)[number];
  title: string;
  title_ja: string;
  quote: string;
  wording: Wording;
  quote_ja: string;
  wording_ja: Wording;
  speaker: string;
  speaker_ja: string;
  date: string | null;
  known: string | null;
  source: string;
  read_at: string[];
  grade: string;
  status: string;
  status_since: string | null;
  status_said_by: string;
  history: { status: string; date: string | null; known: string | null; said_by: string; source: string; grade: string }[];
  due: string | null;
  contradicts: string[];
  rests_on: string[];
  of: string[];
  watchlists: string[];
  sensors: string[];
  note: string;
  note_ja: string;
  text: string;
  kind_text: string;
  status_text: string;
}

export interface Rows extends Page<Row> {
  alliance: string;
  title: string;
  made: string;
}

export type Conflicts = Page<{ rows: Row[] }>;

export interface Gates {
  title: string;
  as_of: string;
  parties: string[];
  consultation: string;
  gates: {
    id: string;
    title: string;
    human_only: boolean;
    criteria: {
      id: string;
      question: string;
      judged_by: "machine" | "person";
      rule: string;
      clauses: string[];
      facts: string[];
      decides: boolean;
    }[];
  }[];
}

export function speaker(row: Row, lang: string): string {
  return (lang === "ja" && row.speaker_ja) || row.speaker;
}

export function note(row: Row, lang: string): string {
  return (lang === "ja" && row.note_ja) || row.note;
}

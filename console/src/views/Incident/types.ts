/** Incidents as the service tells them. A piece that its reader may not have stands as {"withheld": {"marking"}} in its place. */

import type { Marking, Mode } from "$lib/types";

export interface Withheld {
  withheld: { marking: Marking };
}
export type Maybe<T> = T | Withheld;

export interface Item {
  id: string;
  indicator: string;
  seen: boolean;
  statement: string;
  source: string;
  grade: string;
  t: string;
  known: string;
  event: string;
  method: string;
  inputs: string[];
  contradicts: string[] | Withheld;
  marking: Marking;
  data_mode: Mode;
  text: { indicator: string; seen: string; grade: string };
}

export interface Claim {
  id: string;
  kind: string;
  speaker: string;
  actor: string;
  statement: string;
  about: string;
  source: string;
  grade: string;
  t: string;
  known: string;
  marking: Marking;
  text: { kind: string; about: string; grade: string };
}

export interface Judgement {
  id: string;
  criterion: string;
  answer: string;
  by: string;
  party: string;
  at: string;
  reason: string;
  supersedes: string | Withheld;
  dissent: boolean;
  marking: Marking;
  text: { answer: string; question: string };
}

export interface AssessmentRow {
  id: string;
  as_of: string;
  made: string;
  verdict: string;
  confidence: string;
  agree: boolean;
  data_mode: Mode;
  left_out: Record<string, number>;
  items: number;
  signed: string[];
  marking: Marking;
}

export interface Head {
  id: string;
  title: string;
  question: string;
  assets: string[];
  subjects: string[];
  owners: string[];
  start: string;
  stop: string;
  opened: string;
  opened_by: string;
  party: string;
  alliance: string;
  marking: Marking;
  data_mode: Mode;
}

export interface IncidentRow extends Head {
  counts: { items: number; claims: number; judgements: number };
  latest: Maybe<AssessmentRow> | null;
  state: string;
  text: { state: string };
}

export interface Act {
  party: string;
  by: string;
  keyid: string;
  act: string;
  at: string;
  reasons: string;
  signed: number;
  needed: number;
  complete: boolean;
  not_seen: number;
  text: { act: string; not_seen: string };
}

export interface RecordRow {
  record: string;
  incident: string;
  party: string;
  state: string;
  at: string;
  acts: Act[];
  why: string;
  data_mode: Mode;
  assessment_id: string;
  marking: Marking;
  text: { state: string };
}

export interface Incident extends Head {
  items: Maybe<Item>[];
  claims: Maybe<Claim>[];
  judgements: Maybe<Judgement>[];
  assessments: Maybe<AssessmentRow>[];
  records: Maybe<RecordRow>[];
  state: string;
  text: { state: string };
  as_of: string;
  recorded_by: string | null;
}

export interface Hypothesis {
  id: string;
  name: string;
  column: string;
  inconsistency: number;
  low: number;
  value: number;
  high: number;
  likelihood: string | null;
  range: string;
  word: string;
}

export interface MatrixRow {
  number: string;
  item: string;
  indicator: string;
  seen: boolean;
  statement: string;
  source: string;
  grade: string;
  t: string;
  known: string;
  event: string;
  method: string;
  text: { indicator: string; grade: string };
  marking: Marking;
  weight: number;
  marks: Record<string, string>;
  diagnosticity: number;
}

export interface ClaimStanding {
  hidden: string;
  number: string;
  when: string;
  says: string;
  kind: string;
  about: string;
  statement: string;
  status: string;
  grade: string;
  source: string;
  because: string;
  portion: string;
}

export interface Matrix {
  assessment: string;
  incident: string;
  as_of: string;
  made: string;
  data_mode: Mode;
  verdict: string;
  confidence: string;
  agree: boolean;
  left_out: Record<string, number>;
  hypotheses: Hypothesis[];
  rows: Maybe<MatrixRow>[];
  unweighed: Maybe<MatrixRow>[];
  readings: {
    ach: { leader: string; ranking: string[]; tied: string[] };
    bayes: { leader: string; ranking: string[]; prior: string };
  };
  without_one: { item: string; number: string; ach: string; bayes: string | null; value: number | null }[];
  groups: { group: string; numbers: string[]; capped: boolean }[];
  would_change: { text: string }[];
  not_found: { item: string; number: string; text: string }[];
  not_looked: { indicator: string; text: string }[];
  claims: ClaimStanding[];
  text: {
    bottom: { verdict: string; likelihood: string; confidence: string; reasons: string[]; grounds: string[]; left_out: string };
    agree: { said: string; ranks: string };
    effect: { label: string; value: string }[];
    consultation: string;
    grounds: string[];
    matrix_note: string;
    ministers: string;
  };
  marking: Marking;
}

export interface Criterion {
  id: string;
  answer: string;
  decides: boolean;
  judged_by: "machine" | "person";
  question: string;
  question_ja: string;
  clauses: string[];
  by: Maybe<{ by: string; party: string; answer: string; at: string; reason: string; id?: string; supersedes?: string; superseded?: boolean; dissent?: boolean; text: string }>[];
  text: { question: string; answer: string; reason: string; facts: string[] | string; clauses: string[] | string; people: string[] };
}

export interface Gate {
  id: string;
  answer: string;
  reached: boolean;
  human_only: boolean;
  criteria: Maybe<Criterion>[];
  marking?: Marking;
  text: { title: string; answer: string; reason: string };
}

export interface Gates {
  incident: string;
  assessment: string | null;
  withheld: number;
  gates: Maybe<Gate>[];
  consultation: Maybe<{ answer: string; gate: string; text: string }>;
  unused: unknown[];
  text: { consultation: string; note: string; ministers: string };
  marking: Marking;
  as_of: string;
}

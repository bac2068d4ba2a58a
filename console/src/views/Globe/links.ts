/** Stays and conjunctions as lines between two objects: when each is drawn, and what is said beside it. */

import { length } from "../../plots/numbers";
import type { EventRow } from "$lib/types";

export interface Link {
  event: EventRow;
  i: number;
  j: number;
  /** Catalogue number of the other, as the event writes it. */
  other: string;
  kind: "stay" | "conjunction";
  start_ms: number;
  stop_ms: number;
  /** The moment to look at: the closest approach where it is told. */
  at_ms: number;
  distance: string;
}

/** A meeting lasts seconds; the line is drawn while the two come and go. */
const AROUND_MS = 20 * 60_000;

export function links(events: readonly EventRow[], index: ReadonlyMap<number, number>): Link[] {
  const out: Link[] = [];
  for (const event of events) {
    const kind = event.kind === "stay" ? "stay" : event.kind === "conjunction" ? "conjunction" : null;
    const i = index.get(Number(event.subject));
    if (kind === null || i === undefined) continue;
    const [start, stop] = [Date.parse(event.start), Date.parse(event.stop)];
    for (const other of event.others) {
      const j = index.get(Number(other));
      if (j === undefined) continue;
      const margin = kind === "conjunction" ? AROUND_MS : 0;
      out.push({ event, i, j, other, kind, start_ms: start - margin, stop_ms: stop + margin, at_ms: closest(event, start), distance: distance(event) });
    }
  }
  return out;
}

function closest(event: EventRow, start_ms: number): number {
  const after = event.quantities.closest_at_days?.value;
  return after === undefined ? start_ms : start_ms + after * 86_400_000;
}

/** Never without its sigma: where none is known, that is said by the sign for it. */
function distance(event: EventRow): string {
  const q = event.quantities.miss_km;
  if (!q) return "";
  return q.sigma === undefined ? `${length(q.value)} ± ?` : length(q.value, q.sigma);
}

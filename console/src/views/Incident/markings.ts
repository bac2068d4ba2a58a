/** Who may read what is on a page: the strictest of everything on it. The rule is that of the ledger. */

import type { Marking } from "$lib/types";

const ORDER = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] as const;
export const LEVELS = ORDER;

/** The marking of a part that was withheld, null where it is there. */
export function withheld(node: unknown): Marking | null {
  if (typeof node !== "object" || node === null || !("withheld" in node)) return null;
  return (node as { withheld: { marking: Marking } }).withheld.marking;
}

/** The parts that are there; the withheld ones are shown beside them. */
export function there<T>(rows: readonly (T | { withheld: { marking: Marking } })[]): T[] {
  return rows.filter((row): row is T => withheld(row) === null);
}

export function gone(rows: readonly unknown[]): Marking[] {
  return rows.map(withheld).filter((m): m is Marking => m !== null);
}

function joined(one: Marking, other: Marking): Marking {
  const tlp = ORDER[Math.max(ORDER.indexOf(one.tlp), ORDER.indexOf(other.tlp))]!;
  const [a, b] = [one.releasable_to, other.releasable_to];
  const parties = a && b ? a.filter((p) => b.includes(p)) : (a ?? b);
  return parties === undefined ? { tlp } : { tlp, releasable_to: parties };
}

/** Of every marking in a tree that is shown; what is withheld in it is not shown and does not count. */
export function strictest(tree: unknown): Marking {
  let found: Marking = { tlp: "CLEAR" };
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null || withheld(node)) return;
    if (Array.isArray(node)) return node.forEach(walk);
    for (const [key, value] of Object.entries(node)) {
      if (key === "marking" && value && typeof value === "object" && "tlp" in value) found = joined(found, value as Marking);
      else walk(value);
    }
  };
  walk(tree);
  return found;
}

export function text(marking: Marking): string {
  const parties = marking.releasable_to;
  return `TLP:${marking.tlp}${parties ? ` // REL TO ${parties.join(", ") || "NOBODY"}` : ""}`;
}

/** What a picture shows, in numbers: the lowest and highest of each day, month or year of UTC. */

import type { Series } from "./shapes";

export interface Row {
  spell: string;
  cells: ([number, number] | null)[];
}

const MOST_ROWS = 120;

export function summary(panels: readonly Series[]): Row[] {
  const length = [10, 7, 4].find((n) => count(panels, n) <= MOST_ROWS) ?? 4;
  const rows = new Map<string, ([number, number] | null)[]>();
  panels.forEach((p, column) => {
    p.t.forEach((t, k) => {
      const y = p.y[k];
      if (y === null || y === undefined) return;
      const spell = new Date(t).toISOString().slice(0, length);
      const cells = rows.get(spell) ?? panels.map(() => null);
      const held = cells[column];
      cells[column] = held ? [Math.min(held[0], y), Math.max(held[1], y)] : [y, y];
      rows.set(spell, cells);
    });
  });
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([spell, cells]) => ({ spell, cells }));
}

function count(panels: readonly Series[], length: number): number {
  return new Set(panels.flatMap((p) => p.t.map((t) => new Date(t).toISOString().slice(0, length)))).size;
}

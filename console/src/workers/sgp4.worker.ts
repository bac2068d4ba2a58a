/** The worker that propagates: it holds the element sets and answers with key states of all objects, or the path of one. */

import type { Elements } from "./objects";
import { prepare, STATE, state, states, type Sky } from "./orbits";

export type Ask =
  | { kind: "load"; sky: number; elements: Elements }
  | { kind: "key"; sky: number; ticket: number; t_ms: number; buffer: ArrayBuffer }
  | { kind: "path"; sky: number; ticket: number; which: number; start_ms: number; stop_ms: number; points: number };

export type Told =
  | { kind: "loaded"; sky: number; unusable: number; took_ms: number }
  | { kind: "key"; sky: number; ticket: number; t_ms: number; states: Float32Array; failed: Record<number, number>; took_ms: number }
  | { kind: "path"; sky: number; ticket: number; which: number; start_ms: number; stop_ms: number; states: Float32Array };

let held: Sky | null = null;
let number = -1;

self.onmessage = ({ data }: MessageEvent<Ask>) => {
  const begun = performance.now();
  if (data.kind === "load") {
    held = prepare(data.elements);
    number = data.sky;
    tell({ kind: "loaded", sky: number, unusable: held.sets.filter((s) => s === null).length, took_ms: performance.now() - begun });
    return;
  }
  if (held === null || data.sky !== number) return; // asked of a sky that is no longer held
  if (data.kind === "key") {
    const into = new Float32Array(data.buffer);
    const failed = states(held, data.t_ms, into);
    const { ticket, t_ms } = data;
    tell({ kind: "key", sky: number, ticket, t_ms, states: into, failed, took_ms: performance.now() - begun }, [into.buffer]);
    return;
  }
  const { ticket, which, start_ms, stop_ms, points } = data;
  const into = new Float32Array(points * STATE);
  for (let k = 0; k < points; k++) state(held, which, start_ms + ((stop_ms - start_ms) * k) / (points - 1), into, k * STATE);
  tell({ kind: "path", sky: number, ticket, which, start_ms, stop_ms, states: into }, [into.buffer]);
};

function tell(message: Told, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

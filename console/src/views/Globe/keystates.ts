/** Key states of all objects, computed ahead by a worker: two that are shown, two that are being filled. */

import type { Objects } from "../../workers/objects";
import type { Ask, Told } from "../../workers/sgp4.worker";
import { STATE } from "../../workers/orbits";

export interface Slot {
  number: number;
  t_ms: number;
  states: Float32Array<ArrayBuffer>;
  ready: boolean;
  ticket: number; // of what was asked of the worker; 0: nothing
}

export interface Pair {
  a: Slot;
  b: Slot;
}

export interface Path {
  which: number;
  start_ms: number;
  stop_ms: number;
  states: Float32Array;
}

export interface Failures {
  failed: Record<number, number>;
  t_ms: number;
}

const SLOTS = 4;
const LONGEST_MS = 300_000;

export class KeyStates {
  slots: Slot[] = [];
  pair: Pair | null = null;
  /** What the newest key state could not compute: how many, by error code. */
  failures: Failures = { failed: {}, t_ms: NaN };
  took_ms = { load: 0, key: 0 };
  loaded = false;
  #worker: Worker;
  #sky = 0;
  #ticket = 0;
  /** Arrays that travel: what a slot holds never leaves, so that it can be sent to the GPU at any time. */
  #spare: Float32Array<ArrayBuffer>[] = [];
  #paths = new Map<number, (path: Path) => void>();
  #filled: (slot: Slot) => void;
  #changed: () => void;

  /** filled: a slot has new states to be sent to the GPU. changed: something may now be shown. */
  constructor(filled: (slot: Slot) => void, changed: () => void) {
    this.#filled = filled;
    this.#changed = changed;
    this.#worker = new Worker(new URL("../../workers/sgp4.worker.ts", import.meta.url), { type: "module", name: "sgp4" });
    this.#worker.onmessage = ({ data }: MessageEvent<Told>) => this.#hear(data);
  }

  load(objects: Objects): void {
    this.#sky++;
    this.pair = null;
    this.loaded = false;
    this.#paths.clear();
    this.#spare = [];
    this.slots = Array.from({ length: SLOTS }, (_, number) => ({
      number, t_ms: NaN, states: new Float32Array(objects.count * STATE), ready: false, ticket: 0,
    })); // prettier-ignore
    const { norad_id, epoch_ms, mean_motion_rev_day, eccentricity, inc_deg, raan_deg, argp_deg, ma_deg, bstar } = objects;
    const elements = { norad_id, epoch_ms, mean_motion_rev_day, eccentricity, inc_deg, raan_deg, argp_deg, ma_deg, bstar };
    this.#ask({ kind: "load", sky: this.#sky, elements });
  }

  /** Have the two key states around a time, and the one that comes next in the direction of play. */
  want(t_ms: number, step_ms: number, direction: number): void {
    if (!this.slots.length) return;
    const found = this.#around(t_ms);
    if (found) {
      this.pair = found;
      if (direction !== 0) this.#ahead(found, step_ms, direction);
      return;
    }
    if (this.slots.filter((s) => s.ticket).length >= 2) return; // what was asked comes first: a slider outruns any computer
    const first = Math.floor(t_ms / step_ms) * step_ms;
    for (const at of [first, first + step_ms]) {
      if (!this.slots.some((s) => s.t_ms === at && (s.ready || s.ticket))) this.#fill(at, [first, first + step_ms]);
    }
  }

  /** Where the play must wait: the end of the pair that is shown, while what follows is not ready. */
  limit(direction: number): number | null {
    if (!this.pair) return null;
    const edge = direction > 0 ? this.pair.b : this.pair.a;
    const next = this.#neighbour(edge, direction);
    return next?.ready ? null : edge.t_ms;
  }

  path(which: number, start_ms: number, stop_ms: number, points: number): Promise<Path> {
    const ticket = ++this.#ticket;
    this.#ask({ kind: "path", sky: this.#sky, ticket, which, start_ms, stop_ms, points });
    return new Promise((done) => this.#paths.set(ticket, done));
  }

  close(): void {
    this.#worker.terminate();
  }

  #around(t_ms: number): Pair | null {
    const ready = this.slots.filter((s) => s.ready);
    const a = ready.filter((s) => s.t_ms <= t_ms).sort((x, y) => y.t_ms - x.t_ms)[0];
    const b = ready.filter((s) => s.t_ms > t_ms).sort((x, y) => x.t_ms - y.t_ms)[0];
    return a && b && b.t_ms - a.t_ms <= LONGEST_MS ? { a, b } : null;
  }

  #neighbour(edge: Slot, direction: number): Slot | undefined {
    return this.slots.find((s) => {
      const after = (s.t_ms - edge.t_ms) * direction;
      return (s.ready || s.ticket) && after > 0 && after <= LONGEST_MS;
    });
  }

  #ahead({ a, b }: Pair, step_ms: number, direction: number): void {
    const edge = direction > 0 ? b : a;
    if (!this.#neighbour(edge, direction)) this.#fill(edge.t_ms + step_ms * Math.sign(direction), [a.t_ms, b.t_ms]);
  }

  #fill(t_ms: number, keep: number[]): void {
    const shown = this.pair ? [this.pair.a, this.pair.b] : [];
    const slot = this.slots.find((s) => !s.ticket && !shown.includes(s) && !keep.includes(s.t_ms));
    if (!slot) return;
    slot.ready = false;
    slot.t_ms = t_ms;
    slot.ticket = ++this.#ticket;
    const { buffer } = this.#spare.pop() ?? new Float32Array(slot.states.length);
    this.#ask({ kind: "key", sky: this.#sky, ticket: slot.ticket, t_ms, buffer }, [buffer]);
  }

  #hear(told: Told): void {
    if (told.sky !== this.#sky) return;
    if (told.kind === "loaded") {
      this.loaded = true;
      this.took_ms.load = told.took_ms;
    } else if (told.kind === "path") {
      this.#paths.get(told.ticket)?.(told);
      this.#paths.delete(told.ticket);
    } else {
      const slot = this.slots.find((s) => s.ticket === told.ticket);
      if (!slot) return;
      this.#spare.push(slot.states);
      slot.states = told.states as Float32Array<ArrayBuffer>;
      slot.ready = true;
      slot.ticket = 0;
      this.failures = { failed: told.failed, t_ms: told.t_ms };
      this.took_ms.key = told.took_ms;
      this.#filled(slot);
    }
    this.#changed();
  }

  #ask(message: Ask, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }
}

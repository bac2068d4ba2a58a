/** Where each object is now, on the CPU: the same cubic as the vertex shader, for picking, labels and tables. */

import { gmst, ground, type Ground } from "../../workers/earth";
import { STATE, weights } from "../../workers/orbits";
import type { Eye, Pixel, Vector } from "./camera";
import type { Pair } from "./keystates";

/** The key states and the moment that a picture is drawn from. */
export class Instant {
  readonly #a: Float32Array;
  readonly #b: Float32Array;
  readonly #w: [number, number, number, number];
  readonly #cos: number;
  readonly #sin: number;
  readonly t_ms: number;

  constructor({ a, b }: Pair, t_ms: number) {
    this.t_ms = Math.min(Math.max(t_ms, a.t_ms), b.t_ms);
    [this.#a, this.#b] = [a.states, b.states];
    this.#w = weights((this.t_ms - a.t_ms) / (b.t_ms - a.t_ms), (b.t_ms - a.t_ms) / 1000);
    const angle = gmst(this.t_ms);
    [this.#cos, this.#sin] = [Math.cos(angle), Math.sin(angle)];
  }

  /** Earth-fixed, km, into `out`; false where SGP4 gave nothing. */
  at(i: number, out: Vector): boolean {
    const [a, b, w] = [this.#a, this.#b, this.#w];
    const k = i * STATE;
    if ((a[k] === 0 && a[k + 1] === 0 && a[k + 2] === 0) || (b[k] === 0 && b[k + 1] === 0 && b[k + 2] === 0)) return false;
    const x = w[0] * a[k]! + w[1] * a[k + 3]! + w[2] * b[k]! + w[3] * b[k + 3]!;
    const y = w[0] * a[k + 1]! + w[1] * a[k + 4]! + w[2] * b[k + 1]! + w[3] * b[k + 4]!;
    out[0] = this.#cos * x + this.#sin * y;
    out[1] = this.#cos * y - this.#sin * x;
    out[2] = w[0] * a[k + 2]! + w[1] * a[k + 5]! + w[2] * b[k + 2]! + w[3] * b[k + 5]!;
    return true;
  }

  ground(i: number): Ground | null {
    const p: Vector = [0, 0, 0];
    return this.at(i, p) ? ground(...p) : null;
  }

  /** km between two objects; NaN where one is not known. */
  apart_km(i: number, j: number): number {
    const [p, q]: [Vector, Vector] = [[0, 0, 0], [0, 0, 0]];
    return this.at(i, p) && this.at(j, q) ? Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) : NaN;
  }
}

/** The object nearest to a place of the screen within `within_px`, of those that are shown and not behind the Earth; -1: none. */
export function pick(instant: Instant, eye: Eye, paint: Uint8Array, x: number, y: number, within_px: number): number {
  const [p, at]: [Vector, Pixel] = [[0, 0, 0], { x: 0, y: 0 }];
  let [best, least] = [-1, within_px ** 2];
  for (let i = 0; i < paint.length / 4; i++) {
    if (paint[i * 4 + 3] === 0 || !instant.at(i, p) || !eye.project(...p, at)) continue;
    const far = (at.x - x) ** 2 + (at.y - y) ** 2;
    if (far <= least && !eye.hidden(...p)) [best, least] = [i, far];
  }
  return best;
}

/** Which objects are on the screen now, in the order of the columns. */
export function inView(instant: Instant, eye: Eye, paint: Uint8Array): number[] {
  const [p, at]: [Vector, Pixel] = [[0, 0, 0], { x: 0, y: 0 }];
  const found: number[] = [];
  for (let i = 0; i < paint.length / 4; i++) {
    if (paint[i * 4 + 3] === 0 || !instant.at(i, p) || !eye.project(...p, at)) continue;
    if (at.x >= 0 && at.y >= 0 && at.x < eye.width && at.y < eye.height && !eye.hidden(...p)) found.push(i);
  }
  return found;
}

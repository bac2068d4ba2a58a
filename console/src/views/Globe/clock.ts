/** Simulated time: it runs at a speed, forwards or back, inside a window, and waits where the sky is not computed yet. */

export const SPEEDS = [-600, -60, -10, -1, 1, 10, 60, 600] as const;
const DAY_MS = 86_400_000;
export const BACK_MS = 3 * DAY_MS;
export const AHEAD_MS = 7 * DAY_MS;

export class Clock {
  now_ms: number;
  start_ms: number;
  stop_ms: number;
  speed = 1;
  playing = false;

  constructor(as_of_ms: number) {
    this.now_ms = as_of_ms;
    [this.start_ms, this.stop_ms] = [as_of_ms - BACK_MS, as_of_ms + AHEAD_MS];
  }

  /** Another moment of knowledge: the window moves, and the time stays where it lies inside it. */
  know(as_of_ms: number): void {
    const kept = this.now_ms >= as_of_ms - BACK_MS && this.now_ms <= as_of_ms + AHEAD_MS;
    [this.start_ms, this.stop_ms] = [as_of_ms - BACK_MS, as_of_ms + AHEAD_MS];
    if (!kept) this.now_ms = as_of_ms;
  }

  seek(ms: number): void {
    this.now_ms = Math.min(Math.max(ms, this.start_ms), this.stop_ms);
  }

  /** `elapsed_ms` of real time later, but never past `limit_ms`; stops at the ends of the window. */
  run(elapsed_ms: number, limit_ms: number | null): void {
    if (!this.playing) return;
    let next = this.now_ms + elapsed_ms * this.speed;
    if (limit_ms !== null) next = this.speed > 0 ? Math.min(next, limit_ms) : Math.max(next, limit_ms);
    this.seek(next);
    if (this.now_ms !== next) this.playing = false;
  }
}

/** Seconds of simulated time between key states. A cubic over 300 s is off by 0.2 km in a low orbit, over 30 s by 2 cm. */
export function step_s(speed: number): number {
  const fast = Math.abs(speed);
  return fast <= 10 ? 30 : fast <= 60 ? 60 : 300;
}

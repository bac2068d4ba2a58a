/** The globe as one machine: it holds the sky, the time and the eye, and draws a frame when something has changed. */

import type { Objects } from "../../workers/objects";
import { Eye, type Vector } from "./camera";
import { Clock, step_s } from "./clock";
import { KeyStates, type Path, type Slot } from "./keystates";
import { atlas, coasts, worldMap, type Atlas } from "./land";
import { draw, type Mark, type Over } from "./over";
import { paint, SHADES, type Painting, type Shade } from "./paint";
import { GlobeScene } from "./scene";
import { Instant, inView, pick } from "./sky";

export const PICK_PX = 10;
/** A picture that would differ by less than this is not drawn again. */
const FINEST_PX = 0.05;
const FASTEST_KM_S = 8;
const PATH_POINTS = 361;
const PATH_KEPT_TURNS = 0.5;

export interface Heard {
  /** Something that is shown beside the canvas may have changed; not called more often than five times a second. */
  changed: () => void;
  /** The drawing context was lost (true), or came back. */
  lost: (lost: boolean) => void;
}

export class Engine {
  readonly eye = new Eye();
  readonly clock: Clock;
  readonly over: Over = { coasts: [], marks: [], links: [], fields: [], path: null, chosen: null, hovered: null, labels: true };
  readonly keys: KeyStates;
  /** Milliseconds between the frames that were drawn, newest last; the bench and the tests read them. */
  readonly frames: number[] = [];
  objects: Objects | null = null;
  paint: Uint8Array = new Uint8Array();
  following = -1;
  /** Why there is no picture, where the browser gives none; the time and the tables go on without it. */
  readonly without: string = "";
  #scene: GlobeScene | null = null;
  #canvas: HTMLCanvasElement;
  #sheet: HTMLCanvasElement;
  #pen: CanvasRenderingContext2D;
  #shade: Shade = "dark";
  #atlas: Atlas | null = null;
  #heard: Heard;
  #dirty = true;
  #lost = false;
  #frame = 0;
  #last_ms = 0;
  #drawn_ms = 0;
  #drawn_t_ms = NaN;
  #told_ms = 0;
  #asking = false;

  constructor(canvas: HTMLCanvasElement, sheet: HTMLCanvasElement, as_of_ms: number, heard: Heard) {
    [this.#canvas, this.#sheet, this.#heard] = [canvas, sheet, heard];
    try {
      this.#scene = new GlobeScene(canvas);
    } catch (error) {
      this.without = error instanceof Error ? error.message : String(error);
    }
    this.#pen = sheet.getContext("2d")!;
    this.clock = new Clock(as_of_ms);
    this.keys = new KeyStates((slot) => this.#filled(slot), () => this.touch());
    canvas.addEventListener("webglcontextlost", this.#onLost);
    canvas.addEventListener("webglcontextrestored", this.#onRestored);
    void atlas().then((found) => {
      this.#atlas = found;
      this.over.coasts = coasts(found);
      this.shade(this.#shade);
    });
    this.#frame = requestAnimationFrame(this.#tick);
  }

  get software(): boolean {
    return this.#scene?.software ?? true;
  }

  /** What the picture shows now, or null before the first key states. */
  get instant(): Instant | null {
    return this.keys.pair && new Instant(this.keys.pair, this.clock.now_ms);
  }

  /** Whether the time that is asked for is computed; else the picture still shows another. */
  get settled(): boolean {
    const pair = this.keys.pair;
    return pair !== null && pair.a.t_ms <= this.clock.now_ms && this.clock.now_ms <= pair.b.t_ms;
  }

  load(objects: Objects): void {
    this.objects = objects;
    this.paint = new Uint8Array(objects.count * 4);
    this.follow(-1);
    this.#asking = false;
    Object.assign(this.over, { chosen: null, hovered: null, path: null, marks: [], links: [] });
    this.keys.load(objects);
    this.#scene?.hold(this.keys.slots, this.paint, objects.count);
    this.touch();
  }

  colour(painting: Painting, hidden: ReadonlySet<string>): void {
    paint(painting, hidden, this.paint);
    this.#scene?.painted();
    this.touch();
  }

  shade(shade: Shade): void {
    this.#shade = shade;
    this.#scene?.shade(SHADES[shade], this.#atlas && worldMap(this.#atlas, SHADES[shade]));
    this.touch();
  }

  resize(width: number, height: number, shift_px = 0): void {
    this.eye.resize(width, height, shift_px);
    this.#scene?.resize(width, height);
    const ratio = this.#ratio();
    [this.#sheet.width, this.#sheet.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    this.touch();
  }

  mark(marks: Mark[]): void {
    this.over.marks = marks;
    this.touch();
  }

  choose(i: number): void {
    this.over.chosen = i < 0 || !this.objects ? null : { i, name: this.objects.names[i] || String(this.objects.norad_id[i]) };
    this.over.path = null;
    if (this.following >= 0 && i !== this.following) this.follow(-1);
    this.touch();
  }

  hover(i: number, note = ""): void {
    if ((this.over.hovered?.i ?? -1) === i) return;
    this.over.hovered = i < 0 || !this.objects ? null : { i, name: this.objects.names[i] || String(this.objects.norad_id[i]), note };
    this.touch();
  }

  /** Keep an object in the middle; -1: the Earth again. */
  follow(i: number): void {
    if (i === this.following) return;
    const p: Vector = [0, 0, 0];
    if (i >= 0 && this.instant?.at(i, p)) {
      this.eye.lon_deg = 0;
      this.eye.lat_deg = -12;
      this.eye.distance_km = Math.max(6000, Math.hypot(...p) - 5000);
    } else if (i < 0 && this.following >= 0) {
      const e = this.eye.position;
      this.eye.lon_deg = (Math.atan2(e[1], e[0]) * 180) / Math.PI;
      this.eye.lat_deg = (Math.asin(e[2] / Math.hypot(...e)) * 180) / Math.PI;
      this.eye.distance_km = Math.hypot(...e);
    }
    this.following = i;
    this.touch();
  }

  pick(x: number, y: number): number {
    const instant = this.instant;
    return instant ? pick(instant, this.eye, this.paint, x, y, PICK_PX) : -1;
  }

  inView(): number[] {
    const instant = this.instant;
    return instant ? inView(instant, this.eye, this.paint) : [];
  }

  /** Something has changed that the picture shows. */
  touch(): void {
    this.#dirty = true;
  }

  /** Lose and give back the drawing context, as a driver may at any time: for the tests. */
  loseContext(for_ms: number): void {
    const extension = this.#scene?.renderer.getContext().getExtension("WEBGL_lose_context");
    extension?.loseContext();
    setTimeout(() => extension?.restoreContext(), for_ms);
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#canvas.removeEventListener("webglcontextlost", this.#onLost);
    this.#canvas.removeEventListener("webglcontextrestored", this.#onRestored);
    this.keys.close();
    this.#scene?.dispose();
  }

  #filled(slot: Slot): void {
    this.#scene?.filled(slot);
  }

  #tick = (now: number): void => {
    this.#frame = requestAnimationFrame(this.#tick);
    const { clock, keys } = this;
    const direction = clock.playing ? Math.sign(clock.speed) : 0;
    // Time waits for the sky: it neither begins nor passes the newest key state before that is there.
    if (this.settled) clock.run(Math.min(now - this.#last_ms, 250), direction ? keys.limit(direction) : null);
    this.#last_ms = now;
    if (keys.loaded) keys.want(clock.now_ms, step_s(clock.playing ? clock.speed : 1) * 1000, direction);
    if (!this.#lost && (this.#dirty || this.#moved())) this.#draw(now);
    if (now - this.#told_ms > 200 && this.#drawn_ms >= this.#told_ms) {
      this.#told_ms = now;
      this.#heard.changed();
    }
  };

  #moved(): boolean {
    const km = (Math.abs(this.clock.now_ms - this.#drawn_t_ms) / 1000) * FASTEST_KM_S;
    return !(km < FINEST_PX * this.eye.finest_km);
  }

  #draw(now: number): void {
    this.#dirty = false;
    this.#drawn_t_ms = this.clock.now_ms;
    const instant = this.instant;
    const p: Vector = [0, 0, 0];
    this.eye.look(this.following >= 0 && instant?.at(this.following, p) ? p : null);
    this.#path(instant);
    this.#scene?.draw(this.clock.now_ms, this.keys.pair, this.eye);
    const links = this.over.links.filter((l) => this.clock.now_ms >= l.start_ms && this.clock.now_ms <= l.stop_ms);
    if (this.#scene) draw(this.#pen, this.eye, instant, { ...this.over, links }, SHADES[this.#shade], this.#ratio());
    if (instant && performance.getEntriesByName("globe").length === 0) performance.mark("globe"); // the first picture with objects in it
    this.frames.push(now - this.#drawn_ms);
    if (this.frames.length > 2000) this.frames.splice(0, 1000);
    this.#drawn_ms = now;
  }

  /** The orbit of what is chosen: one turn around the time that is shown, computed anew when that has moved on. */
  #path(instant: Instant | null): void {
    const { chosen, path } = this.over;
    if (!chosen || !this.objects || !instant || this.#asking) return;
    const turn_ms = 86_400_000 / this.objects.mean_motion_rev_day[chosen.i]!;
    const middle = path?.which === chosen.i ? (path.start_ms + path.stop_ms) / 2 : NaN;
    if (Math.abs(instant.t_ms - middle) < PATH_KEPT_TURNS * turn_ms) return;
    this.#asking = true;
    void this.keys.path(chosen.i, instant.t_ms - turn_ms / 2, instant.t_ms + turn_ms / 2, PATH_POINTS).then((found: Path) => {
      this.#asking = false;
      if (this.over.chosen?.i === found.which) this.over.path = found;
      this.touch();
    });
  }

  #ratio(): number {
    return this.software ? 1 : Math.min(devicePixelRatio, 2);
  }

  #onLost = (event: Event): void => {
    event.preventDefault(); // else the browser does not give it back
    this.#lost = true;
    this.#heard.lost(true);
  };

  #onRestored = (): void => {
    this.#lost = false;
    this.shade(this.#shade); // the map and the colours went with the context
    this.#heard.lost(false);
  };
}

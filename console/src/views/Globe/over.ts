/** What is drawn over the globe with a pen: the watched by the shape of their state, labels, orbits, links, fields of view. */

import { gmst } from "../../workers/earth";
import { STATE } from "../../workers/orbits";
import type { Eye, Pixel, Vector } from "./camera";
import type { Path } from "./keystates";
import type { Link } from "./links";
import type { Shades, WatchedState } from "./paint";
import type { Field } from "./sensors";
import type { Instant } from "./sky";

export interface Mark {
  i: number;
  name: string;
  state: WatchedState;
  colour: string;
}

export interface Over {
  coasts: readonly Vector[][];
  marks: readonly Mark[];
  links: readonly Link[];
  fields: readonly Field[];
  path: Path | null;
  chosen: { i: number; name: string } | null;
  hovered: { i: number; name: string; note: string } | null;
  labels: boolean;
}

const FONT = "12px system-ui, 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif";

/** Nearer than this the map of the Earth is blurred (20 km to a point), and its coasts are drawn anew as lines. */
const COASTS_KM_PER_PX = 11;

interface Said extends Pixel {
  text: string;
  colour: string;
}

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

export function draw(pen: CanvasRenderingContext2D, eye: Eye, instant: Instant | null, over: Over, shades: Shades, ratio: number): void {
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, eye.width, eye.height);
  pen.font = FONT;
  pen.textBaseline = "middle";
  pen.lineJoin = pen.lineCap = "round";
  if (eye.groundKmPerPixel < COASTS_KM_PER_PX) drawCoasts(pen, eye, over.coasts, shades);
  for (const one of over.fields) drawField(pen, eye, one, shades);
  if (!instant) return;
  if (over.path) drawPath(pen, eye, over.path, instant.t_ms, shades);
  const taken: Box[] = [];
  const distances = over.links.flatMap((link) => drawLink(pen, eye, instant, link, shades) ?? []);
  const at: Pixel = { x: 0, y: 0 };
  const seen = over.marks.flatMap((m) => (where(eye, instant, m.i, at) ? [{ ...m, ...at }] : []));
  for (const m of seen) shape(pen, m.x, m.y, m.state, m.colour, shades);
  if (over.chosen && where(eye, instant, over.chosen.i, at)) {
    ring(pen, at, shades.chosen, 9);
    label(pen, eye, over.chosen.name, at.x + 12, at.y - 14, shades.chosen, shades, taken, true);
  }
  if (over.hovered && where(eye, instant, over.hovered.i, at)) {
    ring(pen, at, shades.ink, 6);
    const { name, note } = over.hovered;
    label(pen, eye, note ? `${name} · ${note}` : name, at.x + 12, at.y - 30, shades.ink, shades, taken, true);
  }
  for (const m of over.labels ? seen : []) {
    if (m.i !== over.chosen?.i && m.i !== over.hovered?.i) label(pen, eye, m.name, m.x + 9, m.y, shades.ink, shades, taken, false);
  }
  for (const d of distances) label(pen, eye, d.text, d.x, d.y, d.colour, shades, taken, false);
}

function where(eye: Eye, instant: Instant, i: number, out: Pixel): boolean {
  const p: Vector = [0, 0, 0];
  return instant.at(i, p) && eye.project(...p, out) && !eye.hidden(...p);
}

/** The shapes of the floor: a disc is quiet, a triangle wants attention, a diamond is stale, an open ring was not seen, a broken one not swept. */
function shape(pen: CanvasRenderingContext2D, x: number, y: number, state: WatchedState, colour: string, shades: Shades): void {
  pen.beginPath();
  if (state === "attention") {
    pen.moveTo(x, y - 6);
    pen.lineTo(x + 5.6, y + 4.4);
    pen.lineTo(x - 5.6, y + 4.4);
    pen.closePath();
  } else if (state === "stale") {
    pen.moveTo(x, y - 5.6);
    pen.lineTo(x + 5.6, y);
    pen.lineTo(x, y + 5.6);
    pen.lineTo(x - 5.6, y);
    pen.closePath();
  } else pen.arc(x, y, 4.2, 0, 2 * Math.PI);
  pen.lineWidth = 3;
  pen.strokeStyle = shades.halo;
  pen.stroke();
  if (state === "not_observable" || state === "not_swept") {
    if (state === "not_swept") pen.setLineDash([2.2, 2.2]);
    pen.lineWidth = 1.8;
    pen.strokeStyle = colour;
    pen.stroke();
    pen.setLineDash([]);
  } else {
    pen.fillStyle = colour;
    pen.fill();
  }
}

function ring(pen: CanvasRenderingContext2D, at: Pixel, colour: string, radius: number): void {
  pen.beginPath();
  pen.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  pen.lineWidth = 1.6;
  pen.strokeStyle = colour;
  pen.stroke();
}

/** A text right of a point, or left of it at the edge, where there is room for it; `must`: also where there is none. */
function label(
  pen: CanvasRenderingContext2D, eye: Eye, text: string, right: number, y: number, colour: string, shades: Shades, taken: Box[], must: boolean,
): void {
  const wide = pen.measureText(text).width;
  const x = right + wide + 6 > eye.width ? right - wide - 24 : right;
  const box = { x: x - 2, y: y - 8, w: wide + 4, h: 16 };
  if (!must && taken.some((b) => b.x < box.x + box.w && box.x < b.x + b.w && b.y < box.y + box.h && box.y < b.y + b.h)) return;
  taken.push(box);
  pen.lineWidth = 3.5;
  pen.strokeStyle = shades.halo;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
} // prettier-ignore

/** A line through points; parts behind the Earth are left out. */
function line(pen: CanvasRenderingContext2D, eye: Eye, points: Iterable<Vector>): void {
  const at: Pixel = { x: 0, y: 0 };
  let on = false;
  pen.beginPath();
  for (const p of points) {
    const seen = eye.project(...p, at) && !eye.hidden(...p);
    if (seen && on) pen.lineTo(at.x, at.y);
    else if (seen) pen.moveTo(at.x, at.y);
    on = seen;
  }
  pen.stroke();
}

/** The orbit as it stands among the stars now: the path in TEME, turned with the Earth of this moment. */
function drawPath(pen: CanvasRenderingContext2D, eye: Eye, path: Path, t_ms: number, shades: Shades): void {
  const angle = gmst(t_ms);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  function* points(): Iterable<Vector> {
    for (let k = 0; k < path.states.length; k += STATE) {
      const [x, y, z] = [path.states[k]!, path.states[k + 1]!, path.states[k + 2]!];
      if (x !== 0 || y !== 0 || z !== 0) yield [c * x + s * y, c * y - s * x, z];
    }
  }
  pen.lineWidth = 1.4;
  pen.strokeStyle = shades.chosen;
  pen.globalAlpha = 0.85;
  line(pen, eye, points());
  pen.globalAlpha = 1;
}

function drawCoasts(pen: CanvasRenderingContext2D, eye: Eye, coasts: readonly Vector[][], shades: Shades): void {
  pen.lineWidth = 1.2;
  pen.strokeStyle = shades.coast;
  for (const one of coasts) line(pen, eye, one);
}

const PARTS = 24;

/** The line with its two ends; gives back the distance that is to be said beside it, where both can be seen. */
function drawLink(pen: CanvasRenderingContext2D, eye: Eye, instant: Instant, link: Link, shades: Shades): Said | null {
  const [p, q]: [Vector, Vector] = [[0, 0, 0], [0, 0, 0]];
  if (!instant.at(link.i, p) || !instant.at(link.j, q)) return null;
  const colour = link.kind === "stay" ? shades.stay : shades.conjunction;
  function* points(): Iterable<Vector> {
    for (let k = 0; k <= PARTS; k++) yield [0, 1, 2].map((d) => p[d]! + ((q[d]! - p[d]!) * k) / PARTS) as Vector;
  }
  // A conjunction is drawn broken, so that the two are not told apart by colour alone.
  pen.setLineDash(link.kind === "stay" ? [] : [5, 3]);
  pen.lineWidth = 2;
  pen.strokeStyle = colour;
  line(pen, eye, points());
  pen.setLineDash([]);
  const [at, to]: [Pixel, Pixel] = [{ x: 0, y: 0 }, { x: 0, y: 0 }];
  if (eye.hidden(...p) || eye.hidden(...q) || !eye.project(...p, at) || !eye.project(...q, to)) return null;
  ring(pen, at, colour, 7);
  if (Math.hypot(at.x - to.x, at.y - to.y) > 6) ring(pen, to, colour, 5);
  return link.distance ? { text: link.distance, x: (at.x + to.x) / 2 + 10, y: (at.y + to.y) / 2 + 16, colour } : null;
}

function drawField(pen: CanvasRenderingContext2D, eye: Eye, one: Field, shades: Shades): void {
  const at: Pixel = { x: 0, y: 0 };
  pen.strokeStyle = pen.fillStyle = shades.sensor;
  const first = one.lines[0]!;
  if (one.known && first.every((p) => !eye.hidden(...p) && eye.project(...p, at))) {
    pen.globalAlpha = 0.09;
    pen.beginPath();
    for (const p of first) {
      eye.project(...p, at);
      pen.lineTo(at.x, at.y);
    }
    pen.fill();
  }
  pen.globalAlpha = one.known ? 0.8 : 0.55;
  pen.lineWidth = 1.1;
  // What is not told of a sensor is drawn dotted.
  pen.setLineDash(one.known ? [] : [2, 4]);
  for (const points of one.lines) line(pen, eye, points);
  pen.setLineDash([]);
  pen.globalAlpha = 1;
  if (!eye.hidden(one.at[0] * 1.001, one.at[1] * 1.001, one.at[2] * 1.001) && eye.project(...one.at, at)) pen.fillRect(at.x - 2, at.y - 2, 4, 4);
}

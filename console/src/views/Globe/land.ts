/** Land and coasts: Natural Earth 110m (public domain), drawn once for each theme into a map of the whole Earth. */

import { feature, mesh } from "topojson-client";
import type { MultiPolygon } from "geojson";
import type { GeometryCollection, Topology } from "topojson-specification";
import address from "world-atlas/land-110m.json?url";
import { place } from "../../workers/earth";
import type { Vector } from "./camera";
import type { Shades } from "./paint";

const WIDTH = 2048;
const HEIGHT = 1024;

export type Atlas = Topology<{ land: GeometryCollection }>;

export async function atlas(): Promise<Atlas> {
  return (await (await fetch(address)).json()) as Atlas;
}

/** A canvas in plate carree, in the colours of full day. */
export function worldMap(from: Atlas, shades: Shades): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const pen = canvas.getContext("2d", { willReadFrequently: true })!;
  pen.fillStyle = shades.ocean;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
  pen.fillStyle = shades.land;
  trace(pen, polygons(from), true);
  pen.fill("evenodd");
  pen.strokeStyle = shades.grid;
  graticule(pen);
  pen.strokeStyle = shades.coast;
  pen.lineWidth = 1.4;
  pen.lineJoin = "round";
  trace(pen, mesh(from, from.objects.land).coordinates.filter(isCoast), false);
  pen.stroke();
  return canvas;
}

function polygons(from: Atlas): number[][][] {
  const rings = feature(from, from.objects.land).features.flatMap((f) => (f.geometry as MultiPolygon).coordinates.flat()).map(unbroken);
  return [-360, 0, 360].flatMap((turn) => rings.map((ring) => ring.map(([lon, lat]) => [lon! + turn, lat!])));
}

/** A ring over 180 degrees goes on beyond it, so that no edge runs back across the whole map. Along a pole it may. */
function unbroken(ring: number[][]): number[][] {
  let turn = 0;
  return ring.map(([lon, lat], k) => {
    const step = k > 0 ? lon! - ring[k - 1]![0]! : 0;
    if (Math.abs(step) > 180 && Math.abs(lat!) < 89.9) turn -= 360 * Math.sign(step);
    return [lon! + turn, lat!];
  });
}

/** Coasts as lines of points on the ground, Earth-fixed: for a near view, in which the map is too coarse. */
export function coasts(from: Atlas): Vector[][] {
  return mesh(from, from.objects.land).coordinates.filter(isCoast).map((line) => line.map(([lon, lat]) => place(lon!, lat!)));
}

/** The edge of the map itself, along 180 degrees and the pole, is no coast. */
function isCoast(line: number[][]): boolean {
  return !line.every(([lon, lat]) => Math.abs(lon!) > 179.99 || lat! < -89.9);
}

function x(lon: number): number {
  return ((lon + 180) / 360) * WIDTH;
}

function y(lat: number): number {
  return ((90 - lat) / 180) * HEIGHT;
}

function trace(pen: CanvasRenderingContext2D, lines: number[][][], close: boolean): void {
  pen.beginPath();
  for (const line of lines) {
    line.forEach(([lon, lat], k) => {
      const leaps = k > 0 && !close && Math.abs(lon! - line[k - 1]![0]!) > 180;
      if (k === 0 || leaps) pen.moveTo(x(lon!), y(lat!));
      else pen.lineTo(x(lon!), y(lat!));
    });
    if (close) pen.closePath();
  }
}

function graticule(pen: CanvasRenderingContext2D): void {
  pen.lineWidth = 1;
  for (let lon = -180; lon <= 180; lon += 30) stroke(pen, x(lon), y(75), x(lon), y(-75), lon === 0 ? 0.9 : 0.5);
  for (let lat = -60; lat <= 60; lat += 30) stroke(pen, 0, y(lat), WIDTH, y(lat), lat === 0 ? 0.9 : 0.5);
}

function stroke(pen: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number, strength: number): void {
  pen.globalAlpha = strength;
  pen.beginPath();
  pen.moveTo(x1, y1 + 0.5);
  pen.lineTo(x2, y2 + 0.5);
  pen.stroke();
  pen.globalAlpha = 1;
}

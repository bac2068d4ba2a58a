/** The same objects, propagated by the same worker and blended by the same cubic, drawn by CesiumJS instead of by the console. */

import { Cartesian3, CesiumWidget, Color, ImageryLayer, Ion, PointPrimitiveCollection, TileMapServiceImageryProvider, buildModuleUrl } from "cesium";
import type { Vector } from "../../console/src/views/Globe/camera";
import { KeyStates } from "../../console/src/views/Globe/keystates";
import { Instant } from "../../console/src/views/Globe/sky";
import { read } from "../../console/src/workers/objects";

const SPEED = 60;
const STEP_MS = 60_000;
const COLOURS = ["#c9a0dc", "#6fc0f5", "#f2b04c", "#8a97a6"].map((c) => Color.fromCssColorString(c));

Ion.defaultAccessToken = "";
const earth = TileMapServiceImageryProvider.fromUrl(buildModuleUrl("Assets/Textures/NaturalEarthII"));
// As light as it can be made and still show the same: no smoothing of edges, no air, no fog, no stars.
const widget = new CesiumWidget("globe", {
  baseLayer: ImageryLayer.fromProviderAsync(earth),
  contextOptions: { webgl: { antialias: false } },
  msaaSamples: 1,
  skyBox: false,
  skyAtmosphere: false,
});
const { scene } = widget;
scene.globe.enableLighting = true;
scene.globe.showGroundAtmosphere = false;
scene.fog.enabled = false;
scene.highDynamicRange = false;
scene.camera.setView({ destination: Cartesian3.fromDegrees(137, 24, 26_000_000 - 6_378_000) });

const objects = read(await (await fetch("/objects.bin")).arrayBuffer());
const points = scene.primitives.add(new PointPrimitiveCollection());
for (let i = 0; i < objects.count; i++) points.add({ pixelSize: 2, color: COLOURS[objects.kind[i]!] });

const frames: number[] = [];
const keys = new KeyStates(() => {}, () => {});
keys.load(objects);
let now_ms = Date.parse(objects.header.as_of);
let before = performance.now();
const p: Vector = [0, 0, 0];
const at = new Cartesian3();
scene.preUpdate.addEventListener(() => {
  const here = performance.now();
  const edge_ms = keys.limit(1);
  if (keys.pair) now_ms = Math.min(now_ms + Math.min(here - before, 250) * SPEED, edge_ms ?? Infinity);
  if (keys.loaded) keys.want(now_ms, STEP_MS, 1);
  frames.push(here - before);
  before = here;
  if (!keys.pair) return;
  const instant = new Instant(keys.pair, now_ms);
  for (let i = 0; i < objects.count; i++) {
    const seen = instant.at(i, p);
    const point = points.get(i);
    point.show = seen;
    if (seen) point.position = Cartesian3.fromElements(p[0] * 1000, p[1] * 1000, p[2] * 1000, at);
  }
  performance.mark("globe");
});
Object.assign(globalThis, { globe: { frames, objects, clock: { speed: SPEED }, get ready() { return keys.pair !== null; } } });

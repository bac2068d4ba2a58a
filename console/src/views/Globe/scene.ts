/** What three.js draws: the Earth, its rim of air, and all objects as points. Nothing is sorted by depth: each knows what hides it. */

import {
  BufferAttribute, BufferGeometry, CanvasTexture, Color, DynamicDrawUsage, GLSL3, InterleavedBuffer, InterleavedBufferAttribute,
  LinearMipmapLinearFilter, Mesh, NearestFilter, NoColorSpace, Points, RawShaderMaterial, Scene, Sphere, Vector2, Vector3, Vector4, WebGLRenderer,
} from "three"; // prettier-ignore
import { EQUATOR_KM, gmst, place, POLE_KM, sun } from "../../workers/earth";
import { STATE, weights } from "../../workers/orbits";
import type { Eye } from "./camera";
import type { Pair, Slot } from "./keystates";
import type { Shades } from "./paint";
import { AIR_FRAGMENT, AIR_VERTEX, EARTH_FRAGMENT, EARTH_VERTEX, OBJECTS_FRAGMENT, OBJECTS_VERTEX } from "./shaders";

/** Longitudes of the net of the Earth, half as many latitudes. In software each triangle costs as much as many pixels. */
const NET = { software: 64, hardware: 192 };
const RIM = 96;
const AIR = 0.045; // height of the rim, in radii

export class GlobeScene {
  readonly renderer: WebGLRenderer;
  readonly software: boolean;
  #scene = new Scene();
  #eye = { value: new Vector3() };
  #sun = { value: new Vector3(1, 0, 0) };
  #earth: RawShaderMaterial;
  #air: Mesh<BufferGeometry, RawShaderMaterial>;
  #points: Points<BufferGeometry, RawShaderMaterial> | null = null;
  #buffers: InterleavedBuffer[] = [];
  #shown: [number, number] = [-1, -1];

  /** Throws where the browser gives no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.software = drawsInSoftware();
    this.renderer = new WebGLRenderer({ canvas, antialias: !this.software, depth: false, stencil: false, powerPreference: "high-performance" });
    this.renderer.setPixelRatio(this.software ? 1 : Math.min(devicePixelRatio, 2));
    this.#earth = material(EARTH_VERTEX, EARTH_FRAGMENT, { map: { value: null }, sun: this.#sun, night: colour() });
    this.#air = new Mesh(rim(), material(AIR_VERTEX, AIR_FRAGMENT, { sun: this.#sun, air: colour(), strength: { value: 0 } }));
    this.#air.material.transparent = true;
    const earth = new Mesh(spheroid(this.software ? NET.software : NET.hardware), this.#earth);
    [this.#air.renderOrder, earth.renderOrder] = [0, 1];
    for (const one of [this.#air, earth]) {
      one.frustumCulled = false;
      one.matrixAutoUpdate = false;
      this.#scene.add(one);
    }
  }

  set map(canvas: HTMLCanvasElement) {
    (this.#earth.uniforms.map!.value as CanvasTexture | null)?.dispose();
    const texture = new CanvasTexture(canvas);
    texture.colorSpace = NoColorSpace;
    texture.generateMipmaps = !this.software;
    texture.minFilter = this.software ? NearestFilter : LinearMipmapLinearFilter;
    if (!this.software) texture.anisotropy = 4;
    this.#earth.uniforms.map!.value = texture;
  }

  shade(shades: Shades): void {
    const set = (one: RawShaderMaterial, name: string, value: string) => (one.uniforms[name]!.value as Color).set(value).convertLinearToSRGB();
    set(this.#earth, "night", shades.night);
    set(this.#air.material, "air", shades.air);
    this.#air.material.uniforms.strength!.value = shades.airStrength;
    this.renderer.setClearColor(new Color(shades.space), 1);
  }

  /** Room for a sky of `slots` key states; `paint` is one colour for each object, alpha 0: not shown. */
  hold(slots: Slot[], paint: Uint8Array, count: number): void {
    if (this.#points) {
      this.#scene.remove(this.#points);
      this.#points.geometry.dispose();
      this.#points.material.dispose();
    }
    const geometry = new BufferGeometry();
    this.#buffers = slots.map((slot) => {
      const buffer = new InterleavedBuffer(slot.states, STATE);
      buffer.setUsage(DynamicDrawUsage);
      // Held under a name that no shader reads, so that a key state is on the GPU before it is shown.
      geometry.setAttribute(`slot${slot.number}`, new InterleavedBufferAttribute(buffer, 3, 0));
      return buffer;
    });
    geometry.setAttribute("paint", new BufferAttribute(paint, 4, true).setUsage(DynamicDrawUsage));
    geometry.boundingSphere = new Sphere(new Vector3(), 1e7);
    geometry.setDrawRange(0, count);
    const points = new Points(geometry, material(OBJECTS_VERTEX, OBJECTS_FRAGMENT, {
      weights: { value: new Vector4() }, spin: { value: new Vector2() }, size: { value: this.software ? 1.7 : 2.6 * this.renderer.getPixelRatio() }, eye: this.#eye,
    })); // prettier-ignore
    if (!this.software) {
      // Discs with soft edges; in software a square of two or three pixels costs half.
      points.material.transparent = true;
      points.material.defines = { ROUND: "", SIZE_PX: "5.0" };
    }
    points.frustumCulled = false;
    points.matrixAutoUpdate = false;
    points.renderOrder = 2;
    points.visible = false;
    this.#shown = [-1, -1];
    this.#points = points;
    this.#scene.add(points);
  }

  filled(slot: Slot): void {
    const buffer = this.#buffers[slot.number];
    if (!buffer) return;
    buffer.array = slot.states;
    buffer.needsUpdate = true;
  }

  painted(): void {
    const paint = this.#points?.geometry.getAttribute("paint");
    if (paint) (paint as BufferAttribute).needsUpdate = true;
  }

  resize(width: number, height: number): void {
    this.renderer.setSize(width, height, false);
  }

  draw(t_ms: number, pair: Pair | null, eye: Eye): void {
    this.#eye.value.set(...eye.position);
    this.#sun.value.set(...sun(t_ms));
    if (pair && this.#points) this.#between(pair, t_ms);
    this.#limb(eye);
    this.renderer.render(this.#scene, eye.camera);
  }

  dispose(): void {
    this.renderer.dispose();
  }

  #between({ a, b }: Pair, t_ms: number): void {
    const { geometry, material } = this.#points!;
    if (this.#shown[0] !== a.number || this.#shown[1] !== b.number) {
      for (const [slot, r, v] of [[a, "r0", "v0"], [b, "r1", "v1"]] as const) {
        geometry.setAttribute(r, new InterleavedBufferAttribute(this.#buffers[slot.number]!, 3, 0));
        geometry.setAttribute(v, new InterleavedBufferAttribute(this.#buffers[slot.number]!, 3, 3));
      }
      this.#shown = [a.number, b.number];
    }
    const u = Math.min(Math.max((t_ms - a.t_ms) / (b.t_ms - a.t_ms), 0), 1);
    material.uniforms.weights!.value.set(...weights(u, (b.t_ms - a.t_ms) / 1000));
    const angle = gmst(Math.min(Math.max(t_ms, a.t_ms), b.t_ms));
    material.uniforms.spin!.value.set(Math.cos(angle), Math.sin(angle));
    this.#points!.visible = true;
  }

  /** The rim stands around the circle at which sight touches the Earth, facing the eye. */
  #limb(eye: Eye): void {
    const d = Math.hypot(...eye.position);
    const radius = (EQUATOR_KM + POLE_KM) / 2;
    const towards = radius ** 2 / d;
    const m = this.#air.matrix;
    m.lookAt(this.#eye.value, new Vector3(), eye.camera.up);
    m.scale(new Vector3().setScalar(Math.sqrt(radius ** 2 - towards ** 2)));
    m.setPosition(...(eye.position.map((x) => (x / d) * towards) as [number, number, number]));
    this.#air.matrixWorldNeedsUpdate = true;
  }
}

function material(vertexShader: string, fragmentShader: string, uniforms: RawShaderMaterial["uniforms"]): RawShaderMaterial {
  return new RawShaderMaterial({ glslVersion: GLSL3, vertexShader, fragmentShader, uniforms, depthTest: false, depthWrite: false });
}

function colour(): { value: Color } {
  return { value: new Color() };
}

/** WGS-84 as a net of geodetic longitudes and latitudes, seen from outside. */
function spheroid(around: number): BufferGeometry {
  const upwards = around / 2;
  const [position, normal, uv, index]: number[][] = [[], [], [], []];
  for (let j = 0; j <= upwards; j++) {
    for (let i = 0; i <= around; i++) {
      const [lon, lat] = [(i / around) * 360 - 180, (j / upwards) * 180 - 90];
      position!.push(...place(lon, lat));
      const c = Math.cos((lat * Math.PI) / 180);
      normal!.push(c * Math.cos((lon * Math.PI) / 180), c * Math.sin((lon * Math.PI) / 180), Math.sin((lat * Math.PI) / 180));
      uv!.push(i / around, j / upwards);
    }
  }
  for (let j = 0; j < upwards; j++) {
    for (let i = 0; i < around; i++) {
      const at = j * (around + 1) + i;
      index!.push(at, at + 1, at + around + 2, at, at + around + 2, at + around + 1);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(position!), 3));
  geometry.setAttribute("normal", new BufferAttribute(new Float32Array(normal!), 3));
  geometry.setAttribute("uv", new BufferAttribute(new Float32Array(uv!), 2));
  geometry.setIndex(index!);
  return geometry;
}

/** A ring of radius 1 that fades outwards. */
function rim(): BufferGeometry {
  const position: number[] = [];
  const out: number[] = [];
  const index: number[] = [];
  for (let i = 0; i <= RIM; i++) {
    const angle = (i / RIM) * 2 * Math.PI;
    for (const [radius, fade] of [[0.99, 0], [1 + AIR, 1]] as const) {
      position.push(radius * Math.cos(angle), radius * Math.sin(angle), 0);
      out.push(fade);
    }
    if (i < RIM) index.push(2 * i, 2 * i + 1, 2 * i + 3, 2 * i, 2 * i + 3, 2 * i + 2);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(position), 3));
  geometry.setAttribute("out_", new BufferAttribute(new Float32Array(out), 1));
  geometry.setIndex(index);
  return geometry;
}

/** Whether the browser draws without a graphics card: then every pixel costs, and edges are left as they are. */
function drawsInSoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) throw new Error("this browser gives no WebGL 2");
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}

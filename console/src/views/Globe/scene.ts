/** What three.js draws: the Earth with its rim of air, and all objects as points. Nothing is sorted by depth: each knows what hides it. */

import {
  BufferAttribute, BufferGeometry, CanvasTexture, Color, ColorManagement, DynamicDrawUsage, GLSL3, InterleavedBuffer, InterleavedBufferAttribute,
  LinearFilter, Mesh, NoColorSpace, OrthographicCamera, PlaneGeometry, Points, RawShaderMaterial, Scene, Sphere, Vector2, Vector3,
  Vector4, WebGLRenderer, WebGLRenderTarget,
} from "three"; // prettier-ignore
import { EQUATOR_KM, gmst, POLE_KM, sun } from "../../workers/earth";
import { STATE, weights } from "../../workers/orbits";
import type { Eye } from "./camera";
import type { Pair, Slot } from "./keystates";
import type { Shades } from "./paint";
import { EARTH_FRAGMENT, EARTH_VERTEX, FOLD_FRAGMENT, FOLD_VERTEX, KEPT_FRAGMENT, OBJECTS_FRAGMENT, OBJECTS_VERTEX } from "./shaders";

/** Pixels along an edge of the folded map. In software one point of it is looked up for a pixel, with a card four are blended. */
const FOLDED = { software: 1024, hardware: 2048 };
/** The terminator moves by a quarter of a degree in this time. */
const LIGHT_MS = 60_000;
const AIR = 0.045; // height of the rim, in radii of the Earth

// Colours are shown as they are written; else three.js clears a kept picture and the canvas with two different ones.
ColorManagement.enabled = false;

export class GlobeScene {
  readonly renderer: WebGLRenderer;
  readonly software: boolean;
  #ground = new Scene();
  #sky = new Scene();
  #eye = { value: new Vector3() };
  #earth: Mesh<BufferGeometry, RawShaderMaterial>;
  #folded: WebGLRenderTarget;
  /** The Earth as it was last drawn, the square that shows it again, and for which place of the eye and light it is. */
  #kept = new WebGLRenderTarget(1, 1, { depthBuffer: false });
  #again = new Scene();
  #place: number[] = [];
  #light = NaN;
  #points: Points<BufferGeometry, RawShaderMaterial> | null = null;
  #buffers: InterleavedBuffer[] = [];
  #shown: [number, number] = [-1, -1];

  /** Throws where the browser gives no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.software = drawsInSoftware();
    this.renderer = new WebGLRenderer({ canvas, antialias: !this.software, depth: false, stencil: false, powerPreference: "high-performance" });
    this.renderer.autoClear = false;
    this.renderer.setPixelRatio(this.software ? 1 : Math.min(devicePixelRatio, 2));
    const size = this.software ? FOLDED.software : FOLDED.hardware;
    this.#folded = new WebGLRenderTarget(size, size, { depthBuffer: false, minFilter: LinearFilter, magFilter: LinearFilter });
    const uniforms = {
      map: { value: this.#folded.texture }, eye: this.#eye, from: { value: new Vector3() }, beyond: { value: 0 }, strength: { value: 0 },
      sun: { value: new Vector3(1, 0, 0) }, night: colour(), space: colour(), air: colour(),
    }; // prettier-ignore
    this.#earth = new Mesh(new PlaneGeometry(2, 2), material(EARTH_VERTEX, EARTH_FRAGMENT, uniforms));
    this.#earth.material.defines = { AIR: AIR.toFixed(4), ...(this.software ? { NEAREST: size.toFixed(1) } : {}) };
    this.#add(this.#earth, this.#ground);
    const again = new Mesh(this.#earth.geometry, material(EARTH_VERTEX, KEPT_FRAGMENT, { kept: { value: this.#kept.texture }, eye: this.#eye }));
    again.matrix = this.#earth.matrix; // the same square
    this.#add(again, this.#again);
    again.matrixWorld = this.#earth.matrixWorld;
  }

  /** The look of a theme; `plate`: the map of the Earth in its colours, in plate carree, where it is there already. */
  shade(shades: Shades, plate: HTMLCanvasElement | null): void {
    const { uniforms } = this.#earth.material;
    for (const name of ["night", "space", "air"] as const) (uniforms[name]!.value as Color).set(shades[name]);
    uniforms.strength!.value = shades.airStrength;
    this.renderer.setClearColor(new Color(shades.space), 1);
    if (plate) this.#fold(plate);
    this.#earth.visible = plate !== null;
    this.#place = [];
  }

  /** Room for a sky of `slots` key states; `paint` is one colour for each object, alpha 0: not shown. */
  hold(slots: Slot[], paint: Uint8Array, count: number): void {
    if (this.#points) {
      this.#sky.remove(this.#points);
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
    const size = this.software ? 1.7 : 2.6 * this.renderer.getPixelRatio();
    this.#points = new Points(geometry, material(OBJECTS_VERTEX, OBJECTS_FRAGMENT, {
      weights: { value: new Vector4() }, spin: { value: new Vector2() }, size: { value: size }, eye: this.#eye,
    })); // prettier-ignore
    if (!this.software) {
      // Discs with soft edges; in software a square of two or three pixels costs half.
      this.#points.material.transparent = true;
      this.#points.material.defines = { ROUND: "", SIZE_PX: "5.0" };
    }
    this.#points.visible = false;
    this.#shown = [-1, -1];
    this.#add(this.#points, this.#sky);
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
    this.#kept.setSize(width, height);
    this.#place = [];
  }

  draw(t_ms: number, pair: Pair | null, eye: Eye): void {
    this.#eye.value.set(...eye.position);
    if (pair && this.#points) this.#between(pair, t_ms);
    this.#drawGround(eye, t_ms);
    this.renderer.render(this.#sky, eye.camera);
  }

  dispose(): void {
    this.#folded.dispose();
    this.#kept.dispose();
    this.renderer.dispose();
  }

  #add(one: Mesh | Points, to: Scene): void {
    one.frustumCulled = false;
    one.matrixAutoUpdate = false;
    to.add(one);
  }

  /** In software a kept picture of the Earth costs a third of a new one: it is kept when the eye rests. */
  #drawGround(eye: Eye, t_ms: number): void {
    const { renderer } = this;
    const place = [...eye.matrix];
    const light = Math.round(t_ms / LIGHT_MS);
    const rests = this.software && place.every((x, k) => x === this.#place[k]);
    if (rests && this.#light !== light) {
      this.#face(eye, t_ms);
      renderer.setRenderTarget(this.#kept);
      renderer.clear();
      renderer.render(this.#ground, eye.camera);
      renderer.setRenderTarget(null);
      this.#light = light;
    }
    if (!rests) [this.#place, this.#light] = [place, NaN];
    renderer.clear();
    if (rests) return void renderer.render(this.#again, eye.camera);
    this.#face(eye, t_ms);
    renderer.render(this.#ground, eye.camera);
  }

  /** Turn the square of the Earth to the eye: around the circle at which sight touches the ground, and the air above it. */
  #face(eye: Eye, t_ms: number): void {
    const { uniforms } = this.#earth.material;
    const from = uniforms.from!.value.set(eye.position[0] / EQUATOR_KM, eye.position[1] / EQUATOR_KM, eye.position[2] / POLE_KM) as Vector3;
    uniforms.beyond!.value = from.lengthSq() - 1;
    uniforms.sun!.value.set(...sun(t_ms));
    const d = Math.hypot(...eye.position);
    const towards = EQUATOR_KM ** 2 / d;
    const radius = Math.sqrt(EQUATOR_KM ** 2 - towards ** 2) * (1 + 1.2 * AIR);
    const m = this.#earth.matrix;
    m.lookAt(this.#eye.value, new Vector3(), eye.camera.up);
    m.scale(new Vector3().setScalar(radius));
    m.setPosition(...(eye.position.map((x) => (x / d) * towards) as [number, number, number]));
    this.#earth.matrixWorldNeedsUpdate = true;
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
    const t = Math.min(Math.max(t_ms, a.t_ms), b.t_ms);
    material.uniforms.weights!.value.set(...weights((t - a.t_ms) / (b.t_ms - a.t_ms), (b.t_ms - a.t_ms) / 1000));
    const angle = gmst(t);
    material.uniforms.spin!.value.set(Math.cos(angle), Math.sin(angle));
    this.#points!.visible = true;
  }

  #fold(plate: HTMLCanvasElement): void {
    const texture = new CanvasTexture(plate);
    texture.colorSpace = NoColorSpace;
    texture.generateMipmaps = false;
    texture.minFilter = texture.magFilter = LinearFilter;
    const square = new Mesh(new PlaneGeometry(2, 2), material(FOLD_VERTEX, FOLD_FRAGMENT, { plate: { value: texture } }));
    square.frustumCulled = false;
    this.renderer.setRenderTarget(this.#folded);
    this.renderer.render(new Scene().add(square), new OrthographicCamera());
    this.renderer.setRenderTarget(null);
    square.geometry.dispose();
    square.material.dispose();
    texture.dispose();
  }
}

function material(vertexShader: string, fragmentShader: string, uniforms: RawShaderMaterial["uniforms"]): RawShaderMaterial {
  return new RawShaderMaterial({ glslVersion: GLSL3, vertexShader, fragmentShader, uniforms, depthTest: false, depthWrite: false });
}

function colour(): { value: Color } {
  return { value: new Color() };
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

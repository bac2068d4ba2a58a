/** Where the eye is: around the centre of the Earth, or around one object that it follows. Earth-fixed, km, degrees. */

import { PerspectiveCamera } from "three";
import { EQUATOR_KM, POLE_KM } from "../../workers/earth";

const RAD = Math.PI / 180;
export const FOV_DEG = 32;
export const NEAR_EARTH_KM = 26_000;
export const BELT_KM = 170_000;
const LEAST_HEIGHT_KM = 150;
const MOST_KM = 600_000;

export type Vector = [number, number, number];

export class Eye {
  /** Direction from what is looked at to the eye. When something is followed: added to the direction of the point below it. */
  lon_deg = 137;
  lat_deg = 24;
  distance_km = NEAR_EARTH_KM;
  target: Vector = [0, 0, 0];
  following = false;
  position: Vector = [0, 0, 0];
  readonly camera = new PerspectiveCamera(FOV_DEG, 1, 10, 2 * MOST_KM);
  readonly matrix = new Float64Array(16);
  width = 1;
  height = 1;

  constructor() {
    this.camera.up.set(0, 0, 1);
  }

  /** `shift_px`: how far right of the middle of the window what is looked at stands, where something covers the left. */
  resize(width: number, height: number, shift_px = 0): void {
    [this.width, this.height] = [Math.max(width, 1), Math.max(height, 1)];
    this.camera.aspect = this.width / this.height;
    // A narrow window sees as much across as a square one sees up and down.
    const half = Math.tan((FOV_DEG / 2) * RAD) / Math.min(this.camera.aspect, 1);
    this.camera.fov = (2 * Math.atan(half)) / RAD;
    this.camera.setViewOffset(this.width, this.height, -shift_px, 0, this.width, this.height);
  }

  rotate(right_px: number, down_px: number): void {
    const above = Math.max(this.distance_km - (this.following ? 0 : EQUATOR_KM), 30);
    const deg = Math.min(0.3, ((this.kmPerPixel(above) / EQUATOR_KM) / RAD) * (this.following ? 40 : 1.1));
    this.lon_deg = wrapped(this.lon_deg - right_px * deg);
    this.lat_deg = Math.min(Math.max(this.lat_deg + down_px * deg, -89), 89);
  }

  zoom(factor: number): void {
    const least = this.following ? 30 : EQUATOR_KM + LEAST_HEIGHT_KM;
    // Near the ground a step is a share of the height, far away of the distance.
    const from = this.following ? 0 : EQUATOR_KM * 0.95;
    this.distance_km = Math.min(Math.max(from + (this.distance_km - from) * factor, least), MOST_KM);
  }

  kmPerPixel(distance_km: number): number {
    return (2 * distance_km * Math.tan((this.camera.fov / 2) * RAD)) / this.height;
  }

  /** What a pixel shows of the ground below the eye. */
  get groundKmPerPixel(): number {
    return this.kmPerPixel(Math.max(Math.hypot(...this.position) - EQUATOR_KM, 1));
  }

  /** Finest length that a pixel shows: what nothing smaller than need be drawn anew for. */
  get finest_km(): number {
    return this.kmPerPixel(this.following ? this.distance_km : Math.max(this.distance_km - EQUATOR_KM - 2000, 300));
  }

  /** Place the camera. `followed`: the object's position, or null. */
  look(followed: Vector | null): void {
    let [lon, lat] = [this.lon_deg, this.lat_deg];
    this.following = followed !== null;
    this.target = followed ?? [0, 0, 0];
    if (followed) {
      lon += Math.atan2(followed[1], followed[0]) / RAD;
      lat = Math.min(Math.max(lat + Math.atan2(followed[2], Math.hypot(followed[0], followed[1])) / RAD, -89), 89);
    }
    const c = Math.cos(lat * RAD);
    const out: Vector = [c * Math.cos(lon * RAD), c * Math.sin(lon * RAD), Math.sin(lat * RAD)];
    const p = this.target.map((x, k) => x + out[k]! * this.distance_km) as Vector;
    const km = Math.hypot(...p);
    const scale = Math.max(1, (EQUATOR_KM + LEAST_HEIGHT_KM / 2) / Math.max(km, 1));
    this.position = p.map((x) => x * scale) as Vector;
    this.camera.position.set(...this.position);
    this.camera.lookAt(...this.target);
    this.camera.updateMatrixWorld();
    this.#multiply();
  }

  #multiply(): void {
    const p = this.camera.projectionMatrix.elements;
    const v = this.camera.matrixWorldInverse.elements;
    for (let c = 0; c < 4; c++) {
      for (let r = 0; r < 4; r++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += p[k * 4 + r]! * v[c * 4 + k]!;
        this.matrix[c * 4 + r] = sum;
      }
    }
  }

  /** Pixels from the top left, and whether it lies before the eye. */
  project(x: number, y: number, z: number, out: Pixel): boolean {
    const m = this.matrix;
    const w = m[3]! * x + m[7]! * y + m[11]! * z + m[15]!;
    if (w <= 0) return false;
    out.x = (((m[0]! * x + m[4]! * y + m[8]! * z + m[12]!) / w) * 0.5 + 0.5) * this.width;
    out.y = (0.5 - ((m[1]! * x + m[5]! * y + m[9]! * z + m[13]!) / w) * 0.5) * this.height;
    return true;
  }

  /** Whether the Earth stands between the eye and a point: the same as in the vertex shader, on the spheroid. */
  hidden(x: number, y: number, z: number): boolean {
    const [ex, ey, ez] = [this.position[0] / EQUATOR_KM, this.position[1] / EQUATOR_KM, this.position[2] / POLE_KM];
    const [dx, dy, dz] = [x / EQUATOR_KM - ex, y / EQUATOR_KM - ey, z / POLE_KM - ez];
    const along = -(ex * dx + ey * dy + ez * dz);
    const size = dx * dx + dy * dy + dz * dz;
    if (along <= 0 || along >= size) return false;
    return ex * ex + ey * ey + ez * ez - (along * along) / size < 1;
  }
}

export interface Pixel {
  x: number;
  y: number;
}

export function wrapped(deg: number): number {
  return ((((deg + 180) % 360) + 360) % 360) - 180;
}

/** What the GPU does: the Earth with day and night, its coasts, its rim of air, and the objects between two key states. */

/** Behind the Earth? On the spheroid scaled to a unit sphere; `Eye.hidden` is the same in TypeScript. */
const HIDDEN = /* glsl */ `
uniform vec3 eye;
const vec3 SPHEROID = vec3(1.0 / 6378.137, 1.0 / 6378.137, 1.0 / 6356.752314);
bool hidden(vec3 p) {
  vec3 e = eye * SPHEROID;
  vec3 d = p * SPHEROID - e;
  float along = -dot(e, d);
  float size = dot(d, d);
  return along > 0.0 && along < size && dot(e, e) - along * along / size < 1.0;
}`;

/** Cubic Hermite in TEME, then turned with the Earth. A state of zeros is none. */
export const OBJECTS_VERTEX = /* glsl */ `
precision highp float;
uniform mat4 projectionMatrix, modelViewMatrix;
uniform vec4 weights;
uniform vec2 spin;
uniform float size;
in vec3 r0, v0, r1, v1;
in vec4 paint;
out vec4 colour;
${HIDDEN}
void main() {
  gl_Position = vec4(0.0, 0.0, 2.0, 1.0);
  gl_PointSize = 1.0;
  colour = paint;
  if (paint.a == 0.0 || dot(r0, r0) < 1.0 || dot(r1, r1) < 1.0) return;
  vec3 teme = weights.x * r0 + weights.y * v0 + weights.z * r1 + weights.w * v1;
  vec3 p = vec3(spin.x * teme.x + spin.y * teme.y, spin.x * teme.y - spin.y * teme.x, teme.z);
  if (hidden(p)) return;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(p, 1.0);
  gl_PointSize = clamp(size * 26000.0 / gl_Position.w, size * 0.8, size * 1.7);
}`;

export const OBJECTS_FRAGMENT = /* glsl */ `
precision mediump float;
in vec4 colour;
out vec4 pixel;
void main() {
  pixel = colour;
#ifdef ROUND
  vec2 out_ = gl_PointCoord - 0.5;
  pixel.a = 0.92 * clamp((0.5 - length(out_)) * SIZE_PX, 0.0, 1.0);
#endif
}`;

/** The Earth is no net of triangles: on a square that faces the eye each pixel asks where its ray meets the spheroid. The
 * limb is round at every height, and without a graphics card it is as fast as a net that is too coarse. */
export const EARTH_VERTEX = /* glsl */ `
precision highp float;
uniform mat4 projectionMatrix, viewMatrix, modelMatrix;
uniform vec3 eye;
in vec3 position;
out vec3 ray;
const vec3 SPHEROID = vec3(1.0 / 6378.137, 1.0 / 6378.137, 1.0 / 6356.752314);
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  ray = (world.xyz - eye) * SPHEROID;
  gl_Position = projectionMatrix * viewMatrix * world;
}`;

/** `from`: the eye in the space where the spheroid is a unit sphere; `beyond`: its square less 1. Beside the Earth: a rim of air.
 * The map is folded as an octahedron (Praun and Hoppe 2003), which takes no angles to look up. */
export const EARTH_FRAGMENT = /* glsl */ `
precision highp float;
precision highp sampler2D;
uniform sampler2D map;
uniform vec3 from, sun, night, space, air;
uniform float beyond, strength;
in vec3 ray;
out vec4 pixel;
void main() {
  float a = dot(ray, ray);
  float b = dot(from, ray);
  float root = b * b - a * beyond;
  if (root > 0.0) {
    vec3 n = from - ray * ((b + sqrt(root)) / a);
    float light = clamp(0.5 + dot(n, sun) * 4.5, 0.0, 1.0);
    n /= abs(n.x) + abs(n.y) + abs(n.z);
    vec2 fold = n.z >= 0.0 ? n.xy : (1.0 - abs(n.yx)) * vec2(n.x >= 0.0 ? 1.0 : -1.0, n.y >= 0.0 ? 1.0 : -1.0);
#ifdef NEAREST
    vec3 day = texelFetch(map, ivec2((fold * 0.5 + 0.5) * NEAREST), 0).rgb;
#else
    vec3 day = texture(map, fold * 0.5 + 0.5).rgb;
#endif
    pixel = vec4(day * mix(night, vec3(1.0), light), 1.0);
  } else {
    // How far the ray passes above the ground, to first order: the rim is thin.
    float left = clamp(1.0 + root / (a * 2.0 * AIR), 0.0, 1.0);
    float light = clamp(0.35 + dot(from - ray * (b / a), sun) * 1.6, 0.0, 1.0);
    pixel = vec4(mix(space, air, left * left * left * strength * (0.25 + 0.75 * light)), 1.0);
  }
}`;

/** The Earth as it was kept, pixel for pixel. */
export const KEPT_FRAGMENT = /* glsl */ `
precision mediump float;
uniform sampler2D kept;
out vec4 pixel;
void main() {
  pixel = vec4(texelFetch(kept, ivec2(gl_FragCoord.xy), 0).rgb, 1.0);
}`;

/** Folds a map in plate carree into the octahedron. Run once for each theme. */
export const FOLD_VERTEX = /* glsl */ `
precision highp float;
in vec3 position;
out vec2 at;
void main() {
  at = position.xy;
  gl_Position = vec4(position.xy, 0.0, 1.0);
}`;

export const FOLD_FRAGMENT = /* glsl */ `
precision highp float;
uniform sampler2D plate;
in vec2 at;
out vec4 pixel;
const float PI = 3.14159265358979;
const float SQUEEZED = 6356.752314 / 6378.137;
void main() {
  vec3 n = vec3(at, 1.0 - abs(at.x) - abs(at.y));
  if (n.z < 0.0) n.xy = (1.0 - abs(n.yx)) * vec2(n.x >= 0.0 ? 1.0 : -1.0, n.y >= 0.0 ? 1.0 : -1.0);
  float lat = atan(n.z, length(n.xy) * SQUEEZED); // geodetic, of a point of the unit sphere that the spheroid was scaled to
  pixel = texture(plate, vec2(atan(n.y, n.x) / (2.0 * PI) + 0.5, lat / PI + 0.5));
}`;

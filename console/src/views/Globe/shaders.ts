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

export const EARTH_VERTEX = /* glsl */ `
precision highp float;
uniform mat4 projectionMatrix, modelViewMatrix;
uniform vec3 sun;
in vec3 position, normal;
in vec2 uv;
out vec2 at;
out float light;
void main() {
  at = uv;
  light = clamp(0.5 + dot(normal, sun) * 4.5, 0.0, 1.0);
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}`;

/** The map holds the colours of full day. */
export const EARTH_FRAGMENT = /* glsl */ `
precision mediump float;
uniform sampler2D map;
uniform vec3 night;
in vec2 at;
in float light;
out vec4 pixel;
void main() {
  pixel = vec4(texture(map, at).rgb * mix(night, vec3(1.0), light), 1.0);
}`;

export const AIR_VERTEX = /* glsl */ `
precision highp float;
uniform mat4 projectionMatrix, viewMatrix, modelMatrix;
uniform vec3 sun;
in vec3 position;
in float out_;
out float fade, light;
void main() {
  vec4 world = modelMatrix * vec4(position, 1.0);
  fade = out_;
  light = clamp(0.35 + dot(normalize(world.xyz), sun) * 1.6, 0.0, 1.0);
  gl_Position = projectionMatrix * viewMatrix * world;
}`;

export const AIR_FRAGMENT = /* glsl */ `
precision mediump float;
uniform vec3 air;
uniform float strength;
in float fade, light;
out vec4 pixel;
void main() {
  float left = 1.0 - fade;
  pixel = vec4(air, left * left * left * strength * (0.25 + 0.75 * light));
}`;

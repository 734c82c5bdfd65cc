/** The programs that run on the graphics card: each for grey, and for colours with the same arithmetic. */

import type { Point, Size } from "./geometry";
import type { Placing } from "./placing";
import { type Picture, ViewerError } from "./renderer";

const HEAD = `#version 300 es
precision highp float; precision highp int; precision highp sampler2D; precision highp usampler2D;
`;

/** What a stored, an interpolated and a whole value are; S: the part of a texel that holds one. */
const GREY = `
#define V float
#define W int
#define U uint
#define SAMPLE float
#define S r
`;
const COLOUR = `
#define V vec3
#define W ivec3
#define U uvec4
#define SAMPLE vec4
#define S rgb
#define COLOURED
`;

const CORNERS = `#version 300 es
void main() {
  gl_Position = vec4(float(gl_VertexID % 2) * 4. - 1., float(gl_VertexID / 2) * 4. - 1., 0, 1);
}`;

/** The stored value at a pixel of the screen, bilinear by hand: hardware would round the weights. */
const SAMPLED = `
uniform usampler2D pixels;
uniform vec2 origin;
uniform vec2 last;
uniform float scale;
uniform bool sharp;
V texel(vec2 p) { return V(texelFetch(pixels, ivec2(p), 0).S); }
V sampled() {
  vec2 u = vec2(gl_FragCoord.x - origin.x, origin.y - gl_FragCoord.y) * scale - .5;
  vec2 base = floor(u);
  vec2 f = u - base;
  if (sharp) f = step(.5, f);
  vec2 p = clamp(base, vec2(0), last);
  vec2 q = clamp(base + 1., vec2(0), last);
  return mix(mix(texel(p), texel(vec2(q.x, p.y)), f.x), mix(texel(vec2(p.x, q.y)), texel(q), f.x), f.y);
}`;

const WINDOWED = `
uniform vec2 grey;
uniform float flip;
out vec4 colour;
void windowed(V value) {
  V shade = floor(clamp((value - grey.x) * grey.y, 0., 255.) + .5);
  colour = vec4(vec3(abs(flip - shade) / 255.), 1);
}`;

/** From the stored pixels to the screen. */
const SHOW = `${SAMPLED}${WINDOWED}
void main() { windowed(sampled()); }`;

/** The first half of it, into a texture. */
const SAMPLE = `${SAMPLED}
out SAMPLE value;
void main() {
#ifdef COLOURED
  value = vec4(sampled(), 1);
#else
  value = sampled();
#endif
}`;

/** The second half of it, out of that texture. */
const WINDOW = `${WINDOWED}
uniform sampler2D samples;
uniform ivec2 from;
void main() { windowed(texelFetch(samples, ivec2(gl_FragCoord.xy) - from, 0).S); }`;

/** At one screen pixel for one stored pixel the arithmetic is whole numbers: no rounding anywhere. */
const EXACT = `
uniform usampler2D pixels;
uniform vec2 origin;
uniform ivec2 bounds;
uniform float flip;
out vec4 colour;
void main() {
  vec2 p = vec2(gl_FragCoord.x - origin.x, origin.y - gl_FragCoord.y);
  W above = max(2 * W(texelFetch(pixels, ivec2(p), 0).S) - bounds.x, 0);
  W shade = min((above * 510 + bounds.y) / (2 * bounds.y), 255);
  colour = vec4(vec3(abs(flip - V(shade)) / 255.), 1);
}`;

const HALVE = `
uniform usampler2D pixels;
out U value;
U texel(ivec2 p) {
  uvec4 found = texelFetch(pixels, min(p, textureSize(pixels, 0) - 1), 0);
#ifdef COLOURED
  return found;
#else
  return found.r;
#endif
}
void main() {
  ivec2 p = ivec2(gl_FragCoord.xy) * 2;
  value = (texel(p) + texel(p + ivec2(1, 0)) + texel(p + ivec2(0, 1)) + texel(p + ivec2(1)) + 2u) / 4u;
}`;

const FRAGMENTS = { show: SHOW, sample: SAMPLE, window: WINDOW, exact: EXACT, halve: HALVE } as const;
export type Name = keyof typeof FRAGMENTS;
const UNIFORMS = ["origin", "last", "scale", "sharp", "grey", "bounds", "flip", "from"] as const;

export interface Shader {
  readonly program: WebGLProgram;
  /** Null for what a program does not have; setting that does nothing. */
  readonly at: Readonly<Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>>;
}

/** Gives the program of this name for a picture. */
export type Shaders = (picture: Pick<Picture, "channels">, name: Name) => Shader;

/** Each is compiled when it is first needed: compiling all takes longer than the first picture may. */
export function compiled(gl: WebGL2RenderingContext, channels: 1 | 3, name: Name): Shader {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, CORNERS],
    [gl.FRAGMENT_SHADER, `${HEAD}${channels === 3 ? COLOUR : GREY}${FRAGMENTS[name]}`],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new ViewerError("WebGL2 gave no shader.");
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new ViewerError(`WebGL2 refused the shader: ${gl.getProgramInfoLog(program)}`);
  }
  const at = Object.fromEntries(
    UNIFORMS.map((uniform) => [uniform, gl.getUniformLocation(program, uniform)]),
  ) as Shader["at"];
  return { program, at };
}

/** Makes a program sample a texture; `origin` is the corner of the picture, counted from below. */
export function sampleFrom(
  gl: WebGL2RenderingContext,
  { program, at }: Shader,
  source: Size & { readonly texture: WebGLTexture },
  origin: Point,
  { scale, sharp }: Placing,
): void {
  gl.useProgram(program);
  gl.uniform2f(at.origin, origin.x, origin.y);
  gl.uniform2f(at.last, source.width - 1, source.height - 1);
  gl.uniform1f(at.scale, scale);
  gl.uniform1i(at.sharp, Number(sharp));
  gl.bindTexture(gl.TEXTURE_2D, source.texture);
}

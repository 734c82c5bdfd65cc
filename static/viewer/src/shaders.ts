/** The programs that run on the graphics card. */

import type { Point, Size } from "./geometry";
import { ViewerError } from "./renderer";

const HEAD = `#version 300 es
precision highp float; precision highp int; precision highp sampler2D; precision highp usampler2D;
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
float texel(vec2 p) { return float(texelFetch(pixels, ivec2(p), 0).r); }
float sampled() {
  vec2 u = vec2(gl_FragCoord.x - origin.x, origin.y - gl_FragCoord.y) * scale - .5;
  vec2 base = floor(u);
  vec2 f = u - base;
  vec2 p = clamp(base, vec2(0), last);
  vec2 q = clamp(base + 1., vec2(0), last);
  return mix(mix(texel(p), texel(vec2(q.x, p.y)), f.x), mix(texel(vec2(p.x, q.y)), texel(q), f.x), f.y);
}`;

const WINDOWED = `
uniform vec2 grey;
uniform float flip;
out vec4 colour;
void windowed(float value) {
  float shade = floor(clamp((value - grey.x) * grey.y, 0., 255.) + .5);
  colour = vec4(vec3(abs(flip - shade) / 255.), 1);
}`;

/** From the stored pixels to the screen. */
const SHOW = `${HEAD}${SAMPLED}${WINDOWED}
void main() { windowed(sampled()); }`;

/** The first half of it, into a texture. */
const SAMPLE = `${HEAD}${SAMPLED}
out float value;
void main() { value = sampled(); }`;

/** The second half of it, out of that texture. */
const WINDOW = `${HEAD}${WINDOWED}
uniform sampler2D samples;
uniform ivec2 from;
void main() { windowed(texelFetch(samples, ivec2(gl_FragCoord.xy) - from, 0).r); }`;

/** At one screen pixel for one stored pixel the arithmetic is whole numbers: no rounding anywhere. */
const EXACT = `${HEAD}
uniform usampler2D pixels;
uniform vec2 origin;
uniform ivec2 bounds;
uniform float flip;
out vec4 colour;
void main() {
  vec2 p = vec2(gl_FragCoord.x - origin.x, origin.y - gl_FragCoord.y);
  int above = 2 * int(texelFetch(pixels, ivec2(p), 0).r) - bounds.x;
  int shade = above <= 0 ? 0 : above > bounds.y ? 255 : (above * 510 + bounds.y) / (2 * bounds.y);
  colour = vec4(vec3(abs(flip - float(shade)) / 255.), 1);
}`;

const HALVE = `${HEAD}
uniform usampler2D pixels;
out uint value;
uint texel(ivec2 p) { return texelFetch(pixels, min(p, textureSize(pixels, 0) - 1), 0).r; }
void main() {
  ivec2 p = ivec2(gl_FragCoord.xy) * 2;
  value = (texel(p) + texel(p + ivec2(1, 0)) + texel(p + ivec2(0, 1)) + texel(p + ivec2(1)) + 2u) / 4u;
}`;

const FRAGMENTS = { show: SHOW, sample: SAMPLE, window: WINDOW, exact: EXACT, halve: HALVE } as const;
const UNIFORMS = ["origin", "last", "scale", "grey", "bounds", "flip", "from"] as const;

export interface Shader {
  readonly program: WebGLProgram;
  /** Null for what a program does not have; setting that does nothing. */
  readonly at: Readonly<Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>>;
}

export type Shaders = Readonly<Record<keyof typeof FRAGMENTS, Shader>>;

function compile(gl: WebGL2RenderingContext, fragment: string): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, CORNERS],
    [gl.FRAGMENT_SHADER, fragment],
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
  return program;
}

export function shaders(gl: WebGL2RenderingContext): Shaders {
  const made = Object.entries(FRAGMENTS).map(([name, fragment]) => {
    const program = compile(gl, fragment);
    const at = Object.fromEntries(
      UNIFORMS.map((uniform) => [uniform, gl.getUniformLocation(program, uniform)]),
    );
    return [name, { program, at }];
  });
  return Object.fromEntries(made);
}

/** Makes a program sample a texture; `origin` is the corner of the picture, counted from below. */
export function sampleFrom(
  gl: WebGL2RenderingContext,
  { program, at }: Shader,
  source: Size & { readonly texture: WebGLTexture },
  origin: Point,
  scale: number,
): void {
  gl.useProgram(program);
  gl.uniform2f(at.origin, origin.x, origin.y);
  gl.uniform2f(at.last, source.width - 1, source.height - 1);
  gl.uniform1f(at.scale, scale);
  gl.bindTexture(gl.TEXTURE_2D, source.texture);
}

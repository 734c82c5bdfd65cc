/** Draws pictures with WebGL2: integer textures, bilinear by hand, window and inversion in the shader. */

import { corner, levelFor, pyramid, type Rect, type Size, visible } from "./geometry";
import { windowBounds } from "./grey";
import { type Picture, type Renderer, ROOM, type Tile, ViewerError } from "./renderer";

const CORNERS = `#version 300 es
void main() {
  gl_Position = vec4(float(gl_VertexID % 2) * 4. - 1., float(gl_VertexID / 2) * 4. - 1., 0, 1);
}`;

const SHOW = `#version 300 es
precision highp float; precision highp int; precision highp usampler2D;
uniform usampler2D pixels;
uniform vec2 origin;
uniform vec2 last;
uniform float scale;
uniform vec2 grey;
uniform float flip;
out vec4 colour;
float texel(vec2 p) { return float(texelFetch(pixels, ivec2(p), 0).r); }
void main() {
  vec2 u = vec2(gl_FragCoord.x - origin.x, origin.y - gl_FragCoord.y) * scale - .5;
  vec2 base = floor(u);
  vec2 f = u - base;
  vec2 p = clamp(base, vec2(0), last);
  vec2 q = clamp(base + 1., vec2(0), last);
  float value = mix(mix(texel(p), texel(vec2(q.x, p.y)), f.x), mix(texel(vec2(p.x, q.y)), texel(q), f.x), f.y);
  float shade = floor(clamp((value - grey.x) * grey.y, 0., 255.) + .5);
  colour = vec4(vec3(abs(flip - shade) / 255.), 1);
}`;

// At one screen pixel for one stored pixel the arithmetic is whole numbers: no rounding anywhere.
const EXACT = `#version 300 es
precision highp float; precision highp int; precision highp usampler2D;
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

const HALVE = `#version 300 es
precision highp int; precision highp usampler2D;
uniform usampler2D pixels;
out uint value;
uint texel(ivec2 p) { return texelFetch(pixels, min(p, textureSize(pixels, 0) - 1), 0).r; }
void main() {
  ivec2 p = ivec2(gl_FragCoord.xy) * 2;
  value = (texel(p) + texel(p + ivec2(1, 0)) + texel(p + ivec2(0, 1)) + texel(p + ivec2(1)) + 2u) / 4u;
}`;

interface Level extends Size {
  readonly texture: WebGLTexture;
}

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

type Uniform = "origin" | "last" | "scale" | "grey" | "bounds" | "flip";

interface Shader {
  readonly program: WebGLProgram;
  readonly at: Readonly<Record<Uniform, WebGLUniformLocation | null>>;
}

function shader(gl: WebGL2RenderingContext, fragment: string): Shader {
  const program = compile(gl, fragment);
  const at = (name: Uniform) => gl.getUniformLocation(program, name);
  const [origin, last, scale] = [at("origin"), at("last"), at("scale")];
  return { program, at: { origin, last, scale, grey: at("grey"), bounds: at("bounds"), flip: at("flip") } };
}

export class WebGLRenderer implements Renderer {
  readonly kind = "webgl2";
  private readonly levels = new Map<Picture, Level[]>();
  private readonly show: Shader;
  private readonly exact: Shader;
  private readonly half: WebGLProgram;
  private readonly target: WebGLFramebuffer;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.show = shader(gl, SHOW);
    this.exact = shader(gl, EXACT);
    this.half = compile(gl, HALVE);
    this.target = gl.createFramebuffer();
    gl.bindVertexArray(gl.createVertexArray());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.disable(gl.DITHER);
  }

  static on(canvas: HTMLCanvasElement): WebGLRenderer | null {
    const gl = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      powerPreference: "high-performance",
    });
    return gl ? new WebGLRenderer(gl) : null;
  }

  prepare(picture: Picture): void {
    this.levelsOf(picture);
  }

  release(picture: Picture): void {
    for (const level of this.levels.get(picture) ?? []) this.gl.deleteTexture(level.texture);
    this.levels.delete(picture);
  }

  draw(tiles: readonly Tile[]): void {
    const { gl } = this;
    const { width, height } = gl.canvas;
    const ready = tiles.map((tile) => this.levelsOf(tile.picture));
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, width, height);
    gl.clearColor(ROOM[0] / 255, ROOM[1] / 255, ROOM[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.SCISSOR_TEST);
    tiles.forEach((tile, i) => {
      this.drawTile(tile, ready[i] as Level[], height);
    });
  }

  private drawTile(tile: Tile, levels: Level[], canvasHeight: number): void {
    const { gl } = this;
    const { rect, view, picture } = tile;
    const seen = visible(view, rect, picture);
    const bottom = canvasHeight - rect.y;
    gl.scissor(rect.x, bottom - rect.height, rect.width, rect.height);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (seen.width < 1 || seen.height < 1) return;
    const number = levelFor(view.zoom, levels.length);
    const level = levels[number] as Level;
    const scale = 1 / (view.zoom * 2 ** number);
    const { program, at } = scale === 1 ? this.exact : this.show;
    const from = corner(view, rect);
    const { low2, span2 } = windowBounds(tile.window);
    gl.scissor(rect.x + seen.x, bottom - seen.y - seen.height, seen.width, seen.height);
    gl.useProgram(program);
    gl.uniform2f(at.origin, rect.x + from.x, bottom - from.y);
    gl.uniform2f(at.last, level.width - 1, level.height - 1);
    gl.uniform1f(at.scale, scale);
    gl.uniform2f(at.grey, low2 / 2, 510 / span2);
    gl.uniform2i(at.bounds, low2, span2);
    gl.uniform1f(at.flip, tile.inverted ? 255 : 0);
    gl.bindTexture(gl.TEXTURE_2D, level.texture);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  async finished(): Promise<void> {
    const { gl } = this;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (!fence) return;
    for (let tries = 0; tries < 500 && !gl.isContextLost(); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, tries ? 2 : 0));
      const status = gl.getSyncParameter(fence, gl.SYNC_STATUS);
      if (status === gl.SIGNALED) break;
    }
    gl.deleteSync(fence);
  }

  read(rect: Rect): Uint8ClampedArray {
    const { gl } = this;
    const bytes = new Uint8Array(rect.width * rect.height * 4);
    gl.readPixels(
      rect.x,
      gl.canvas.height - rect.y - rect.height,
      rect.width,
      rect.height,
      gl.RGBA,
      gl.UNSIGNED_BYTE,
      bytes,
    );
    const upright = new Uint8ClampedArray(bytes.length);
    const row = rect.width * 4;
    for (let y = 0; y < rect.height; y += 1) {
      upright.set(bytes.subarray((rect.height - 1 - y) * row, (rect.height - y) * row), y * row);
    }
    return upright;
  }

  dispose(): void {
    for (const picture of [...this.levels.keys()]) this.release(picture);
    this.gl.deleteProgram(this.show.program);
    this.gl.deleteProgram(this.exact.program);
    this.gl.deleteProgram(this.half);
    this.gl.deleteFramebuffer(this.target);
  }

  private levelsOf(picture: Picture): Level[] {
    const known = this.levels.get(picture);
    if (known) return known;
    const { gl } = this;
    const wide = picture.bits === 16;
    const levels = pyramid(picture).map((size) => ({
      ...size,
      texture: this.texture(size, wide ? gl.R16UI : gl.R8UI),
    }));
    const [full] = levels as [Level];
    gl.bindTexture(gl.TEXTURE_2D, full.texture);
    gl.texSubImage2D(
      gl.TEXTURE_2D,
      0,
      0,
      0,
      full.width,
      full.height,
      gl.RED_INTEGER,
      wide ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE,
      picture.pixels,
    );
    this.shrink(levels);
    this.levels.set(picture, levels);
    return levels;
  }

  private texture(size: Size, format: number): WebGLTexture {
    const { gl } = this;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, size.width, size.height);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    }
    return texture;
  }

  private shrink(levels: Level[]): void {
    const { gl } = this;
    gl.useProgram(this.half);
    gl.disable(gl.SCISSOR_TEST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    levels.slice(1).forEach((level, i) => {
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, level.texture, 0);
      gl.bindTexture(gl.TEXTURE_2D, (levels[i] as Level).texture);
      gl.viewport(0, 0, level.width, level.height);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    });
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }
}

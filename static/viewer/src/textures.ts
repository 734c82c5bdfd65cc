/** What the graphics card holds of each picture: its pixels, their half-size copies, and how it lies now. */

import { halve, type Size } from "./geometry";
import { isInSight, isSame, type Placing } from "./placing";
import type { Picture } from "./renderer";
import { type Shaders, sampleFrom } from "./shaders";

export interface Level extends Size {
  readonly texture: WebGLTexture;
}

interface Held {
  /** The pixels, and as many half-size copies as were needed. */
  readonly levels: [Level, ...Level[]];
  /** As it was drawn last. */
  last: Placing | null;
  /** The stored values as they lie on the screen, and in which placing that was. */
  samples: { readonly texture: WebGLTexture; readonly placing: Placing } | null;
}

export class Textures {
  private readonly held = new Map<Picture, Held>();
  /** Textures of a picture that was given back, by their size and format: the next frame has the same. */
  private readonly spare = new Map<string, WebGLTexture>();
  private readonly target: WebGLFramebuffer;
  /** Whether textures of floats can be drawn into; without them nothing is sampled ahead. */
  private readonly floats: boolean;

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly shader: Shaders,
  ) {
    this.target = gl.createFramebuffer();
    this.floats = gl.getExtension("EXT_color_buffer_float") !== null;
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
  }

  level(picture: Picture, placing: Placing): Level {
    const { levels } = this.of(picture);
    while (levels.length <= placing.level) {
      const last = levels.at(-1) as Level;
      const copy = this.spared(picture, halve(last));
      this.gl.useProgram(this.shader(picture, "halve").program);
      this.gl.bindTexture(this.gl.TEXTURE_2D, last.texture);
      this.drawInto(copy.texture, copy);
      levels.push(copy);
    }
    return levels[placing.level] as Level;
  }

  /** The samples of a placing that rests: one drawn for the second time, or prepared. */
  samples(picture: Picture, placing: Placing): WebGLTexture | null {
    const held = this.of(picture);
    const earlier = [held.last, held.samples?.placing];
    held.last = placing;
    return earlier.some((known) => known && isSame(known, placing)) ? this.sample(picture, placing) : null;
  }

  sample(picture: Picture, placing: Placing): WebGLTexture | null {
    // At 1:1 a stored pixel is a pixel of the screen already.
    if (!this.floats || placing.scale === 1 || !isInSight(placing)) return null;
    const held = this.of(picture);
    if (held.samples && isSame(held.samples.placing, placing)) return held.samples.texture;
    const { gl } = this;
    gl.deleteTexture(held.samples?.texture ?? null);
    const texture = this.texture(placing.seen, picture.channels === 3 ? gl.RGBA32F : gl.R32F);
    held.samples = { texture, placing };
    const origin = {
      x: placing.from.x - placing.seen.x,
      y: placing.seen.height + placing.seen.y - placing.from.y,
    };
    sampleFrom(gl, this.shader(picture, "sample"), this.level(picture, placing), origin, placing);
    this.drawInto(texture, placing.seen);
    return texture;
  }

  /** Keeps one set of textures for the picture that comes instead, where it has the same size. */
  release(picture: Picture): void {
    const held = this.held.get(picture);
    if (!held) return;
    for (const level of held.levels) {
      const key = keyOf(picture, level);
      if (this.spare.has(key)) this.gl.deleteTexture(level.texture);
      else this.spare.set(key, level.texture);
    }
    this.gl.deleteTexture(held.samples?.texture ?? null);
    this.held.delete(picture);
  }

  private of(picture: Picture): Held {
    const known = this.held.get(picture);
    if (known) return known;
    const held: Held = { levels: [this.upload(picture)], last: null, samples: null };
    this.held.set(picture, held);
    return held;
  }

  private upload(picture: Picture): Level {
    const { gl } = this;
    const full = this.spared(picture, picture);
    gl.bindTexture(gl.TEXTURE_2D, full.texture);
    const { width, height } = full;
    const type = picture.bits === 16 ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE;
    const [layout, pixels] =
      picture.channels === 3
        ? [gl.RGBA_INTEGER, withFourth(picture.pixels)]
        : [gl.RED_INTEGER, picture.pixels];
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, layout, type, pixels);
    return full;
  }

  /** A texture of this size, one that was given back where there is one. */
  private spared(picture: Picture, size: Size): Level {
    const { width, height } = size;
    const key = keyOf(picture, size);
    const texture = this.spare.get(key) ?? this.texture(size, this.format(picture));
    this.spare.delete(key);
    return { width, height, texture };
  }

  private format({ bits, channels }: Picture): number {
    const { gl } = this;
    if (channels === 3) return gl.RGBA8UI;
    return bits === 16 ? gl.R16UI : gl.R8UI;
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

  /** Runs the program at hand for every pixel of a texture. */
  private drawInto(texture: WebGLTexture, size: Size): void {
    const { gl } = this;
    gl.disable(gl.SCISSOR_TEST);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.viewport(0, 0, size.width, size.height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }
}

function keyOf({ bits, channels }: Picture, { width, height }: Size): string {
  return `${width} ${height} ${bits} ${channels}`;
}

/** Graphics cards draw into textures of four channels, not into those of three. */
function withFourth(pixels: Uint8Array | Uint16Array): Uint8Array {
  const count = pixels.length / 3;
  const four = new Uint8Array(count * 4);
  for (let i = 0, from = 0, to = 0; i < count; i += 1, from += 3, to += 4) {
    four[to] = pixels[from] as number;
    four[to + 1] = pixels[from + 1] as number;
    four[to + 2] = pixels[from + 2] as number;
  }
  return four;
}

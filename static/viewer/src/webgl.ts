/**
 * Draws pictures with WebGL2. A picture that rests is sampled once and its samples are kept, so that moving its
 * window costs one look-up a pixel instead of four and their interpolation.
 */

import type { Rect, Size, View } from "./geometry";
import { windowBounds } from "./grey";
import { isInSight, type Placing, place } from "./placing";
import type { Picture, Renderer, Tile } from "./renderer";
import { compiled, type Name, type Shader, sampleFrom } from "./shaders";
import { Textures } from "./textures";

export class WebGLRenderer implements Renderer {
  readonly kind = "webgl2";
  private readonly shaders = new Map<string, Shader>();
  private readonly textures: Textures;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.textures = new Textures(gl, (picture, name) => this.shader(picture, name));
    gl.bindVertexArray(gl.createVertexArray());
    gl.disable(gl.DITHER);
    gl.clearColor(0, 0, 0, 1);
  }

  static on(canvas: HTMLCanvasElement): WebGLRenderer | null {
    const gl = canvas.getContext("webgl2", {
      // Opaque: what lies below need not be blended with it.
      alpha: false,
      antialias: false,
      depth: false,
      powerPreference: "high-performance",
    });
    return gl ? new WebGLRenderer(gl) : null;
  }

  prepare(picture: Picture, view: View, viewport: Size): void {
    this.textures.sample(picture, place(view, viewport, picture));
    // Now, and not with the first drawing, which this is to spare the work.
    this.gl.flush();
  }

  release(picture: Picture): void {
    this.textures.release(picture);
  }

  draw(tiles: readonly Tile[]): void {
    const { gl } = this;
    // What has to be sampled or uploaded first draws elsewhere than on the canvas.
    const placed = tiles.map((tile) => {
      const placing = place(tile.view, tile.rect, tile.picture, tile.sharp);
      const samples = tile.passing ? null : this.textures.samples(tile.picture, placing);
      if (!samples) this.textures.level(tile.picture, placing);
      return { tile, placing, samples };
    });
    const { width, height } = gl.canvas;
    gl.viewport(0, 0, width, height);
    // As a whole, which a browser that has to clear the canvas anyway does in one.
    gl.disable(gl.SCISSOR_TEST);
    gl.clear(gl.COLOR_BUFFER_BIT);
    for (const { tile, placing, samples } of placed) {
      if (tile.passing) {
        this.confine(tile.rect);
        gl.clear(gl.COLOR_BUFFER_BIT);
      }
      if (isInSight(placing)) this.drawTile(tile, placing, samples);
    }
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
    const { x, width, height } = rect;
    const bytes = new Uint8Array(width * height * 4);
    gl.readPixels(x, this.fromBelow(rect), width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    const upright = new Uint8ClampedArray(bytes.length);
    const row = width * 4;
    for (let y = 0; y < height; y += 1) {
      upright.set(bytes.subarray((height - 1 - y) * row, (height - y) * row), y * row);
    }
    return upright;
  }

  dispose(): void {
    // Browsers allow few contexts at once and give back what is only forgotten when it suits them.
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  private shader({ channels }: Pick<Picture, "channels">, name: Name): Shader {
    const key = name + channels;
    const shader = this.shaders.get(key) ?? compiled(this.gl, channels, name);
    this.shaders.set(key, shader);
    return shader;
  }

  private drawTile(tile: Tile, placing: Placing, samples: WebGLTexture | null): void {
    const { gl } = this;
    const { rect, picture } = tile;
    const { seen, from, scale } = placing;
    const box = { ...seen, x: rect.x + seen.x, y: rect.y + seen.y };
    const below = this.confine(box);
    if (samples) {
      const { program, at } = this.shader(picture, "window");
      gl.useProgram(program);
      gl.uniform2i(at.from, box.x, below);
      gl.bindTexture(gl.TEXTURE_2D, samples);
      this.paint(at, tile);
    } else {
      const shader = this.shader(picture, scale === 1 ? "exact" : "show");
      const origin = { x: rect.x + from.x, y: gl.canvas.height - rect.y - from.y };
      sampleFrom(gl, shader, this.textures.level(picture, placing), origin, placing);
      this.paint(shader.at, tile);
    }
  }

  private paint(at: Shader["at"], tile: Tile): void {
    const { gl } = this;
    const { low2, span2 } = windowBounds(tile.window);
    gl.uniform2f(at.grey, low2 / 2, 510 / span2);
    gl.uniform2i(at.bounds, low2, span2);
    gl.uniform1f(at.flip, tile.inverted ? 255 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** From here on only this part of the canvas changes; returns its lower edge as WebGL counts. */
  private confine(rect: Rect): number {
    const below = this.fromBelow(rect);
    this.gl.enable(this.gl.SCISSOR_TEST);
    this.gl.scissor(rect.x, below, rect.width, rect.height);
    return below;
  }

  private fromBelow(rect: Rect): number {
    return this.gl.canvas.height - rect.y - rect.height;
  }
}

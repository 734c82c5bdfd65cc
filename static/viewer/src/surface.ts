/** The canvas over the viewports and what draws on it. A lost graphics context is survived here. */

import { CanvasRenderer } from "./canvas2d";
import type { Renderer } from "./renderer";
import { WebGLRenderer } from "./webgl";

const RESTORE_WAIT_MS = 2000;

export class Surface {
  /** The graphics memory is gone; until it is back there is nothing to draw on. */
  lost = false;
  private canvas!: HTMLCanvasElement;
  private current!: Renderer;

  constructor(
    private readonly host: HTMLElement,
    kind: Renderer["kind"],
    /** Everything has to be drawn anew. */
    private readonly renewed: () => void,
  ) {
    this.begin(kind);
  }

  get renderer(): Renderer {
    return this.current;
  }

  /** Makes the canvas as large as its box on the screen, and says where that is. */
  measure(density: number): DOMRect {
    const box = this.canvas.getBoundingClientRect();
    const width = Math.max(1, Math.round(box.width * density));
    const height = Math.max(1, Math.round(box.height * density));
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    return box;
  }

  dispose(): void {
    this.current.dispose();
    this.canvas.remove();
  }

  private begin(kind: Renderer["kind"]): void {
    const canvas = document.createElement("canvas");
    canvas.className = "pixels";
    canvas.setAttribute("aria-hidden", "true");
    const webgl = kind === "webgl2" ? WebGLRenderer.on(canvas) : null;
    this.canvas?.remove();
    this.canvas = canvas;
    this.host.prepend(canvas);
    this.current = webgl ?? CanvasRenderer.on(canvas);
    if (webgl) {
      canvas.addEventListener("webglcontextlost", (event) => this.lose(event));
      canvas.addEventListener("webglcontextrestored", () => this.restore(canvas));
    }
  }

  /** A browser may take the graphics memory away at any time; what was on the screen is drawn anew. */
  private lose(event: Event): void {
    event.preventDefault();
    this.lost = true;
    const gone = this.canvas;
    setTimeout(() => {
      if (!this.lost || this.canvas !== gone) return;
      this.lost = false;
      this.begin("canvas2d");
      this.renewed();
    }, RESTORE_WAIT_MS);
  }

  private restore(canvas: HTMLCanvasElement): void {
    if (canvas !== this.canvas) return;
    const again = WebGLRenderer.on(canvas);
    if (!again) return;
    this.lost = false;
    this.current = again;
    this.renewed();
  }
}

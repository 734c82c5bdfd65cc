/** The canvas of one viewport and whoever draws on it: a lost graphics context is survived here. */

import type { Size } from "./geometry";
import { plain } from "./plain";
import type { Renderer } from "./renderer";
import { WebGLRenderer } from "./webgl";

const RESTORE_WAIT_MS = 2000;

export class Surface {
  /** The graphics memory is gone; until it is back there is nothing to draw on. */
  lost = false;
  private canvas!: HTMLCanvasElement;
  private current!: Renderer;
  private readonly end = new AbortController();

  constructor(
    private host: HTMLElement,
    kind: Renderer["kind"],
    /** Everything has to be drawn anew. */
    private readonly renewed: () => void,
  ) {
    this.begin(kind);
  }

  get renderer(): Renderer {
    return this.current;
  }

  moveTo(host: HTMLElement): void {
    this.host = host;
    host.prepend(this.canvas);
  }

  /** Makes the canvas as large as its host on the screen, edge on edge of device pixels. */
  measure(density: number): Size {
    const box = this.host.getBoundingClientRect();
    const [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom].map((edge) =>
      Math.round(edge * density),
    ) as [number, number, number, number];
    const size = { width: right - left, height: bottom - top };
    const { canvas } = this;
    if (canvas.width !== size.width) canvas.width = size.width;
    if (canvas.height !== size.height) canvas.height = size.height;
    Object.assign(canvas.style, {
      left: `${left / density - box.left}px`,
      top: `${top / density - box.top}px`,
      width: `${size.width / density}px`,
      height: `${size.height / density}px`,
    });
    return size;
  }

  dispose(): void {
    this.end.abort();
    this.current.dispose();
    this.canvas.remove();
  }

  private begin(kind: Renderer["kind"]): void {
    const canvas = document.createElement("canvas");
    canvas.className = "pixels";
    canvas.setAttribute("aria-hidden", "true");
    this.canvas?.remove();
    this.canvas = canvas;
    this.host.prepend(canvas);
    const webgl = kind === "webgl2" ? WebGLRenderer.on(canvas) : null;
    if (!webgl) this.fallBack(canvas, plain(canvas));
    else {
      this.current = webgl;
      const { signal } = this.end;
      canvas.addEventListener("webglcontextlost", (event) => this.lose(event), { signal });
      canvas.addEventListener("webglcontextrestored", () => this.restore(canvas), { signal });
    }
  }

  private fallBack(canvas: HTMLCanvasElement, made: Renderer | Promise<Renderer>): void {
    if (!(made instanceof Promise)) {
      this.current = made;
      return;
    }
    this.lost = true;
    void made.then((renderer) => {
      if (canvas !== this.canvas) return;
      this.lost = false;
      this.current = renderer;
      this.renewed();
    });
  }

  /** A browser may take the graphics memory away at any time; what was on the screen is drawn anew. */
  private lose(event: Event): void {
    event.preventDefault();
    this.lost = true;
    const gone = this.canvas;
    setTimeout(() => {
      if (!this.lost || this.canvas !== gone || this.end.signal.aborted) return;
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

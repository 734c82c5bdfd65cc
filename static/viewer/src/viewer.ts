/**
 * The viewer: one canvas over up to four viewports. Thin on purpose: load, setWindow, invert, setView,
 * onFirstPaint, and what follows from them. It knows nothing of studies, answers or the network.
 */

import { fit, keepInSight, type Point, toImage, toScreen, type View, zoomAt } from "./geometry";
import { fullWindow, type GreyWindow, spread, tidyWindow } from "./grey";
import { Port } from "./port";
import { asPicture, type Picture, type Renderer } from "./renderer";
import { Surface } from "./surface";

export { asPicture, type GreyWindow, type Picture, type View };

export class Viewer {
  linked = true;
  inverted = false;
  private readonly surface: Surface;
  private ports: Port[] = [];
  private held: Picture[] = [];
  private frame = 0;
  private density = 1;
  private lens: { index: number; at: Point } | null = null;
  private painted: ((atMs: number) => void) | null = null;
  private readonly drawn = new Set<() => void>();
  private readonly watcher: ResizeObserver;

  constructor(
    private readonly host: HTMLElement,
    options: { renderer?: "webgl2" | "canvas2d" } = {},
  ) {
    this.watcher = new ResizeObserver(() => this.measure());
    this.surface = new Surface(host, options.renderer ?? "webgl2", () => this.measure());
  }

  get kind(): Renderer["kind"] {
    return this.surface.renderer.kind;
  }

  /** Which elements of the page are the viewports. */
  setPorts(elements: readonly HTMLElement[]): void {
    this.watcher.disconnect();
    this.watcher.observe(this.host);
    this.ports = elements.map((element) => new Port(element));
    for (const element of elements) this.watcher.observe(element);
    this.measure();
  }

  /** Does ahead what it takes to show a picture in a viewport. */
  prepare(index: number, picture: Picture): void {
    if (!this.held.includes(picture)) this.held.push(picture);
    const { rect } = this.port(index);
    if (!this.surface.lost) this.surface.renderer.prepare(picture, fit(picture, rect), rect);
  }

  /** Shows one picture a viewport; whatever else was held, except `keep`, is given back. */
  load(pictures: readonly (Picture | null)[], keep: readonly Picture[] = []): void {
    this.lens = null;
    this.ports.forEach((port, i) => {
      port.show(pictures[i] ?? null);
    });
    const wanted = new Set([...pictures, ...keep]);
    for (const picture of this.held) if (!wanted.has(picture)) this.surface.renderer.release(picture);
    this.held = [...wanted].filter((picture) => picture !== null);
    // At once: waiting for the next frame would only make the reader wait for it too.
    this.draw();
  }

  /** Calls back once, when what is drawn next is on the screen; said before a `load`, that is its pictures. */
  onFirstPaint(callback: (atMs: number) => void): void {
    this.painted = callback;
    this.redraw();
  }

  /** Calls back after each drawing, to let overlays follow the image. */
  onDraw(callback: () => void): void {
    this.drawn.add(callback);
  }

  getWindow(index: number): GreyWindow {
    return this.port(index).window;
  }

  getView(index: number): View {
    return this.port(index).view;
  }

  isFitted(index: number): boolean {
    return this.port(index).fitted;
  }

  /** One image pixel on one device pixel, asked for and not by chance of the window's size. */
  isActualSize(index: number): boolean {
    const { fitted, view } = this.port(index);
    return !fitted && view.zoom === 1;
  }

  setWindow(index: number, window: GreyWindow): void {
    for (const port of this.together(index)) {
      if (port.picture) port.window = tidyWindow(window, port.picture.bits);
    }
    this.redraw();
  }

  invert(on = !this.inverted): void {
    this.inverted = on;
    this.redraw();
  }

  setView(index: number, view: View): void {
    for (const port of this.together(index)) {
      if (!port.picture) continue;
      port.view = keepInSight(view, port.picture);
      port.fitted = false;
    }
    this.redraw();
  }

  fit(index: number): void {
    for (const port of this.together(index)) port.fit();
    this.redraw();
  }

  /** One image pixel on one device pixel. */
  actualSize(index: number): void {
    this.setView(index, { ...this.port(index).view, zoom: 1 });
  }

  /** `at`: CSS pixels within the viewport; its middle when left out. */
  zoom(index: number, factor: number, at?: Point): void {
    const port = this.port(index);
    if (!port.picture) return;
    const where = at ? this.device(at) : { x: port.rect.width / 2, y: port.rect.height / 2 };
    const least = Math.min(1, fit(port.picture, port.rect).zoom) / 2;
    this.setView(index, zoomAt(port.view, port.rect, where, factor, least));
  }

  /** Moves the image by CSS pixels. */
  pan(index: number, dx: number, dy: number): void {
    const { view } = this.port(index);
    const step = this.density / view.zoom;
    this.setView(index, { zoom: view.zoom, x: view.x - dx * step, y: view.y - dy * step });
  }

  /** Changes contrast and brightness by shares of the present width. */
  shiftWindow(index: number, wider: number, brighter: number): void {
    const { window, picture } = this.port(index);
    if (!picture) return;
    const step = Math.max(window.width, 2 ** picture.bits / 64);
    this.setWindow(index, {
      center: window.center - brighter * step,
      width: window.width + wider * step,
    });
  }

  preset(index: number, name: "given" | "full" | "spread"): void {
    for (const port of this.together(index)) {
      const { picture } = port;
      if (!picture) continue;
      if (name === "given") port.window = tidyWindow(picture.window, picture.bits);
      if (name === "full") port.window = fullWindow(picture.bits);
      if (name === "spread") port.window = spread(picture.pixels, picture.bits);
    }
    this.redraw();
  }

  reset(index: number): void {
    this.preset(index, "given");
    this.fit(index);
    this.invert(false);
  }

  /** Shows a magnified square about a point (CSS pixels within the viewport), or takes it away. */
  magnify(index: number, at: Point | null): void {
    this.lens = at ? { index, at: this.device(at) } : null;
    this.redraw();
  }

  /** Where the magnifier is, in CSS pixels within its viewport. */
  lensBox(): { index: number; x: number; y: number; side: number } | null {
    if (!this.lens) return null;
    const port = this.port(this.lens.index);
    const [tile] = port.lens(this.lens.at, this.density, this.inverted);
    if (!tile) return null;
    const { rect } = port;
    return {
      index: this.lens.index,
      x: (tile.rect.x - rect.x) / this.density,
      y: (tile.rect.y - rect.y) / this.density,
      side: tile.rect.width / this.density,
    };
  }

  /** From CSS pixels within the viewport to image coordinates; null outside the image. */
  imagePoint(index: number, at: Point): Point | null {
    const { view, rect, picture } = this.port(index);
    if (!picture) return null;
    const point = toImage(view, rect, this.device(at));
    const inside = point.x >= 0 && point.y >= 0 && point.x < picture.width && point.y < picture.height;
    return inside ? point : null;
  }

  /** From image coordinates to CSS pixels within the viewport. */
  screenPoint(index: number, at: Point): Point {
    const { view, rect } = this.port(index);
    const point = toScreen(view, rect, at);
    return { x: point.x / this.density, y: point.y / this.density };
  }

  /** Grey levels of a viewport as they are on the screen, four bytes a pixel. */
  snapshot(index: number): { width: number; height: number; data: Uint8ClampedArray } {
    const { rect } = this.port(index);
    this.draw();
    return { width: rect.width, height: rect.height, data: this.surface.renderer.read(rect) };
  }

  /** Looks again where the viewports are. */
  measure(): void {
    this.density = window.devicePixelRatio || 1;
    const canvas = this.surface.measure(this.density);
    for (const port of this.ports) port.measure(canvas, this.density);
    // At once, not in the next frame: a canvas that changed its size is empty until it is drawn again.
    this.draw();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.watcher.disconnect();
    this.surface.dispose();
  }

  private port(index: number): Port {
    const port = this.ports[index];
    if (!port) throw new RangeError(`There is no viewport ${index}.`);
    return port;
  }

  private together(index: number): Port[] {
    return this.linked ? this.ports : [this.port(index)];
  }

  private device(at: Point): Point {
    return { x: at.x * this.density, y: at.y * this.density };
  }

  private redraw(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.surface.lost) return;
    const { renderer } = this.surface;
    const tiles = this.ports.flatMap((port) => port.tile(this.inverted));
    if (this.lens) {
      tiles.push(...this.port(this.lens.index).lens(this.lens.at, this.density, this.inverted));
    }
    renderer.draw(tiles);
    for (const callback of this.drawn) callback();
    if (this.painted && tiles.length) {
      const callback = this.painted;
      this.painted = null;
      void renderer.finished().then(() => callback(performance.now()));
    }
  }
}

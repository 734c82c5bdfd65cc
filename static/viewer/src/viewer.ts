/**
 * The viewer: up to thirteen viewports, a canvas in each. Thin on purpose: load, setWindow, invert, setView,
 * onFirstPaint, and what follows from them. It knows nothing of studies, answers or the network.
 */

import { fit, keepInSight, type Point, type Size, toImage, toScreen, type View, zoomAt } from "./geometry";
import { fullWindow, type GreyWindow, spread, tidyWindow } from "./grey";
import { Port } from "./port";
import { asPicture, bytesOfFrame, type Picture, type Renderer } from "./renderer";

export { asPicture, bytesOfFrame, type GreyWindow, type Picture, type View };

export class Viewer {
  linked = true;
  private ports: Port[] = [];
  private readonly stale = new Set<Port>();
  private frame = 0;
  private density = 1;
  private painted: ((atMs: number) => void) | null = null;
  private readonly drawn = new Set<() => void>();
  private readonly watcher: ResizeObserver;

  constructor(private readonly options: { renderer?: Renderer["kind"] } = {}) {
    this.watcher = new ResizeObserver(() => this.measure());
  }

  get kind(): Renderer["kind"] {
    return this.port(0).kind;
  }

  /** So many viewports will be needed: making them takes longer than fetching images. */
  expect(count: number): void {
    while (this.ports.length < count) {
      const host = document.createElement("div");
      this.ports.push(new Port(host, this.options.renderer ?? "webgl2", () => this.measure()));
    }
    setTimeout(() => {
      for (const port of this.ports) port.warm();
    });
  }

  /** Which elements of the page are the viewports; they begin empty. */
  setPorts(elements: readonly HTMLElement[]): void {
    this.watcher.disconnect();
    this.expect(elements.length);
    for (const port of this.ports.splice(elements.length)) port.dispose();
    elements.forEach((element, i) => {
      this.port(i).moveTo(element);
    });
    for (const element of elements) this.watcher.observe(element);
    this.measure();
  }

  /** Does ahead what it takes to show a picture in a viewport. */
  prepare(index: number, picture: Picture): void {
    this.port(index).prepare(picture);
  }

  /** Shows one picture a viewport; whatever else was held is given back. */
  load(pictures: readonly (Picture | null)[]): void {
    this.ports.forEach((port, i) => {
      port.show(pictures[i] ?? null);
    });
    // At once: waiting for the next frame would only make the reader wait for it too.
    this.drawAll();
  }

  /** Shows other frames of the images, at once: for calls within an animation frame. */
  turn(frames: ReadonlyMap<number, Picture>): void {
    for (const [index, picture] of frames) {
      const port = this.port(index);
      port.turn(picture);
      this.stale.add(port);
    }
    this.draw();
  }

  /** Calls back once, when what is drawn next is on the screen; said before a `load`, that is its pictures. */
  onFirstPaint(callback: (atMs: number) => void): void {
    this.painted = callback;
    this.redraw(this.ports);
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

  setWindow(index: number, window: GreyWindow): void {
    const ports = this.together(index);
    for (const port of ports) {
      if (port.picture) port.window = tidyWindow(window, port.picture.bits);
    }
    this.redraw(ports);
  }

  /** One image, or all of them. */
  invert(on: boolean, index?: number): void {
    const ports = index === undefined ? this.ports : [this.port(index)];
    for (const port of ports) port.inverted = on;
    this.redraw(ports);
  }

  /** Whether images are interpolated, or shown pixel by pixel where they are enlarged. */
  get smooth(): boolean {
    return !this.ports.some(({ sharp }) => sharp);
  }

  set smooth(on: boolean) {
    for (const port of this.ports) port.sharp = !on;
    this.redraw(this.ports);
  }

  /** What of the view stays when other images are loaded. */
  keep(window: boolean, zoom: boolean): void {
    for (const port of this.ports) port.keep = { window, zoom };
  }

  isInverted(index: number): boolean {
    return this.port(index).inverted;
  }

  hasPicture(index: number): boolean {
    return this.port(index).picture !== null;
  }

  setView(index: number, view: View): void {
    const ports = this.together(index);
    for (const port of ports) {
      if (!port.picture) continue;
      port.view = keepInSight(view, port.picture);
      port.fitted = false;
    }
    this.redraw(ports);
  }

  fit(index: number): void {
    const ports = this.together(index);
    for (const port of ports) port.fit();
    this.redraw(ports);
  }

  /** One image pixel on so many device pixels. */
  actualSize(index: number, zoom = 1): void {
    this.setView(index, { ...this.port(index).view, zoom });
  }

  /** `at`: CSS pixels within the viewport; its middle when left out. */
  zoom(index: number, factor: number, at?: Point): void {
    const port = this.port(index);
    if (!port.picture) return;
    const where = at ? this.device(at) : { x: port.size.width / 2, y: port.size.height / 2 };
    const least = Math.min(1, fit(port.picture, port.size).zoom) / 2;
    this.setView(index, zoomAt(port.view, port.size, where, factor, least));
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
    const ports = this.together(index);
    for (const port of ports) {
      const { picture } = port;
      if (!picture) continue;
      if (name === "given") port.window = tidyWindow(picture.window, picture.bits);
      if (name === "full") port.window = fullWindow(picture.bits);
      if (name === "spread") port.window = spread(picture.pixels, picture.bits);
    }
    this.redraw(ports);
  }

  reset(index: number): void {
    this.preset(index, "given");
    this.fit(index);
    this.invert(false, this.linked ? undefined : index);
  }

  /** Shows a magnified square about a point (CSS pixels within the viewport), or takes it away. */
  magnify(index: number, at: Point | null): void {
    const changed = this.ports.filter((port, i) => port.lens || (at && i === index));
    for (const port of changed) port.lens = null;
    if (at) this.port(index).lens = this.device(at);
    this.redraw(changed);
  }

  /** Where the magnifier is, in CSS pixels within its viewport. */
  lensBox(): { index: number; x: number; y: number; side: number } | null {
    const index = this.ports.findIndex((port) => port.lens);
    const rect = this.ports[index]?.lensRect();
    if (!rect) return null;
    const { density } = this;
    return { index, x: rect.x / density, y: rect.y / density, side: rect.width / density };
  }

  /** The middle of what the magnifier shows and its side, in image coordinates. */
  lensPart(index: number): string | null {
    const tile = this.port(index).lensTile();
    if (!tile) return null;
    const { x, y, zoom } = tile.view;
    return [x, y, tile.rect.width / zoom].map((value) => value.toFixed(1)).join(" ");
  }

  /** From CSS pixels within the viewport to image coordinates; null outside the image. */
  imagePoint(index: number, at: Point): Point | null {
    const { view, size, picture } = this.port(index);
    if (!picture) return null;
    const point = toImage(view, size, this.device(at));
    const inside = point.x >= 0 && point.y >= 0 && point.x < picture.width && point.y < picture.height;
    return inside ? point : null;
  }

  /** From image coordinates to CSS pixels within the viewport. */
  screenPoint(index: number, at: Point): Point {
    const { view, size } = this.port(index);
    const point = toScreen(view, size, at);
    return { x: point.x / this.density, y: point.y / this.density };
  }

  /** Grey levels of a viewport as they are on the screen, four bytes a pixel. */
  snapshot(index: number): Size & { data: Uint8ClampedArray } {
    const port = this.port(index);
    this.drawAll();
    return { ...port.size, data: port.read() };
  }

  /** Looks again where the viewports are. */
  measure(): void {
    this.density = window.devicePixelRatio || 1;
    for (const port of this.ports) port.measure(this.density);
    // At once, not in the next frame: a canvas that changed its size is empty until it is drawn again.
    this.drawAll();
  }

  private port(index: number): Port {
    const port = this.ports[index];
    if (!port) throw new RangeError(`No viewport ${index}.`);
    return port;
  }

  private together(index: number): Port[] {
    return this.linked ? this.ports : [this.port(index)];
  }

  private device(at: Point): Point {
    return { x: at.x * this.density, y: at.y * this.density };
  }

  private redraw(ports: readonly Port[]): void {
    for (const port of ports) this.stale.add(port);
    if (!this.frame) this.frame = requestAnimationFrame(() => this.draw());
  }

  private drawAll(): void {
    for (const port of this.ports) this.stale.add(port);
    this.draw();
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const drawn = this.ports.filter((port) => this.stale.has(port) && port.draw());
    this.stale.clear();
    for (const callback of this.drawn) callback();
    if (this.painted && drawn.length && !this.ports.some((port) => port.lost)) {
      const callback = this.painted;
      this.painted = null;
      void Promise.all(drawn.map((port) => port.finished())).then(() => callback(performance.now()));
    }
  }
}

/** Which images of a trial are in sight and where: grid, row, flicker, slider, one alone, or page by page. */

import { type Board, hasWords } from "./board";
import { word } from "./catalogue";
import type { Item, Presentation, Section } from "./contract";
import { h, part } from "./dom";
import { layOut, pageSize, type Room } from "./layout";

const TOLD_CSS_PX = 52;

export class Stage {
  single: string | null = null;
  private arrangement = "grid";
  private slots: string[] = [];
  /** An image of the page in sight, and how many a page has. */
  private from = 0;
  private size = 1;
  private shown: Presentation | null = null;
  private digits = 0;
  private told = 0;
  /** How much of the first image a moving edge shows, from 0 to 1. */
  private edge = 0.5;
  private readonly handle = h("div", {
    class: "edge",
    role: "slider",
    tabindex: 0,
    "aria-label": word("edge"),
  });

  constructor(
    private readonly grid: HTMLElement,
    private readonly board: Board,
    /** The images lie elsewhere now. */
    private readonly moved: () => void,
  ) {
    this.handle.addEventListener("pointerdown", (event) => {
      this.handle.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    this.handle.addEventListener("pointermove", (event) => {
      if (this.handle.hasPointerCapture(event.pointerId)) this.drag(event.clientX);
    });
    this.handle.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -0.05, ArrowRight: 0.05 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.moveEdge(by);
    });
    part("page-before").addEventListener("click", () => this.turn(-1));
    part("page-after").addEventListener("click", () => this.turn(1));
  }

  /** Sets up for the images of a section. */
  build(section: Section, shown: Presentation, atImage: Item | null): void {
    // The parser allows a slider for two images alone.
    this.arrangement = shown.images.length < 2 ? "grid" : section.screen.arrange;
    this.slots = shown.images.map(({ slot }) => slot);
    this.shown = shown;
    this.digits = atImage?.scale?.points.length ?? 0;
    this.told = shown.images.some(hasWords) ? TOLD_CSS_PX : 0;
    this.grid.dataset.arrange = this.arrangement;
    this.handle.remove();
    if (this.arrangement === "slider") this.grid.append(this.handle);
  }

  /** A trial begins with all images, at the first of them. */
  begin(shown: Presentation): void {
    this.shown = shown;
    const again = this.single !== null;
    this.single = null;
    this.from = 0;
    this.edge = 0.5;
    if (again) this.arrange();
    else this.show();
  }

  get overlays(): boolean {
    return this.arrangement === "flicker" || this.arrangement === "slider";
  }

  get isFlicker(): boolean {
    return this.arrangement === "flicker";
  }

  get isSlider(): boolean {
    return this.arrangement === "slider";
  }

  /** The next of the images that take turns in one place. */
  after(slot: string): string {
    return this.slots[(this.slots.indexOf(slot) + 1) % this.slots.length] ?? slot;
  }

  /** Brings an image into sight. */
  reveal(slot: string): void {
    this.grid.dataset.top = slot;
    for (const other of this.slots) this.board.figureOf(other)?.classList.toggle("top", other === slot);
    const before = this.first;
    this.from = Math.max(0, this.slots.indexOf(slot));
    if (this.single && this.single !== slot) this.alone(slot);
    else if (this.first !== before) this.show();
  }

  alone(slot: string | null): void {
    this.single = slot;
    this.arrange();
  }

  moveEdge(by: number): void {
    this.edge = Math.min(1, Math.max(0, this.edge + by));
    this.showEdge();
  }

  /** Lays everything out anew, as the window is now. */
  arrange(): void {
    const image = this.shown?.images[0];
    if (!image) return;
    const { digits, told, slots } = this;
    const count = this.single || this.overlays ? 1 : slots.length;
    const row = this.arrangement === "row";
    const fit = () => pageSize(count, image, digits, told, this.room(), row);
    const pager = part("pager");
    pager.hidden = true;
    let size = fit();
    // What leads through the pages takes some of the room.
    pager.hidden = size === count;
    if (size < count) size = fit();
    this.size = count === 1 ? slots.length : size;
    const layout = layOut(size, image, digits, told, this.room(), row);
    this.grid.dataset.placement = layout.placement;
    for (const name of ["columns", "rows", "across"] as const) {
      this.grid.style.setProperty(`--${name}`, String(layout[name]));
    }
    this.show();
  }

  private room(): Room {
    const style = getComputedStyle(this.grid);
    const px = (text: string) => Number.parseFloat(text) || 0;
    const rem = px(getComputedStyle(document.documentElement).fontSize);
    const size = (name: string) => px(style.getPropertyValue(name)) * rem;
    return {
      width: this.grid.clientWidth - px(style.paddingLeft) - px(style.paddingRight),
      height: this.grid.clientHeight - px(style.paddingTop) - px(style.paddingBottom),
      gap: { width: px(style.columnGap), height: px(style.rowGap) },
      target: { width: size("--digit"), height: size("--target") },
    };
  }

  /** The first image of the page in sight. */
  private get first(): number {
    return this.from - (this.from % this.size);
  }

  private show(): void {
    const { first, single, slots } = this;
    const end = first + this.size;
    const page = slots.slice(first, end);
    this.board.only(single ? [single] : page);
    part("page-at").textContent = [...new Set([page[0], page.at(-1)])].join(" – ");
    part("page-before").toggleAttribute("disabled", !first);
    part("page-after").toggleAttribute("disabled", end >= slots.length);
    this.showEdge();
    this.moved();
  }

  private turn(by: number): void {
    this.from += by * this.size;
    this.show();
  }

  private drag(x: number): void {
    const first = this.board.figureOf(this.slots[0] ?? "");
    const box = (first ?? this.grid).getBoundingClientRect();
    this.edge = Math.min(1, Math.max(0, (x - box.left) / Math.max(1, box.width)));
    this.showEdge();
  }

  private showEdge(): void {
    if (!this.isSlider) return;
    this.grid.style.setProperty("--edge-at", `${100 * this.edge}%`);
    this.handle.setAttribute("aria-valuenow", String(Math.round(100 * this.edge)));
  }
}

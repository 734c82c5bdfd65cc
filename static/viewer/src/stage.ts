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
  private page = 0;
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
  });

  constructor(
    private readonly grid: HTMLElement,
    private readonly board: Board,
    /** The images lie elsewhere now. */
    private readonly moved: () => void,
  ) {
    this.handle.setAttribute("aria-label", word("edge"));
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
    this.page = 0;
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
    const page = Math.floor(this.slots.indexOf(slot) / this.size);
    if (this.single && this.single !== slot) this.alone(slot);
    else if (page !== this.page && page >= 0) {
      this.page = page;
      this.show();
    }
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
    const room = this.room();
    const count = this.single || this.overlays ? 1 : this.slots.length;
    const row = this.arrangement === "row";
    const { digits, told } = this;
    this.size = count === 1 ? this.slots.length : pageSize(count, image, digits, told, room, row);
    const layout = layOut(count === 1 ? 1 : this.size, image, digits, told, room, row);
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

  private show(): void {
    const from = this.page * this.size;
    const page = this.slots.slice(from, from + this.size);
    this.board.only(this.single ? [this.single] : page);
    const pages = Math.ceil(this.slots.length / this.size);
    const paged = pages > 1 && this.single === null;
    part("pager").hidden = !paged;
    if (paged) {
      const [first, last] = [page[0] ?? "", page.at(-1) ?? ""];
      part("page-at").textContent = first === last ? first : `${first} – ${last}`;
      part("page-before").toggleAttribute("disabled", this.page === 0);
      part("page-after").toggleAttribute("disabled", this.page >= pages - 1);
    }
    this.showEdge();
    this.moved();
  }

  private turn(by: number): void {
    this.page += by;
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

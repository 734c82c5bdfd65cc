/** What lies over the images: marks, measures, and the four corners. */

import { word } from "./catalogue";
import { h } from "./dom";
import type { Point } from "./geometry";
import type { Viewer } from "./viewer";

/** A point that is drawn on an image. */
export interface Drawn extends Point {
  readonly slot: string;
  readonly text: string;
  readonly number: number | null;
  readonly chosen: boolean;
  /** Not set by the reader, but shown to them. */
  readonly told?: boolean;
}

/** Points that belong to one measure. */
export interface Line {
  readonly slot: string;
  readonly points: readonly Point[];
}

const SVG = "http://www.w3.org/2000/svg";
/** Lengths that a scale bar may stand for, in mm. */
const BARS_MM = [1, 2, 5, 10, 20, 50, 100, 200];
const WIDEST_BAR = 0.3;

export class Overlay {
  private marks: readonly Drawn[] = [];
  private lines: readonly Line[] = [];
  private slots: readonly string[] = [];
  private views: readonly HTMLElement[] = [];
  private corners: Array<{ tr: HTMLElement; bl: HTMLElement; br: HTMLElement; svg: SVGSVGElement }> = [];
  spacingMm: number | null = null;

  constructor(private readonly viewer: Viewer) {
    viewer.onDraw(() => this.follow());
  }

  attach(views: ReadonlyMap<string, HTMLElement>): void {
    this.slots = [...views.keys()];
    this.views = [...views.values()];
    this.corners = this.views.map((view) => {
      const corner = (place: string) =>
        view.appendChild(h("span", { class: `ov ${place}`, "aria-hidden": "true" }));
      const svg = document.createElementNS(SVG, "svg");
      svg.setAttribute("class", "lines");
      svg.setAttribute("aria-hidden", "true");
      view.append(svg);
      return { tr: corner("tr"), bl: corner("bl"), br: corner("br"), svg };
    });
  }

  draw(marks: readonly Drawn[], lines: readonly Line[]): void {
    this.marks = marks;
    this.lines = lines;
    this.follow();
  }

  /** The mark at a place of a viewport, the newest of those that are near enough. */
  near(slot: string, at: Point, withinCssPx: number): Drawn | undefined {
    const index = this.slots.indexOf(slot);
    return this.marks.findLast((mark) => {
      const there = this.viewer.screenPoint(index, mark);
      return mark.slot === slot && Math.hypot(there.x - at.x, there.y - at.y) <= withinCssPx;
    });
  }

  private follow(): void {
    this.views.forEach((view, index) => {
      this.placeMarks(view, index);
      this.placeLines(index);
      this.tellCorners(index);
    });
  }

  private placeMarks(view: HTMLElement, index: number): void {
    const wanted = this.marks.filter(({ slot }) => slot === this.slots[index]);
    const marks = view.querySelectorAll<HTMLElement>(".mark");
    for (const extra of [...marks].slice(wanted.length)) extra.remove();
    wanted.forEach((drawn, i) => {
      const mark = marks[i] ?? view.appendChild(h("span", { class: "mark" }));
      const at = this.viewer.screenPoint(index, drawn);
      const number = drawn.number === null ? [] : [h("b", {}, String(drawn.number))];
      const text = drawn.text ? [h("span", {}, drawn.text)] : [];
      const key = `${drawn.number} ${drawn.text}`;
      if (mark.dataset.key !== key) mark.replaceChildren(...number, ...text);
      mark.dataset.key = key;
      mark.classList.toggle("chosen-mark", drawn.chosen);
      mark.classList.toggle("told-mark", drawn.told === true);
      mark.style.transform = `translate(${at.x}px, ${at.y}px)`;
    });
  }

  private placeLines(index: number): void {
    const svg = this.corners[index]?.svg;
    const mine = this.lines.filter(({ slot }) => slot === this.slots[index]);
    if (!svg || (!mine.length && !svg.childElementCount)) return;
    svg.replaceChildren(
      ...mine.flatMap(({ points }) => {
        const at = points.map((point) => this.viewer.screenPoint(index, point));
        // Four points are two lines, fewer are one that goes through all.
        const parts = at.length === 4 ? [at.slice(0, 2), at.slice(2)] : [at];
        return parts.map((part) => {
          const line = document.createElementNS(SVG, "polyline");
          line.setAttribute("points", part.map(({ x, y }) => `${x},${y}`).join(" "));
          return line;
        });
      }),
    );
  }

  private tellCorners(index: number): void {
    const corner = this.corners[index];
    if (!corner || !this.viewer.hasPicture(index)) return;
    const { center, width } = this.viewer.getWindow(index);
    const { zoom } = this.viewer.getView(index);
    write(corner.tr, word("corner_window", { width: Math.round(width), level: Math.round(center) }));
    const life = short(zoom / this.lifeZoom);
    write(corner.bl, word(life ? "corner_life" : "corner_zoom", { zoom: short(zoom), life }));
    this.bar(corner.br, zoom, this.views[index] as HTMLElement);
  }

  /** The zoom at which 1 mm of the patient is 1 mm of the screen; NaN where that is not known. */
  get lifeZoom(): number {
    const { mm, screen: width } = document.body.dataset;
    const isMeasured = Number(width) === screen.width;
    return isMeasured && this.spacingMm ? this.spacingMm / Number(mm) : Number.NaN;
  }

  private bar(corner: HTMLElement, zoom: number, view: HTMLElement): void {
    const { spacingMm } = this;
    corner.hidden = !spacingMm;
    if (!spacingMm) return;
    const perMm = zoom / (window.devicePixelRatio || 1) / spacingMm;
    const most = (view.clientWidth * WIDEST_BAR) / perMm;
    const length = BARS_MM.findLast((mm) => mm <= most) ?? 1;
    if (!corner.firstElementChild) corner.append(h("i", {}), h("span", {}));
    (corner.firstElementChild as HTMLElement).style.width = `${length * perMm}px`;
    write(corner.lastElementChild as HTMLElement, word("corner_bar", { length }));
  }
}

function short(factor: number): number {
  return Number(factor.toFixed(factor < 10 ? 1 : 0));
}

function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The controls of one question: scales, options, numbers and text. */

import { word } from "./catalogue";
import type { Item, Said, Scale } from "./contract";
import { h, icon, kbd } from "./dom";
import { labelOf, type Stop } from "./items";

/** What a control knows and does: the entry of the image in focus, or of the screen. */
export interface Pen {
  readonly item: Item;
  entry(): Said | null;
  /** Null takes the entry back. */
  put(change: Partial<Said> | null): void;
  letters(): readonly string[];
  /** A click gives the keys back to the images. */
  clicked(event: MouseEvent): void;
}

export interface Control {
  readonly element: HTMLElement;
  reflect(entry: Said | null): void;
  /** A digit was pressed while the question is the current one; whether it meant something. */
  digit?(value: number): boolean;
  /** Fields that are typed into take the page's focus with the question. */
  field?: HTMLElement;
}

/** A button that says whether it is chosen by more than its colour. */
export function option(
  className: string,
  pen: Pen,
  act: () => void,
  ...content: Array<Node | string | null>
) {
  const element = h("button", { type: "button", class: className, "aria-pressed": "false" }, ...content);
  element.addEventListener("click", (event) => {
    act();
    pen.clicked(event);
  });
  return element;
}

export function press(element: HTMLElement, on: boolean): void {
  element.setAttribute("aria-pressed", String(on));
}

/** One row of digits, or with `list` a line for each point with its words. */
export function scaleControl(
  pen: Pen,
  scale: Scale,
  name: string,
  part: Stop["part"],
  list: boolean,
): Control {
  const set = (value: number) => pen.put({ [part]: value });
  const element = h("div", { class: list ? "scale list" : "scale seg", role: "group", "aria-label": name });
  const buttons = scale.points.map((value, i) => {
    const words = h("span", { class: list ? "" : "visually-hidden" }, labelOf(scale, i));
    const button = option("", pen, () => set(value), h("b", {}, String(value)), words);
    button.title = labelOf(scale, i);
    return button;
  });
  element.append(...buttons);
  return {
    element,
    reflect: (entry) => {
      buttons.forEach((button, i) => {
        press(button, scale.points[i] === entry?.[part]);
      });
    },
    digit: (value) => {
      const ok = scale.points.includes(value);
      if (ok) set(value);
      return ok;
    },
  };
}

/** The words of the two ends below a row of digits. */
export function ends(scale: Scale): HTMLElement | null {
  const [first, last] = [labelOf(scale, 0), labelOf(scale, scale.points.length - 1)];
  if (!first && !last) return null;
  return h("p", { class: "ends", "aria-hidden": "true" }, h("span", {}, first), h("span", {}, last));
}

/** Long options lie below each other. */
function columns(texts: readonly string[]): number {
  return texts.length < 7 && texts.every((text) => text.length < 15) ? 2 : 1;
}

export function optionsControl(pen: Pen): Control {
  const { item } = pen;
  const many = item.kind === "choices";
  const element = h("div", { class: "options" });
  const texts = [...item.options.map(({ text }) => text), ...[item.other, item.none].filter(Boolean)];
  const box = h("div", { class: "opts", role: "group", "aria-label": item.ask });
  box.style.setProperty("--c", String(columns(texts)));
  const acts: Array<() => void> = [];
  const add = (text: string, act: () => void) => {
    acts.push(act);
    const key = acts.length < 10 ? kbd(String(acts.length)) : null;
    const button = option("opt", pen, act, icon("check"), h("span", {}, text), key);
    box.append(button);
    return button;
  };
  const values = () => (pen.entry()?.value as string[] | null) ?? [];
  const choose = (value: string) => {
    if (!many) return pen.put({ value, other: null });
    const now = values();
    // In the protocol's order, whatever the order of the clicks.
    const next = item.options.map((one) => one.value).filter((one) => (one === value) !== now.includes(one));
    pen.put({ value: next });
    if (!next.length && pen.entry()?.other === null) pen.put(null);
  };
  const chosen = item.options.map(({ value, text }) => ({ value, button: add(text, () => choose(value)) }));
  const other = item.other ? add(item.other, () => toggleOther()) : null;
  const none = many && item.none ? add(item.none, () => pen.put({ value: [], other: null })) : null;
  const field = h("input", { type: "text", maxlength: 200, autocomplete: "off", "aria-label": item.other });
  const sub = h("div", { class: "sub", hidden: true }, field);
  const toggleOther = () => {
    const off = many && pen.entry()?.other !== null && pen.entry() !== null;
    if (off) pen.put(values().length ? { other: null } : null);
    else pen.put(many ? { value: values(), other: field.value } : { value: null, other: field.value });
    if (!off) field.focus();
  };
  field.addEventListener("input", () => pen.put({ other: field.value }));
  element.append(box, ...(other ? [sub] : []));
  return {
    element,
    reflect: (entry) => {
      const isOther = entry !== null && entry.other !== null;
      for (const { value, button } of chosen) {
        press(
          button,
          many ? ((entry?.value as string[] | null) ?? []).includes(value) : entry?.value === value,
        );
      }
      if (none) press(none, Array.isArray(entry?.value) && !entry.value.length && !isOther);
      if (other) press(other, isOther);
      sub.hidden = !isOther;
      if (document.activeElement !== field) field.value = entry?.other ?? "";
    },
    digit: (value) => {
      acts[value - 1]?.();
      return value <= acts.length;
    },
  };
}

function asNumber(text: string): number | null {
  const clean = text.trim().replace(",", ".");
  return clean === "" ? null : Number(clean);
}

export function numberControl(pen: Pen): Control {
  const { item } = pen;
  const { unit, limits } = item;
  const about = [unit, limits].filter(Boolean).join(", ");
  const field = h("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    maxlength: 12,
    "aria-label": about ? `${item.ask} (${about})` : item.ask,
  });
  const element = h(
    "div",
    { class: "number" },
    field,
    unit ? h("span", { class: "soft" }, unit) : null,
    limits ? h("small", { class: "soft" }, limits) : null,
  );
  const put = (value: number | null) => pen.put(value === null || Number.isNaN(value) ? null : { value });
  field.addEventListener("input", () => {
    const value = asNumber(field.value);
    put(value);
    field.setAttribute("aria-invalid", String(value !== null && Number.isNaN(value)));
  });
  const range = item.slider && item.min !== null && item.max !== null ? slider(item, put) : null;
  if (range) element.prepend(range);
  return {
    element,
    field,
    reflect: (entry) => {
      const value = entry?.value ?? null;
      const typed = document.activeElement === field && asNumber(field.value) === value;
      if (!typed && !(document.activeElement === field && value === null)) {
        field.value = value === null ? "" : String(value);
      }
      range?.classList.toggle("unset", value === null);
      if (range) {
        if (value !== null) range.value = String(value);
        range.setAttribute("aria-valuetext", value === null ? word("not_set") : String(value));
      }
    },
  };
}

/** Its thumb is not shown before a hand has set it: where it stands would suggest an answer. */
function slider(item: Item, put: (value: number) => void): HTMLInputElement {
  const { min, max, step } = item as { min: number; max: number; step: number | null };
  const fine = step ?? (max - min) / 100;
  const range = h("input", { type: "range", min, max, step: fine, class: "unset", "aria-label": item.ask });
  const set = () => put(Number(range.value));
  range.addEventListener("input", set);
  // A click where the hidden thumb happens to be changes nothing, and is an answer all the same.
  range.addEventListener("click", set);
  return range;
}

export function textControl(pen: Pen): Control {
  const { item } = pen;
  const most = item.most ?? 2000;
  const field = h("textarea", { rows: 2, maxlength: most, "aria-label": item.ask });
  const count = h("span", { class: "soft count" });
  const tell = () => count.replaceChildren(word("characters", { number: field.value.length, total: most }));
  field.addEventListener("input", () => {
    tell();
    pen.put(field.value ? { value: field.value } : null);
  });
  return {
    element: h("div", { class: "text" }, field, count),
    field,
    reflect: (entry) => {
      const value = String(entry?.value ?? "");
      if (field.value !== value) field.value = value;
      tell();
    },
  };
}

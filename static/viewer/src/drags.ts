/** Places of an order are dragged to others by mouse, pen or finger. */

/** `letterAt` names the image at a place; `move` moves an image by so many places. */
export function drags(
  list: HTMLElement,
  letterAt: (index: number) => string | null,
  move: (letter: string, by: number) => void,
): void {
  let held: string | null = null;
  const places = [...list.children];
  const at = (y: number) =>
    places.findIndex((place) => {
      const box = place.getBoundingClientRect();
      return y >= box.top && y < box.bottom;
    });
  list.addEventListener("pointerdown", (event) => {
    const letter = letterAt(at(event.clientY));
    if ((event.target as HTMLElement).closest("button") || !letter) return;
    held = letter;
    list.setPointerCapture(event.pointerId);
  });
  list.addEventListener("pointermove", (event) => {
    if (!held) return;
    const from = places.findIndex((_, index) => letterAt(index) === held);
    const to = at(event.clientY);
    if (to >= 0 && to !== from && letterAt(to)) move(held, to - from);
  });
  const end = () => {
    held = null;
  };
  list.addEventListener("pointerup", end);
  list.addEventListener("pointercancel", end);
}

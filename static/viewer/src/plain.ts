/** The plain canvas for machines without WebGL2; in the reading page plain_later.ts stands in its place. */

import { CanvasRenderer } from "./canvas2d";
import type { Renderer } from "./renderer";

export function plain(canvas: HTMLCanvasElement): Renderer | Promise<Renderer> {
  return CanvasRenderer.on(canvas);
}

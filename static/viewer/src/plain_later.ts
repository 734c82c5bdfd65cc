/** The plain canvas comes with what is rarely needed: few machines have no WebGL2. */

import { extras } from "./lazy";
import type { Renderer } from "./renderer";

export async function plain(canvas: HTMLCanvasElement): Promise<Renderer> {
  return (await extras()).plain(canvas);
}

/** The second bundle: loaded when the first images are on the screen. It shares no state with the first. */

export { drags } from "./drags";
export { fillKeys } from "./help";
export { offerKeys } from "./own_keys";
export { plain } from "./plain";
export { offerScreens } from "./screens";

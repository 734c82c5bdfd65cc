/** Where the time to look is limited: holds the next trial's images sealed until the server tells their keys. */

import type { Api } from "./api";
import type { Arrival } from "./arrival";
import type { ImageOffer, State } from "./contract";
import { part } from "./dom";

/** Null where it did not come; the page then asks for the image as it does elsewhere. */
type Body = Promise<ArrayBuffer | null>;

/** A download that takes longer is no help to anybody. */
const LONGEST_MS = 120_000;

const grid = part("grid");
/** Sealed bodies of the next trial by their addresses. */
const sealed = new Map<string, Body>();
/** Opened ones of the present trial by the addresses under which the page asks for them. */
let open = new Map<string, Body>();
/** What is to be fetched once the images of this trial are covered. */
let next: { readonly token: string; readonly urls: readonly string[] } = { token: "", urls: [] };

async function fetched(url: string): Body {
  const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(LONGEST_MS) });
  return response.ok ? response.arrayBuffer() : null;
}

async function unsealed(coming: Body, key: string): Body {
  const body = await coming;
  if (!body) return null;
  const bytes = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const opener = await crypto.subtle.importKey("raw", bytes, "AES-CTR", false, ["decrypt"]);
  return crypto.subtle.decrypt({ name: "AES-CTR", counter: new Uint8Array(16), length: 64 }, opener, body);
}

function openedOf({ seal, packed, url }: ImageOffer): [string, Body][] {
  const address = packed?.url ?? url;
  const coming = seal && sealed.get(seal.url);
  const body = open.get(address) ?? (coming && unsealed(coming, seal.key).catch(() => null));
  return body ? [[address, body]] : [];
}

/** Gives an image that is here already; false where there is none. */
async function supply(url: string, arrival: Arrival): Promise<boolean> {
  const body = await open.get(url);
  if (!body) return false;
  return arrival.take(new Response(body), { heard: () => {} }).then(
    () => true,
    () => false,
  );
}

/** Nothing is fetched while images are shown: that could make their covers late. */
function look(): void {
  const { token, urls } = next;
  if (grid.dataset.painted !== token || grid.dataset.veil !== "after") return;
  for (const url of urls) {
    if (!sealed.has(url))
      sealed.set(
        url,
        fetched(url).catch(() => null),
      );
  }
}

function follow(api: Api, state: State): void {
  const { current } = state;
  api.supply = supply;
  open = new Map((current?.images ?? []).flatMap(openedOf));
  next = { token: current?.token ?? "", urls: state.sealed ?? [] };
  for (const url of sealed.keys()) {
    if (!next.urls.includes(url)) sealed.delete(url);
  }
  look();
}

// Browsers have the cipher where the connection is safe; elsewhere nothing is fetched ahead.
if (crypto.subtle) {
  new MutationObserver(look).observe(grid, { attributeFilter: ["data-painted", "data-veil"] });
  document.addEventListener("readingstate", (event) => {
    const [api, state] = (event as CustomEvent<[Api, State]>).detail;
    follow(api, state);
  });
}

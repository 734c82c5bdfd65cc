/** Seals what this browser keeps with a key that its reader alone is given: a workstation may be shared. */

export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

const NAME = "AES-GCM";
/** Browsers have the cipher where the connection is safe; elsewhere things are kept as they are. */
const keys = Promise.all(
  ((crypto.subtle && document.body.dataset.keys?.split(" ")) || []).map((k) =>
    crypto.subtle.importKey("jwk", { kty: "oct", k }, NAME, false, ["encrypt", "decrypt"]),
  ),
);

export async function seal<T>(value: T): Promise<T | Sealed> {
  const [key] = await keys;
  if (!key) return value;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { iv, sealed: await crypto.subtle.encrypt({ name: NAME, iv }, key, text) };
}

/** Null where it is another reader's. */
export async function unseal<T extends object>(kept: T | Sealed): Promise<T | null> {
  if (!("sealed" in kept)) return kept;
  for (const key of await keys) {
    const opened = await crypto.subtle
      .decrypt({ name: NAME, iv: kept.iv }, key, kept.sealed)
      .catch(() => null);
    if (opened) return new Response(opened).json();
  }
  return null;
}

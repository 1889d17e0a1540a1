/** RFC 9162 inclusion proofs, in the browser: the reader need not believe the server. */

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

/** Hash of a leaf: SHA-256(0x00 || text). */
export function leafHash(text: string): Promise<Uint8Array> {
  return sha256(Uint8Array.of(0), new TextEncoder().encode(text));
}

const node = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);

export function digestOf(hash: Uint8Array): string {
  return [...hash].map((b) => b.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toBase64(hash: Uint8Array): string {
  return btoa(String.fromCharCode(...hash));
}

/** The root that a path leads to (RFC 9162, 2.1.3.2), or null when the path does not fit the tree. */
export async function rootFrom(index: number, size: number, leaf: Uint8Array, path: string[]): Promise<Uint8Array | null> {
  if (!(index >= 0 && index < size)) return null;
  let fn = index;
  let sn = size - 1;
  let r = leaf;
  for (const step of path) {
    if (sn === 0) return null;
    const p = fromHex(step);
    if (fn % 2 === 1 || fn === sn) {
      r = await node(p, r);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else r = await node(r, p);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? r : null;
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/**
 * Both roots that a consistency proof leads to (RFC 9162, 2.1.4.2), older first; null when the path does not fit.
 * A tree of a power of two is itself the proof's first node, so its root is taken as given.
 */
export async function rootsFrom(first: number, second: number, firstRoot: Uint8Array, path: string[]): Promise<[Uint8Array, Uint8Array] | null> {
  if (!(first > 0 && first <= second)) return null;
  if (first === second) return path.length === 0 ? [firstRoot, firstRoot] : null;
  const steps = path.map(fromHex);
  if (Number.isInteger(Math.log2(first))) steps.unshift(firstRoot);
  let fn = first - 1;
  let sn = second - 1;
  while (fn % 2 === 1) {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  const start = steps.shift();
  if (!start) return null;
  let older = start;
  let newer = start;
  for (const c of steps) {
    if (sn === 0) return null;
    if (fn % 2 === 1 || fn === sn) {
      older = await node(c, older);
      newer = await node(c, newer);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else newer = await node(newer, c);
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 ? [older, newer] : null;
}

import { describe, expect, it } from "vitest";
import { digestOf, fromHex, leafHash, rootFrom, rootsFrom, toBase64 } from "../../src/pages/record/merkle";

/** The tree by its definition (RFC 9162, 2.1.1), slow and plain, as the oracle. */
async function tree(leaves: Uint8Array[]): Promise<Uint8Array> {
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return join(await tree(leaves.slice(0, k)), await tree(leaves.slice(k)));
}

async function path(m: number, leaves: Uint8Array[]): Promise<string[]> {
  if (leaves.length === 1) return [];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return m < k
    ? [...(await path(m, leaves.slice(0, k))), digestOf(await tree(leaves.slice(k)))]
    : [...(await path(m - k, leaves.slice(k))), digestOf(await tree(leaves.slice(0, k)))];
}

async function join(a: Uint8Array, b: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from([1, ...a, ...b])));
}

describe("inclusion proofs in the browser", () => {
  it("hashes the empty leaf as RFC 9162 does", async () => {
    expect(digestOf(await leafHash(""))).toBe("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  });
  it("agrees with the definition for every leaf of every tree up to 17", async () => {
    for (let size = 1; size <= 17; size += 1) {
      const leaves = await Promise.all(Array.from({ length: size }, (_, i) => leafHash(`entry ${i}`)));
      const root = digestOf(await tree(leaves));
      for (let m = 0; m < size; m += 1) {
        const got = await rootFrom(m, size, leaves[m]!, await path(m, leaves));
        expect(got && digestOf(got)).toBe(root);
      }
    }
  });
  it("refuses a path that is too long, too short or altered", async () => {
    const leaves = await Promise.all(Array.from({ length: 7 }, (_, i) => leafHash(`entry ${i}`)));
    const root = digestOf(await tree(leaves));
    const good = await path(3, leaves);
    expect(await rootFrom(3, 7, leaves[3]!, good.slice(1))).toBeNull();
    expect(await rootFrom(3, 7, leaves[3]!, [...good, good[0]!])).toBeNull();
    const other = await rootFrom(3, 7, leaves[3]!, [digestOf(leaves[0]!), ...good.slice(1)]);
    expect(other && digestOf(other)).not.toBe(root);
    expect(await rootFrom(7, 7, leaves[3]!, good)).toBeNull();
  });
  it("reads hex and writes base64", () => {
    expect([...fromHex("00ff10")]).toEqual([0, 255, 16]);
    expect(toBase64(Uint8Array.of(0, 255, 16))).toBe("AP8Q");
  });
});

/** The consistency proof by its definition (RFC 9162, 2.1.4.1), slow and plain, as the oracle. */
async function subproof(m: number, leaves: Uint8Array[], whole: boolean): Promise<string[]> {
  if (m === leaves.length) return whole ? [] : [digestOf(await tree(leaves))];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return m <= k
    ? [...(await subproof(m, leaves.slice(0, k), whole)), digestOf(await tree(leaves.slice(k)))]
    : [...(await subproof(m - k, leaves.slice(k), false)), digestOf(await tree(leaves.slice(0, k)))];
}

describe("consistency proofs in the browser", () => {
  it("leads to both roots for every pair of trees up to 17", async () => {
    const leaves = await Promise.all(Array.from({ length: 17 }, (_, i) => leafHash(`entry ${i}`)));
    const roots = await Promise.all(leaves.map((_, i) => tree(leaves.slice(0, i + 1))));
    for (let second = 1; second <= 17; second += 1) {
      for (let first = 1; first <= second; first += 1) {
        const proof = await subproof(first, leaves.slice(0, second), true);
        const got = await rootsFrom(first, second, roots[first - 1]!, proof);
        expect(got?.map(digestOf)).toEqual([digestOf(roots[first - 1]!), digestOf(roots[second - 1]!)]);
      }
    }
  });
  it("leads elsewhere when an older entry was changed, and nowhere when the path does not fit", async () => {
    const leaves = await Promise.all(Array.from({ length: 11 }, (_, i) => leafHash(`entry ${i}`)));
    const forged = [await leafHash("forged"), ...leaves.slice(1)];
    const [older, proof] = [await tree(leaves.slice(0, 6)), await subproof(6, forged, true)];
    const got = await rootsFrom(6, 11, older, proof);
    expect(got && digestOf(got[0])).not.toBe(digestOf(older));
    expect(await rootsFrom(6, 11, older, proof.slice(1))).not.toEqual([older, await tree(leaves)]);
    expect(await rootsFrom(6, 11, older, [...proof, proof[0]!])).toBeNull();
    expect(await rootsFrom(0, 11, older, proof)).toBeNull();
  });
});

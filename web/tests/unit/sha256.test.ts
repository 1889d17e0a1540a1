import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/format/sha256";

describe("the digest that a signature dialog computes for itself", () => {
  it("gives the known answers of FIPS 180-4's examples", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
  });

  it("agrees with another implementation at every length around a block, and outside ASCII", () => {
    for (let n = 0; n < 200; n++) {
      const text = `${"x".repeat(n)}µ–𝄞`;
      expect(sha256(text)).toBe(createHash("sha256").update(text, "utf8").digest("hex"));
    }
  });
});

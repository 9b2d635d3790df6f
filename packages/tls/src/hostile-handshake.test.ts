import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { converse, note, twoEnds } from "../test/two-ends.ts";

test("random handshake bytes yield an alert or nothing, at either end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 600 }), fc.boolean(), (bytes, asServer) => {
      const { client, server } = twoEnds();
      note(client, client.handshake.start());
      const end = asServer ? server : client;
      note(end, end.handshake.receive("initial", bytes));
      assert.deepEqual(end.secrets, []);
      assert.equal(end.complete, false);
      client.handshake.free();
      server.handshake.free();
    }),
    { numRuns: 300 },
  );
});

test("a changed, cut or lengthened message never completes the handshake of whoever gets it", () => {
  const change = fc.record({
    from: fc.constantFrom("client", "server"),
    message: fc.nat(4),
    at: fc.nat(3000),
    kind: fc.constantFrom("flip", "cut", "insert", "repeat"),
    bit: fc.nat(7),
  });
  fc.assert(
    fc.property(change, fc.constantFrom(Number.POSITIVE_INFINITY, 97), (changed, chunk) => {
      const { client, server } = twoEnds();
      let seen = 0;
      let touched = false;
      converse(client, server, {
        chunk,
        tamper(bytes, _level, from) {
          if (from !== changed.from || seen++ !== changed.message) return bytes;
          touched = true;
          return tampered(bytes, changed);
        },
      });
      const receiver = changed.from === "client" ? server : client;
      if (touched) assert.equal(receiver.complete, false);
      else assert.equal(receiver.complete, true);
      client.handshake.free();
      server.handshake.free();
    }),
    { numRuns: 500 },
  );
});

type Change = { readonly kind: string; readonly at: number; readonly bit: number };

function tampered(bytes: Uint8Array, { kind, at, bit }: Change): Uint8Array {
  const index = at % bytes.length;
  if (kind === "flip") return bytes.map((byte, position) => (position === index ? byte ^ (1 << bit) : byte));
  if (kind === "cut") return bytes.slice(0, index);
  if (kind === "insert") return Uint8Array.of(...bytes.subarray(0, index), bit, ...bytes.subarray(index));
  return Uint8Array.of(...bytes, ...bytes);
}

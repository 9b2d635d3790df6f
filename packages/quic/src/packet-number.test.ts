import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { expandPacketNumber, packetNumberBytes, readPacketNumber, writePacketNumber } from "./packet-number.ts";

test("the examples of RFC 9000 appendices A.2 and A.3 hold", () => {
  assert.equal(packetNumberBytes(0xac5c02, 0xabe8b3), 2);
  assert.equal(packetNumberBytes(0xace8fe, 0xabe8b3), 3);
  assert.equal(expandPacketNumber(0x9b32, 2, 0xa82f30ea), 0xa82f9b32);
});

test("a packet number survives truncation while the peer has seen what was acknowledged", () => {
  const numbers = fc.integer({ min: 0, max: 2 ** 40 });
  const pairs = fc.tuple(numbers, fc.integer({ min: 0, max: 2 ** 23 - 1 }), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(pairs, ([base, ahead, seen]) => {
      const largestAcked = base - 1;
      const packetNumber = base + ahead;
      const bytes = packetNumberBytes(packetNumber, largestAcked);
      const wire = new Uint8Array(4);
      writePacketNumber(wire, 0, packetNumber, bytes);
      const received = largestAcked + Math.floor(seen * ahead);
      assert.equal(expandPacketNumber(readPacketNumber(wire, 0, bytes), bytes, received), packetNumber);
    }),
  );
});

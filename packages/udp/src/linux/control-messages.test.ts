import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CONTROL_BYTES, readControl, writeControl } from "./control-messages.ts";

const view = (): DataView<ArrayBuffer> => new DataView(new ArrayBuffer(2 * CONTROL_BYTES));

test("marks are read back as they were written, and the default takes no bytes", () => {
  for (const family of ["ipv4", "ipv6"] as const) {
    for (const ecn of [0, 1, 2, 3] as const) {
      const memory = view();
      const length = writeControl(memory, 8, { segmentBytes: undefined, ecn, family });
      assert.equal(length, ecn === 0 ? 0 : 24);
      assert.deepEqual(readControl(memory, 8, length), { segmentBytes: undefined, ecn });
    }
  }
  assert.equal(writeControl(view(), 0, { segmentBytes: 1200, ecn: 1, family: "ipv4" }), 48);
});

test("whatever bytes stand there, reading ends", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: CONTROL_BYTES }), (bytes) => {
      const memory = view();
      new Uint8Array(memory.buffer).set(bytes);
      const { ecn } = readControl(memory, 0, bytes.length);
      assert.ok(ecn >= 0 && ecn <= 3);
    }),
  );
});

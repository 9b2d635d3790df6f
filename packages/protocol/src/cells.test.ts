import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cellSizeFor, entrySizeFor, limits, validCellSize, validEntrySize } from "./index.ts";

test("cells have four sizes", () => {
  for (const bytes of [1_024, 4_096, 16_384, 65_536]) assert.ok(validCellSize(bytes));
  for (const bytes of [0, 1, 1_023, 1_025, 8_192, 65_537, -1_024, Number.NaN]) assert.ok(!validCellSize(bytes));
});

test("a cell is the smallest that has room, and no smaller than asked for", () => {
  fc.assert(
    fc.property(fc.nat(70_000), fc.constantFrom(0, limits.doorCellBytesMin), (bytes, least) => {
      const size = cellSizeFor(bytes, least);
      if (size === undefined) return assert.ok(bytes > 65_536);
      assert.ok(validCellSize(size) && size >= bytes && size >= least);
      assert.ok(!limits.cellBytes.some((other) => other < size && other >= bytes && other >= least));
    }),
  );
  assert.deepEqual([cellSizeFor(0), cellSizeFor(1_024), cellSizeFor(1_025)], [1_024, 1_024, 4_096]);
  assert.equal(cellSizeFor(65_537), undefined);
});

test("slot entries are 4 KiB, 16 KiB, or whole multiples of 64 KiB up to 3 MiB", () => {
  fc.assert(
    fc.property(fc.nat(4 * 1024 * 1024), (bytes) => {
      const size = entrySizeFor(bytes);
      if (size === undefined) return assert.ok(bytes > limits.slotEntryBytesMax);
      assert.ok(size >= bytes && validEntrySize(size));
      assert.ok(size === 4_096 || size === 16_384 || size % 65_536 === 0);
    }),
  );
  const sizes = [0, 4_096, 4_097, 16_385, 65_537, 3 * 1024 * 1024].map((bytes) => entrySizeFor(bytes));
  assert.deepEqual(sizes, [4_096, 4_096, 16_384, 65_536, 131_072, 3_145_728]);
  assert.equal(entrySizeFor(3 * 1024 * 1024 + 1), undefined);
  for (const bytes of [0, 1_024, 4_095, 32_768, 65_535, 3_145_729]) assert.ok(!validEntrySize(bytes));
});

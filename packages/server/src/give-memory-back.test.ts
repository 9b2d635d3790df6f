import assert from "node:assert/strict";
import { test } from "node:test";
import { giveMemoryBack } from "./give-memory-back.ts";

test("what nobody holds any more is collected", () => {
  const held = new Array<WeakRef<object>>();
  for (let at = 0; at < 10; at++) held.push(new WeakRef({ at, bytes: new Uint8Array(100_000) }));
  return new Promise<void>((resolve) => {
    // A reference that was just made lives until the end of its turn.
    setImmediate(() => {
      giveMemoryBack();
      assert.ok(held.every((one) => one.deref() === undefined));
      resolve();
    });
  });
});

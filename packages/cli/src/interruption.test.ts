import assert from "node:assert/strict";
import { test } from "node:test";
import { interrupted } from "./failure.ts";
import { unlessAborted, untilAborted } from "./interruption.ts";

test("work that settles first decides", async () => {
  const { signal } = new AbortController();
  assert.equal(await unlessAborted(Promise.resolve(3), signal, interrupted), 3);
  await assert.rejects(unlessAborted(Promise.reject(new Error("failed")), signal, interrupted), /failed/);
});

test("an abort ends the wait at once, before it began or in between", async () => {
  const never = new Promise<never>(() => {});
  await assert.rejects(unlessAborted(never, AbortSignal.abort(), interrupted), { code: "interrupted", exitCode: 130 });
  const controller = new AbortController();
  const waiting = unlessAborted(never, controller.signal, interrupted);
  controller.abort();
  await assert.rejects(waiting, { code: "interrupted" });
  await untilAborted(controller.signal);
});

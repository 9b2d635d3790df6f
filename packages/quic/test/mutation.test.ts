import assert from "node:assert/strict";
import { test } from "node:test";
import { mutateDatagrams } from "./mutation.ts";

test("mutated datagrams do nothing to a connection whose packets are authenticated", () => {
  const { datagrams } = mutateDatagrams({ seed: 1, datagrams: 20_000, authenticated: true });
  assert.ok(datagrams >= 20_000);
});

test("mutated frames end a connection with a typed error, or do what they say, and never throw", () => {
  const { closedByError, connections } = mutateDatagrams({ seed: 1000, datagrams: 20_000, authenticated: false });
  assert.ok(closedByError > 10, `${closedByError} of ${connections}`);
});

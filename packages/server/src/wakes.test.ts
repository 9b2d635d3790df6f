import assert from "node:assert/strict";
import { test } from "node:test";
import { type Connection, memoryPair } from "@quicprochat/connection";
import { receivePushes } from "@quicprochat/rpc";
import { bytes } from "../test/store-conformance/samples.ts";
import { Wakes } from "./wakes.ts";

/** Resolves with the number of the next push. */
const nextPush = (client: Connection): Promise<number> =>
  new Promise((resolve) => void receivePushes(client, ({ number }) => resolve(number)));

test("nothing is kept of a connection that has ended, nor of a mailbox that was closed on it", () => {
  const wakes = new Wakes();
  const [, one] = memoryPair();
  const [, other] = memoryPair();
  const addresses = Array.from({ length: 5 }, () => bytes(32));
  for (const address of addresses) for (const server of [one, other, one]) wakes.subscribeMailbox(address, server);
  assert.equal(wakes.size, 10);
  for (const address of addresses) wakes.unsubscribe(address, one);
  assert.equal(wakes.size, 5);
  wakes.forget(other);
  assert.equal(wakes.size, 0);
});

test("a door that moves wakes whoever waited at its old address", async () => {
  const wakes = new Wakes();
  const [client, server] = memoryPair();
  const [before, after] = [bytes(32), bytes(32)];
  wakes.subscribeDoor(before, server);
  wakes.move(before, after);
  const pushed = nextPush(client);
  wakes.notify(after);
  assert.equal(await pushed, 251);
  wakes.forget(server);
  assert.equal(wakes.size, 0);
});

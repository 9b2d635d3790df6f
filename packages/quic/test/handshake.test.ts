import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionEvent, QuicConnection } from "../src/index.ts";
import { Pair } from "./pair.ts";

function drain(connection: QuicConnection): ConnectionEvent[] {
  const events: ConnectionEvent[] = [];
  for (let event = connection.nextEvent(); event !== undefined; event = connection.nextEvent()) events.push(event);
  return events;
}

const kinds = (events: readonly ConnectionEvent[]): string[] => events.map(({ kind }) => kind);

test("a handshake completes on both sides over a perfect link, with a ClientHello of two datagrams", () => {
  const pair = new Pair();
  let accepted: QuicConnection | undefined;
  const seen: string[] = [];
  const done = pair.network.run(() => {
    accepted ??= pair.server.nextAccepted();
    seen.push(...kinds(drain(pair.connection)));
    return seen.includes("confirmed");
  }, 1000);
  assert.equal(done, true);
  assert.ok(seen.includes("connected"));
  assert.ok(accepted !== undefined);
  assert.ok(kinds(drain(accepted)).includes("connected"));
  // Two round trips of 20 ms: the client's second flight and HANDSHAKE_DONE.
  assert.ok(pair.network.now <= 45, `took ${pair.network.now} ms`);
});

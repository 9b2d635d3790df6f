/** A client whose address changes under way, as behind a NAT: RFC 9000 section 9. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ask, echoStreams, Loopback } from "./loopback.ts";
import { Relay } from "./relay.ts";

test("a NAT that forgets its binding goes unnoticed, between requests and in the middle of one", async () => {
  await using server = await Loopback.start();
  await using relay = await Relay.start(server.port);
  const { client, accepted } = await server.connect({ port: relay.port });
  void echoStreams(accepted);
  for (let round = 0; round < 12; round++) {
    await relay.rebind();
    const bytes = randomBytes(3_000);
    assert.deepEqual(await ask(client, bytes), bytes);
  }
  const large = randomBytes(2_000_000);
  let seen = 0;
  const rebindings: Promise<void>[] = [];
  relay.forward = (datagram) => {
    seen++;
    if (seen === 100 || seen === 1_000) rebindings.push(relay.rebind());
    return [datagram];
  };
  assert.equal(Buffer.compare(await ask(client, large), large), 0);
  await Promise.all(rebindings);
  assert.equal(rebindings.length, 2);
  client.close(0, "");
  assert.equal((await accepted.closed).by, "peer");
});

test("a client that only waits hears of what comes after its NAT forgot it, by its sign of life", async () => {
  await using server = await Loopback.start();
  await using relay = await Relay.start(server.port);
  const { client, accepted } = await server.connect({ port: relay.port, idleTimeoutMs: 600 });
  await relay.rebind();
  const waiting = client.accept();
  const stream = await accepted.open({ unidirectional: true });
  await stream.write(Uint8Array.of(7));
  const pushed = await waiting;
  assert.deepEqual(await pushed?.read(), Uint8Array.of(7));
});

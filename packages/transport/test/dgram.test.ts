import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { connectClient } from "../src/quic/connect.ts";
import { ask, echoStreams, portOf } from "./loopback.ts";
import { plainServer } from "./plain-server.ts";
import { testCertificate } from "./test-certificate.ts";

test("a server on node:dgram serves like any other", async () => {
  await using server = await plainServer({ ...testCertificate(), engine: "dgram" });
  const peer = { host: "127.0.0.1", port: portOf(server.address) };
  const dialling = connectClient({ peer, idleTimeoutMs: 5_000, signal: AbortSignal.timeout(20_000) });
  const [client, accepted] = await Promise.all([dialling, server.accept()]);
  assert.ok(accepted !== null);
  void echoStreams(accepted);
  const messages = Array.from({ length: 100 }, (_, at) => randomBytes(1 + at * 37));
  assert.deepEqual(await Promise.all(messages.map((message) => ask(client, message))), messages);
  const large = randomBytes(3_000_000);
  assert.equal(Buffer.compare(await ask(client, large), large), 0);
  client.close(3, "enough");
  assert.deepEqual(await accepted.closed, { kind: "application", by: "peer", code: 3, reason: "enough" });
});

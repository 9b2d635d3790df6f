import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";
import { connectQuicAsync, createQuicServer, type QuicServerSession, type QuicStream } from "@currentspace/http3";
import { connectClient } from "../src/quic/connect.ts";
import { ask, echoStreams, portOf } from "./loopback.ts";
import { plainServer } from "./plain-server.ts";
import { testCertificate } from "./test-certificate.ts";

/** quiche's BoringSSL lacks our group, so that these tests speak a classical one. */
const groups = "X25519";

/** Not by `pipe`: now and then such a stream of theirs stands still for ever, with windows open on both sides. */
function echo(stream: QuicStream): void {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  stream.on("end", () => stream.end(Buffer.concat(chunks)));
}

async function readAll(stream: QuicStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  await once(stream, "end");
  return Buffer.concat(chunks);
}

for (const retry of ["when-busy", "always"] as const) {
  test(`quiche's client talks to our server; Retry ${retry}`, async () => {
    await using server = await plainServer({ ...testCertificate(), groups, retry });
    const options = { rejectUnauthorized: false, alpn: ["qpc"] };
    const [session, connection] = await Promise.all([
      connectQuicAsync(`127.0.0.1:${portOf(server.address)}`, options),
      server.accept(),
    ]);
    assert.ok(connection !== null);
    assert.equal(connection.keyExchange.toUpperCase(), groups);
    void echoStreams(connection);
    const sizes = [1, 100, 10_000, 500_000, 2_000_000];
    for (const size of sizes) {
      const bytes = randomBytes(size);
      const stream = session.openStream();
      const answer = readAll(stream);
      stream.end(bytes);
      assert.equal(Buffer.compare(await answer, bytes), 0);
    }
    await session.close(7, "done");
    const { kind, by, code } = await connection.closed;
    assert.deepEqual({ kind, by, code }, { kind: "application", by: "peer", code: 7 });
  });
}

test("our client talks to quiche's server", async () => {
  const { certificate, certificatePem, privateKeyPem } = testCertificate();
  const server = createQuicServer({ key: privateKeyPem, cert: certificatePem, alpn: ["qpc"] });
  server.on("session", (session: QuicServerSession) => {
    session.on("stream", echo);
  });
  const { port } = await server.listen(0, "127.0.0.1");
  const peer = { host: "127.0.0.1", port };
  const signal = AbortSignal.timeout(20_000);
  const connection = await connectClient({ peer, idleTimeoutMs: 5_000, signal, groups });
  assert.deepEqual(connection.peerCertificate, certificate);
  const messages = Array.from({ length: 200 }, (_, at) => randomBytes(1 + at * 7));
  assert.deepEqual(await Promise.all(messages.map((message) => ask(connection, message))), messages);
  const large = randomBytes(3_000_000);
  assert.equal(Buffer.compare(await ask(connection, large), large), 0);
  connection.close(9, "good bye");
  await connection.closed;
  await server.close();
});

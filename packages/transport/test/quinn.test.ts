import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { needsProgram } from "../../../scripts/needs.ts";
import { connectClient } from "../src/quic/connect.ts";
import { ask, echoStreams, portOf } from "./loopback.ts";
import { plainServer } from "./plain-server.ts";
import { testCertificate } from "./test-certificate.ts";

const deno = fileURLToPath(new URL("../../../node_modules/.bin/deno", import.meta.url));
const skip = needsProgram(deno);

function startPeer(...args: readonly string[]): { child: ChildProcess; lines: AsyncIterator<string> } {
  const script = fileURLToPath(new URL("quinn-peer.mjs", import.meta.url));
  const flags = ["--quiet", "--no-config", "--unstable-net", "--allow-net", "--unsafely-ignore-certificate-errors"];
  const child = spawn(deno, ["run", ...flags, script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  assert.ok(child.stdout !== null);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function said(lines: AsyncIterator<string>): Promise<unknown> {
  const { value } = await lines.next();
  return JSON.parse(String(value));
}

for (const retry of ["when-busy", "always"] as const) {
  test(`quinn's client talks to our server, by our group; Retry ${retry}`, { skip }, async () => {
    await using server = await plainServer({ ...testCertificate(), retry });
    const { child, lines } = startPeer("dial", String(portOf(server.address)));
    const connection = await server.accept();
    assert.ok(connection !== null);
    assert.equal(connection.keyExchange, "X25519MLKEM768");
    void echoStreams(connection);
    assert.deepEqual(await said(lines), { many: true, large: true });
    assert.deepEqual(await connection.closed, { kind: "application", by: "peer", code: 7, reason: "done" });
    child.kill();
    await once(child, "exit");
  });
}

test("our client talks to quinn's server, by our group", { skip }, async () => {
  const { certificate, certificatePem, privateKeyPem } = testCertificate();
  const { child, lines } = startPeer("serve", certificatePem, privateKeyPem);
  const first = await said(lines);
  assert.ok(typeof first === "object" && first !== null && "port" in first && typeof first.port === "number");
  const peer = { host: "127.0.0.1", port: first.port };
  const connection = await connectClient({ peer, idleTimeoutMs: 5_000, signal: AbortSignal.timeout(20_000) });
  assert.equal(connection.keyExchange, "X25519MLKEM768");
  assert.deepEqual(connection.peerCertificate, certificate);
  const messages = Array.from({ length: 300 }, (_, at) => randomBytes(1 + at * 7));
  assert.deepEqual(await Promise.all(messages.map((message) => ask(connection, message))), messages);
  const large = randomBytes(3_000_000);
  assert.equal(Buffer.compare(await ask(connection, large), large), 0);
  connection.close(9, "good bye");
  await connection.closed;
  assert.deepEqual(await said(lines), { closed: { closeCode: 9, reason: "good bye" } });
  child.kill();
  await once(child, "exit");
});

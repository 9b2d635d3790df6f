import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { StreamError } from "@quicprochat/connection";
import { dial } from "../src/quic/dial.ts";
import { listen } from "../src/quic/listen.ts";
import { ask, echoStreams, Loopback, newIdentity, portOf } from "./loopback.ts";

const hello = Buffer.from("hello");

test("a server that has stopped accepts nobody and serves on whom it has", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  void echoStreams(accepted);
  const waiting = server.listener.accept();
  server.listener.stop();
  assert.equal(await waiting, null);
  await assert.rejects(server.dial({ deadlineMs: 400 }), { code: "unreachable" });
  assert.deepEqual(await ask(client, hello), hello);
});

test("closing a server tells all its connections the code, and frees the port", async () => {
  const server = await Loopback.start();
  const pairs = await Promise.all(Array.from({ length: 10 }, () => server.connect()));
  const closing = server.listener.close(4, "the server is stopping");
  for (const { client } of pairs) {
    assert.deepEqual(await client.closed, {
      kind: "application",
      by: "peer",
      code: 4,
      reason: "the server is stopping",
    });
  }
  await closing;
  await server.listener.close(0, "");
  assert.equal(await server.listener.accept(), null);
  await using again = await Loopback.start({ port: server.port });
  assert.equal(again.port, server.port);
});

test("a port that is taken, and an address of somebody else, are said to be", async () => {
  await using server = await Loopback.start();
  const identity = newIdentity();
  const taken = listen({ host: "127.0.0.1", port: server.port, identity });
  await assert.rejects(taken, { code: "port_taken", message: /another program/ });
  await assert.rejects(listen({ host: "192.0.2.1", port: 0, identity }), { code: "address_unavailable" });
});

test("IPv6 works, with addresses in brackets", async () => {
  await using server = await Loopback.start({ host: "::1" });
  assert.match(server.listener.address, /^\[::1\]:\d+$/);
  const { client, accepted } = await server.connect();
  assert.match(accepted.remoteAddress, /^\[::1\]:\d+$/);
  void echoStreams(accepted);
  assert.deepEqual(await ask(client, hello), hello);
});

test("a server that listens on :: is reached by IPv4 too", async () => {
  await using server = await Loopback.start({ host: "::" });
  const { client, accepted } = await server.connect({ host: "127.0.0.1" });
  assert.match(accepted.remoteAddress, /^127\.0\.0\.1:\d+$/);
  void echoStreams(accepted);
  assert.deepEqual(await ask(client, hello), hello);
});

test("a name leads to whichever of its addresses answers", async () => {
  await using server = await Loopback.start({ host: "127.0.0.1" });
  await server.connect({ host: "localhost" });
});

test("nobody there, an unknown name and a server that is gone are unreachable", async () => {
  const server = await Loopback.start();
  await server.listener.close(0, "");
  await assert.rejects(server.dial(), { code: "unreachable", message: /firewall/ });
  await assert.rejects(server.dial({ host: "no-such-host.invalid" }), { code: "unreachable", message: /spelling/ });
});

test("a dial that is given up is cancelled, before and during the handshake", async () => {
  await using server = await Loopback.start();
  await assert.rejects(server.dial({ signal: AbortSignal.abort() }), { code: "cancelled" });
  const giving = new AbortController();
  const dialling = server.dial({ signal: giving.signal });
  setImmediate(() => giving.abort());
  await assert.rejects(dialling, { code: "cancelled" });
});

test("a client learns at its next packet that the server's process is gone", async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("short-life.ts", import.meta.url)), "serve"]);
  const [line]: Buffer[] = await once(child.stdout, "data");
  const { connection } = await dial({ host: "127.0.0.1", port: portOf(String(line).trim()), pin: null });
  child.kill("SIGKILL");
  await once(child, "exit");
  // It may have sent an acknowledgement meanwhile, and know already.
  await assert.rejects(ask(connection, hello), StreamError);
  const { kind, by } = await connection.closed;
  assert.deepEqual({ kind, by }, { kind: "transport", by: "peer" });
});

test("a process ends by itself once its connections and its server are closed", async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("short-life.ts", import.meta.url))]);
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
});

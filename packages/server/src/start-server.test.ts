import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { toHex } from "@quicprochat/bytes";
import type { Connection } from "@quicprochat/connection";
import { type ConnectionClass, connectionClasses, methods } from "@quicprochat/protocol";
import { call, closeCodes } from "@quicprochat/rpc";
import { dial, parseInvite } from "@quicprochat/transport";
import { attach, openMailbox } from "../test/person.ts";
import { Scratch } from "../test/scratch.ts";
import { bytes } from "../test/store-conformance/samples.ts";
import { controlClient, type RunningServer, readInvite, startServer } from "./index.ts";

type Started = Pick<RunningServer, "address" | "invite">;

const program = fileURLToPath(new URL("../test/server-process.ts", import.meta.url));

const start = (dataDir: string, port = 0): Promise<RunningServer> =>
  startServer({ host: "127.0.0.1", port, dataDir, registration: "invite", advertisedHost: "localhost" });

async function dialInvite({ address, invite }: Started): Promise<{ connection: Connection; serverId: Uint8Array }> {
  const { serverId } = parseInvite(invite);
  assert.ok(serverId !== null);
  const [host = "", port = ""] = address.split(":");
  const { connection } = await dial({ host, port: Number(port), pin: { serverId, counterSeen: 0 } });
  return { connection, serverId };
}

test("a server answers over QUIC, is the same after a restart, and says when it stops", async () => {
  using scratch = new Scratch();
  const path = scratch.file("data");
  const ids: Uint8Array[] = [];
  for (let round = 0; round < 2; round++) {
    const server = await start(path);
    const invite = parseInvite(server.invite);
    assert.deepEqual([invite.host, invite.registrationSecret?.length], ["localhost", 16]);
    assert.equal(await readInvite(path), server.invite);
    assert.equal((await controlClient(path).status())?.address, server.address);
    const { connection, serverId } = await dialInvite(server);
    ids.push(serverId);
    const hello = await call(connection, methods.hello, { version: 1, class: connectionClasses.account });
    assert.equal(hello.registrationSecretRequired, true);
    await server.stop();
    const { kind, code } = await connection.closed;
    assert.deepEqual([kind, code], ["application", closeCodes.draining]);
  }
  assert.deepEqual(ids[0], ids[1]);
});

test("an identity that is lost is not replaced without a word, and a newer one is left alone", async () => {
  using scratch = new Scratch();
  const path = scratch.file("data");
  await (await start(path)).stop();
  const file = `${path}/identity`;
  const identity = readFileSync(file);
  rmSync(file);
  await assert.rejects(start(path), {
    code: "data_damaged",
    message: /identity is missing.*backup.*refuses this server/,
  });
  const newer = Buffer.concat([Uint8Array.of(2), identity.subarray(1)]);
  writeFileSync(file, newer);
  await assert.rejects(start(path), { code: "data_newer", message: /identity was written by a newer version.*Update/ });
  assert.deepEqual(readFileSync(file), newer);
  writeFileSync(file, identity);
  await (await start(path)).stop();
});

test("the invite of a server on an IPv6 address leads to it", { skip: noIpv6() }, async () => {
  using scratch = new Scratch();
  const server = await startServer({ host: "::1", port: 0, dataDir: scratch.file("data"), registration: "open" });
  const { host, port } = parseInvite(server.invite);
  await server.stop();
  assert.equal(`[${host}]:${port}`, server.address);
});

function noIpv6(): string | false {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.some(({ address }) => address === "::1") ? false : "this machine has no IPv6";
}

test("a port that is taken is named, and the folder is free again", async () => {
  using scratch = new Scratch();
  const first = await start(scratch.file("one"));
  const port = Number(first.address.split(":")[1]);
  await assert.rejects(start(scratch.file("two"), port), { code: "port_taken", message: /port/ });
  await first.stop();
  await (await start(scratch.file("two"), port)).stop();
});

test("after kill -9 the folder is free, the server is the same, and every confirmed cell is there", async () => {
  using scratch = new Scratch();
  const path = scratch.file("data");
  const child = fork(program, [path]);
  const first = await new Promise<Started>((resolve) => child.once("message", (message: Started) => resolve(message)));
  const entrance = (server: Started) => ({
    connect: async (connectionClass: ConnectionClass) => {
      const { connection } = await dialInvite(server);
      await call(connection, methods.hello, { version: 1, class: connectionClasses[connectionClass] });
      return connection;
    },
  });
  const { address, reader } = await openMailbox(entrance(first));
  const send = await entrance(first).connect("send");
  const confirmed: string[] = [];
  const sendOne = async (): Promise<void> => {
    const body = bytes(1_024);
    await call(send, methods.enqueue, { items: [{ id: bytes(16), address }], body });
    if (confirmed.push(toHex(body)) === 10) child.kill("SIGKILL");
  };
  const sending = Promise.allSettled(Array.from({ length: 30 }, sendOne));
  await once(child, "exit");
  // Nobody will answer any more: the calls need not wait for their deadlines.
  send.close(closeCodes.done, "");
  await sending;
  assert.ok(confirmed.length >= 10);

  const second = await start(path);
  const receive = await entrance({ ...second, invite: first.invite }).connect("receive");
  await attach(receive, reader);
  const { cells } = await call(receive, methods.mailboxFetch, { address, cursor: 0n, limit: 64 });
  const kept = new Set(cells.map(({ body }) => toHex(body)));
  assert.deepEqual(new Set(confirmed).difference(kept), new Set());
  await second.stop();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "@quicprochat/connection";
import { connectionClasses, methods } from "@quicprochat/protocol";
import { call, closeCodes } from "@quicprochat/rpc";
import { dial, parseInvite } from "@quicprochat/transport";
import { Scratch } from "../test/scratch.ts";
import { controlClient, type RunningServer, readInvite, startServer } from "./index.ts";

const start = (dataDir: string, port = 0): Promise<RunningServer> =>
  startServer({ host: "127.0.0.1", port, dataDir, registration: "invite", advertisedHost: "localhost" });

async function dialInvite({
  address,
  invite,
}: RunningServer): Promise<{ connection: Connection; serverId: Uint8Array }> {
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

test("a port that is taken is named, and the folder is free again", async () => {
  using scratch = new Scratch();
  const first = await start(scratch.file("one"));
  const port = Number(first.address.split(":")[1]);
  await assert.rejects(start(scratch.file("two"), port), { code: "port_taken", message: /port/ });
  await first.stop();
  await (await start(scratch.file("two"), port)).stop();
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Connection } from "@quicprochat/connection";
import { connectClient } from "../src/quic/connect.ts";
import { WriteBudget } from "../src/quic/write-budget.ts";
import { acceptStream, portOf, readAll } from "./loopback.ts";
import { plainServer } from "./plain-server.ts";
import { testCertificate } from "./test-certificate.ts";

const KIB = 1024;

test("who waits for the process's budget is asked once when there is room, in turn", async () => {
  const budget = new WriteBudget({ bytesMax: 100, bytesFree: 10 });
  budget.change(100);
  assert.equal(budget.room(10), 0);
  assert.equal(budget.room(7), 3);
  const asked: string[] = [];
  const gone = (): unknown => asked.push("gone");
  for (const name of ["one", "two"]) budget.wait(() => asked.push(name));
  budget.wait(gone);
  budget.leave(gone);
  budget.change(-1);
  budget.change(-1);
  assert.deepEqual(asked, []);
  await setImmediate();
  assert.deepEqual(asked, ["one", "two"]);
  assert.equal(budget.held, 98);
});

test("connections whose peers do not read keep no more than the process may, and all arrives when they do", async () => {
  const budget = new WriteBudget({ bytesMax: 512 * KIB, bytesFree: 16 * KIB });
  await using server = await plainServer({ ...testCertificate(), budget });
  const pairs = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const peer = { host: "127.0.0.1", port: portOf(server.address) };
      return await connectClient({ peer, idleTimeoutMs: 5_000, signal: AbortSignal.timeout(20_000) });
    }),
  );
  const accepted: Connection[] = [];
  for (const _ of pairs) {
    const connection = await server.accept();
    assert.ok(connection !== null);
    accepted.push(connection);
  }
  const message = new Uint8Array(400 * KIB).fill(5);
  // A client's window for a stream takes 256 KiB of these; the rest is kept here.
  const writing = accepted.flatMap((connection) =>
    Array.from({ length: 4 }, async () => {
      const stream = await connection.open({ unidirectional: true });
      await stream.write(message);
      await stream.end();
    }),
  );
  let [highest, same] = [0, 0];
  for (let before = -1; same < 5; before = budget.held) {
    highest = Math.max(highest, budget.held);
    await setTimeout(20);
    same = budget.held === before ? same + 1 : 0;
  }
  assert.ok(highest >= 256 * KIB && highest <= (512 + 4 * 16) * KIB, `${highest} bytes were kept`);
  // All at once: a stream that nobody reads may keep what another one waits for.
  const received = pairs.map(async (client) => {
    const reading: Promise<Buffer>[] = [];
    while (reading.length < 4) reading.push(readAll(await acceptStream(client)));
    for (const { length } of await Promise.all(reading)) assert.equal(length, message.length);
  });
  await Promise.all([...writing, ...received]);
  for (const client of pairs) client.close(0, "");
  await Promise.all(accepted.map(({ closed }) => closed));
  assert.equal(budget.held, 0);
});

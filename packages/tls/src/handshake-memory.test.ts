import assert from "node:assert/strict";
import { test } from "node:test";
import { converse, note, twoEnds } from "../test/two-ends.ts";

const HANDSHAKES = 5_000;
const GROWTH_BYTES_MAX: number = 24 * 1024 * 1024;

test("memory stays flat over thousands of handshakes: completed, failed and abandoned", async () => {
  await handshakes(500);
  const before = process.memoryUsage().rss;
  await handshakes(HANDSHAKES);
  const grown = process.memoryUsage().rss - before;
  assert.ok(grown < GROWTH_BYTES_MAX, `${HANDSHAKES} handshakes left ${grown} bytes`);
});

async function handshakes(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const { client, server } = twoEnds(index % 10 === 0 ? { clientGroups: "X25519" } : {});
    if (index % 10 === 1) {
      note(client, client.handshake.start());
    } else {
      converse(client, server);
      assert.equal(client.complete, index % 10 !== 0);
    }
    // Those that are abandoned without this are left to the garbage collector.
    if (index % 10 > 2) {
      client.handshake.free();
      server.handshake.free();
    }
    if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

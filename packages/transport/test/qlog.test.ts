import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { ask, echoStreams, Loopback } from "./loopback.ts";

const WORD = "nobody may read this in a log";

test("QPC_QLOG=dir writes one file per connection for its owner alone, with packets and without their content", async () => {
  const folder = await mkdtemp(join(tmpdir(), "qpc-qlog-"));
  process.env["QPC_QLOG"] = folder;
  try {
    await using server = await Loopback.start();
    const { client, accepted } = await server.connect();
    void echoStreams(accepted);
    await ask(client, Buffer.from(WORD));
    client.close(0, "");
    await accepted.closed;
    await setTimeout(500);
    const names = (await readdir(folder)).toSorted();
    assert.equal(names.length, 2);
    for (const [at, role] of ["client", "server"].entries()) {
      const path = join(folder, names[at] ?? "");
      assert.match(path, new RegExp(`-${role}\\.sqlog$`));
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      const text = await readFile(path, "utf8");
      assert.equal(text.includes(WORD) || text.includes(Buffer.from(WORD).toString("hex")), false);
      for (const line of text.split("\x1e").slice(1)) assert.doesNotThrow(() => void JSON.parse(line));
      assert.ok(
        text.startsWith('\x1e{"qlog_format":"JSON-SEQ"') && text.includes(`"vantage_point":{"type":"${role}"}`),
      );
      for (const kind of ["transport:packet_sent", "transport:packet_received", "recovery:metrics_updated"])
        assert.ok(text.includes(`"name":"${kind}"`), kind);
    }
  } finally {
    delete process.env["QPC_QLOG"];
    await rm(folder, { recursive: true });
  }
});

test("a folder that cannot be written to costs the log, and not the connection", async () => {
  process.env["QPC_QLOG"] = "/dev/null/nowhere";
  try {
    await using server = await Loopback.start();
    const { client, accepted } = await server.connect();
    void echoStreams(accepted);
    assert.equal(String(await ask(client, Buffer.from("hello"))), "hello");
  } finally {
    delete process.env["QPC_QLOG"];
  }
});

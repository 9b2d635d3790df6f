import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryPair, type Stream } from "@quicprochat/connection";
import fc from "fast-check";
import { Incoming } from "./incoming.ts";

/** The reading end of a stream on which these chunks come, and then the end. */
async function streamOf(chunks: readonly Uint8Array[]): Promise<Stream> {
  const [client, server] = memoryPair({ streamBytes: Number.POSITIVE_INFINITY });
  const sending = await client.open();
  for (const chunk of chunks) await sending.write(chunk);
  await sending.end();
  const stream = await server.accept();
  assert.ok(stream !== null);
  return stream;
}

test("incoming bytes are the same however they were cut on the way", async () => {
  const cuts = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(cuts, fc.array(fc.nat(40), { maxLength: 10 }), async (chunks, counts) => {
      const incoming = new Incoming(await streamOf(chunks));
      const all = new Uint8Array(Buffer.concat(chunks));
      let at = 0;
      for (const count of counts) {
        const taking = incoming.take(count);
        if (at + count > all.length) return assert.rejects(taking, { name: "DecodeError", code: "truncated" });
        assert.deepEqual(await taking, all.slice(at, at + count));
        at += count;
      }
      const unreadBytes = all.length - at;
      if (unreadBytes > 0) await assert.rejects(incoming.end(unreadBytes - 1), { code: "trailing-bytes" });
      else await incoming.end();
    }),
  );
});

test("megabytes arrive whole in odd pieces", async () => {
  const all = new Uint8Array(3_000_001).map((_, index) => index % 251);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < all.length; at += 77_777) chunks.push(all.subarray(at, at + 77_777));
  const incoming = new Incoming(await streamOf(chunks));
  const [head, body] = [await incoming.take(10), await incoming.take(all.length - 11)];
  assert.ok(Buffer.concat([head, body]).equals(all.subarray(0, all.length - 1)));
  await incoming.end(1);
});

/** One of the processes of the latency bench: the server, the receiver of messages, or a bare echo over QUIC. */

import type { Connection, Stream } from "@quicprochat/connection";
import { systemRandom } from "@quicprochat/crypto";
import { createServerIdentity, encodeInvite, listen, serverIdOf } from "@quicprochat/transport";
import { Hosted } from "./hosted.ts";
import { registered } from "./latency-person.ts";

const [role, ...args] = process.argv.slice(2);
process.once("disconnect", () => process.exit(0));

if (role === "server") await serve();
else if (role === "receiver") await receive(args);
else await echo();

async function serve(): Promise<void> {
  const { invite } = await Hosted.start();
  process.send?.({ invite });
}

/** Tells the text of each message at the moment at which an app would show it. */
async function receive([folder = "", invite = ""]: readonly string[]): Promise<void> {
  const engine = await registered({ folder, invite, username: "bob" });
  engine.on((event) => {
    if (event.kind !== "message" || event.message.own) return;
    process.send?.({ text: event.message.text, at: Number(process.hrtime.bigint()) });
  });
  await engine.online({ timeoutMs: 30_000, signal: new AbortController().signal });
  process.send?.({ ready: true });
}

async function echo(): Promise<void> {
  const identity = createServerIdentity({ random: systemRandom });
  const listener = await listen({ host: "127.0.0.1", port: 0, identity });
  const port = Number(listener.address.split(":").at(-1));
  process.send?.({ invite: encodeInvite({ host: "127.0.0.1", port, serverId: serverIdOf(identity) }) });
  for (;;) {
    const connection = await listener.accept();
    if (connection === null) return;
    void echoStreams(connection);
  }
}

async function echoStreams(connection: Connection): Promise<void> {
  for (;;) {
    const stream = await connection.accept();
    if (stream === null) return;
    // The bench ends by closing the connection.
    echoBytes(stream).catch(() => {});
  }
}

async function echoBytes(stream: Stream): Promise<void> {
  for (;;) {
    const bytes = await stream.read();
    if (bytes === null) break;
    await stream.write(bytes);
  }
  await stream.end();
}

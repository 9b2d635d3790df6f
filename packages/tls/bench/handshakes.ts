/** What a full handshake costs each end: X25519MLKEM768, an Ed25519 certificate, no sockets. */
import type { TlsStep } from "@quicprochat/quic";
import { type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { clientContext, clientParameters, serverContext, serverParameters } from "../test/two-ends.ts";

const HANDSHAKES = 2_000;

export const bench: Trial = {
  name: "tls-handshakes",
  describe: "full TLS handshakes for QUIC a second, by the time that each end takes",
  async run() {
    measure(200);
    const { client, server } = measure(HANDSHAKES);
    const rate = (name: string, ms: number): Figure => ({ name, value: (HANDSHAKES / ms) * 1_000, unit: "/s" });
    const figures = [rate("server's end", server), rate("client's end", client), rate("both ends", client + server)];
    return { name: "tls-handshakes", figures, machine: thisMachine() };
  },
};

/** Milliseconds that each end worked. */
function measure(count: number): { client: number; server: number } {
  using clients = clientContext();
  using servers = serverContext();
  const begin = { client: clients.handshakes("localhost"), server: servers.handshakes() };
  const spent = { client: 0, server: 0 };
  const timed = <Result>(end: "client" | "server", work: () => Result): Result => {
    const started = performance.now();
    const result = work();
    spent[end] += performance.now() - started;
    return result;
  };
  for (let index = 0; index < count; index++) {
    const client = timed("client", () => begin.client(clientParameters));
    const server = timed("server", () => begin.server(serverParameters));
    let step: TlsStep = timed("client", () => client.start());
    for (const { level, bytes } of step.outgoing) step = timed("server", () => server.receive(level, bytes));
    let last: TlsStep = step;
    for (const { level, bytes } of step.outgoing) last = timed("client", () => client.receive(level, bytes));
    for (const { level, bytes } of last.outgoing) step = timed("server", () => server.receive(level, bytes));
    if (!step.complete || !last.complete) throw new Error("a handshake did not complete");
    timed("client", () => client.free());
    timed("server", () => server.free());
  }
  return spent;
}

/** What a packet costs on its way out, and out and in, over the loopback: batched system calls beside `node:dgram`. */
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { bind, type UdpSocket } from "../src/index.ts";

const PACKET_BYTES = 1_350;
const SEGMENTS = 40;
const COMMITS = 5;
const BURST: number = SEGMENTS * COMMITS;
const ROUND_MS = 1_500;
/** Turns of the event loop without a packet, after which a burst is over. */
const QUIET_TURNS = 20;

export const bench: Trial = {
  name: "udp-packets",
  describe: `packets of ${PACKET_BYTES} bytes a second over the loopback, both ends in one process`,
  async run() {
    const ours = await rates("best");
    const theirs = await rates("dgram");
    const common = { unit: "packets/s", peer: "node:dgram" };
    const figures: Figure[] = [
      besidePeer({ name: "sent, by the sender's time alone", value: ours.sent, peerValue: theirs.sent, ...common }),
      besidePeer({ name: "sent and received", value: ours.received, peerValue: theirs.received, ...common }),
    ];
    return { name: "udp-packets", figures, machine: thisMachine() };
  },
};

async function rates(engine: "best" | "dgram"): Promise<{ sent: number; received: number }> {
  let received = 0;
  const where = { host: "127.0.0.1", port: 0, engine };
  await using receiver = await bind(where, { onReceive: (batch) => (received += batch.length) });
  await using sender = await bind(where, { onReceive: () => {} });
  let sendingMs = 0;
  let sent = 0;
  const started = performance.now();
  while (performance.now() - started < ROUND_MS) {
    const before = performance.now();
    sent += sendBurst(sender, receiver.address);
    sendingMs += performance.now() - before;
    for (let quiet = 0, seen = received; received < sent && quiet < QUIET_TURNS; quiet++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (received !== seen) quiet = 0;
      seen = received;
    }
  }
  return { sent: (sent / sendingMs) * 1_000, received: (received / (performance.now() - started)) * 1_000 };
}

function sendBurst(socket: UdpSocket, to: string): number {
  let sent = 0;
  while (sent < BURST && socket.reserve() !== undefined) {
    socket.commit(PACKET_BYTES * SEGMENTS, { to, segmentBytes: PACKET_BYTES, ecn: 0 });
    sent += SEGMENTS;
  }
  socket.flush();
  return sent;
}

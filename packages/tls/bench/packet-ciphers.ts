/** Packet protection through foreign functions beside `node:crypto`: seal and open, header mask included. */
import { type CipherProvider, CipherSuite, type CipherSuiteId, nodeCipherProvider, Version } from "@quicprochat/quic";
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { openSslCipherProvider } from "../src/index.ts";

const PACKET_BYTES = 1_350;
const HEADER_BYTES = 11;
const TAG_BYTES = 16;
const TAG_AT: number = PACKET_BYTES - TAG_BYTES;
const SLOTS = 64;
const ROUNDS = 3_000;

export const bench: Trial = {
  name: "packet-ciphers",
  describe: `packets of ${PACKET_BYTES} bytes sealed and opened a second, in place, with their header masks`,
  async run() {
    const figures: Figure[] = [];
    for (const [name, suite] of Object.entries(CipherSuite)) {
      const ours = rates(openSslCipherProvider, suite);
      const theirs = rates(nodeCipherProvider, suite);
      const common = { unit: "packets/s", peer: "node:crypto" };
      figures.push(besidePeer({ name: `${name} seal`, value: ours.seal, peerValue: theirs.seal, ...common }));
      figures.push(besidePeer({ name: `${name} open`, value: ours.open, peerValue: theirs.open, ...common }));
    }
    return { name: "packet-ciphers", figures, machine: thisMachine() };
  },
};

function rates(provider: CipherProvider, suite: CipherSuiteId): { seal: number; open: number } {
  const secret = new Uint8Array(suite === CipherSuite.aes256GcmSha384 ? 48 : 32).fill(7);
  const protector = (direction: "read" | "write") =>
    provider.packetProtector({ suite, secret, direction, version: Version.one });
  const sealer = protector("write");
  const opener = protector("read");
  const mask = new Uint8Array(5);
  const buffer = new Uint8Array(SLOTS * PACKET_BYTES);
  const slots = Array.from({ length: SLOTS }, (_, index) => index * PACKET_BYTES);
  const sealAll = (): void => {
    for (const at of slots) {
      sealer.seal(at, buffer, at, at + HEADER_BYTES, at + TAG_AT);
      sealer.headerMask(buffer, at + HEADER_BYTES, mask);
    }
  };
  const seal = packetsPerSecond(() => {}, sealAll);
  const sealed = new Uint8Array(buffer.length);
  sealAll();
  sealed.set(buffer);
  const open = packetsPerSecond(
    () => buffer.set(sealed),
    () => {
      for (const at of slots) {
        opener.headerMask(buffer, at + HEADER_BYTES, mask);
        if (!opener.open(at, buffer, at, at + HEADER_BYTES, at + TAG_AT)) throw new Error("a packet did not open");
      }
    },
  );
  sealer.free();
  opener.free();
  return { seal, open };
}

/** The best of many short rounds: whatever else the machine does takes from all the others. `prepare` is not counted. */
function packetsPerSecond(prepare: () => void, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    prepare();
    const started = performance.now();
    run();
    best = Math.min(best, performance.now() - started);
  }
  return (SLOTS / best) * 1_000;
}

/** What the transport alone costs: packets handed from one endpoint to the other in memory, with ciphers that do nothing. */
import { type Trial, thisMachine } from "../../../scripts/trial.ts";
import {
  type CipherProvider,
  Endpoint,
  nodeCipherProvider,
  type PathAddress,
  type QuicConnection,
} from "../src/index.ts";
import { nullCipherProvider } from "../test/null-ciphers.ts";
import { scriptedTls } from "../test/scripted-handshake.ts";
import { SeededRandom } from "../test/seeded-random.ts";

const BULK_BYTES = 100_000_000;
const HANDSHAKES = 500;
const clientAddress: PathAddress = { local: "", remote: "192.0.2.1:1" };
const serverAddress: PathAddress = { local: "", remote: "192.0.2.2:2" };

export const bench: Trial = {
  name: "quic-packets",
  describe: "packets and handshakes in a second of processor time, both ends together, without sockets and TLS",
  async run({ log }) {
    const bare = new World(nullCipherProvider).bulk(BULK_BYTES);
    log("bare done");
    const sealed = new World(nodeCipherProvider).bulk(BULK_BYTES / 5);
    log("sealed done");
    const handshakes = new World(nullCipherProvider).handshakes(HANDSHAKES);
    const figures = [
      { name: "packets, no cipher", value: Math.round(bare), unit: "packets/s of CPU" },
      { name: "packets, node:crypto", value: Math.round(sealed), unit: "packets/s of CPU" },
      { name: "handshakes, no TLS", value: Math.round(handshakes), unit: "handshakes/s of CPU" },
    ];
    return { name: "quic-packets", figures, machine: thisMachine() };
  },
};

class World {
  readonly #random = new SeededRandom(1);
  readonly #buffer = new Uint8Array(65_536);
  readonly #startedAt = performance.now();
  readonly #client: Endpoint;
  readonly #server: Endpoint;
  #packets = 0;

  constructor(ciphers: CipherProvider) {
    const random = (length: number): Uint8Array => this.#random.bytes(length);
    const common = { random, resetKey: random(32), config: { ciphers } };
    const tls = scriptedTls({ role: "server", seed: random(32) });
    this.#client = new Endpoint(common);
    this.#server = new Endpoint({ ...common, server: { tls, tokenKey: random(16), retry: "when-busy" } });
  }

  /** Packets in a second of processor time while `bytes` go from client to server. */
  bulk(bytes: number): number {
    const connection = this.#connect();
    this.#settle();
    const accepted = this.#server.nextAccepted();
    const stream = connection.openStream({ unidirectional: true });
    if (stream === undefined || accepted === undefined) throw new Error("no stream");
    const chunk = new Uint8Array(32_768).fill(7);
    let sent = 0;
    let received = 0;
    this.#packets = 0;
    const from = process.cpuUsage();
    while (received < bytes) {
      for (let taken = chunk.length; sent < bytes && taken === chunk.length; sent += taken) {
        taken = connection.write(stream, chunk) ?? 0;
      }
      this.#step();
      for (let result = accepted.read(stream); result.kind === "data"; result = accepted.read(stream)) {
        received += result.bytes.length;
      }
    }
    return this.#packets / secondsSince(from);
  }

  handshakes(count: number): number {
    const from = process.cpuUsage();
    for (let index = 0; index < count; index++) {
      const connection = this.#connect();
      this.#settle();
      connection.close(this.#now, 0, "");
      this.#settle();
    }
    return count / secondsSince(from);
  }

  get #now(): number {
    return performance.now() - this.#startedAt;
  }

  #connect(): QuicConnection {
    const tls = scriptedTls({ role: "client", seed: this.#random.bytes(32) });
    return this.#client.connect(this.#now, { address: serverAddress, tls });
  }

  #settle(): void {
    while (this.#step());
  }

  #step(): boolean {
    for (const endpoint of [this.#client, this.#server]) {
      if (endpoint.deadline <= this.#now) endpoint.onDeadline(this.#now);
    }
    const up = this.#pump(this.#client, this.#server, clientAddress);
    return this.#pump(this.#server, this.#client, serverAddress) || up;
  }

  #pump(from: Endpoint, to: Endpoint, address: PathAddress): boolean {
    let any = false;
    for (;;) {
      const transmit = from.transmit(this.#now, this.#buffer);
      if (transmit === undefined) return any;
      any = true;
      for (let at = 0; at < transmit.length; at += transmit.segmentBytes) {
        const end = Math.min(transmit.length, at + transmit.segmentBytes);
        to.receive(this.#now, this.#buffer.subarray(at, end), { address });
        this.#packets++;
      }
    }
  }
}

function secondsSince(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e6;
}

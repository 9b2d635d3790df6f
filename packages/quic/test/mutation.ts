/** Datagrams of running connections, mutated in every way that a hostile network or peer could, into both roles. */
import assert from "node:assert/strict";
import { nodeCipherProvider } from "../src/index.ts";
import { nullCipherProvider } from "./null-ciphers.ts";
import { Pair } from "./pair.ts";
import { SeededRandom } from "./seeded-random.ts";
import { applications } from "./transfer.ts";

export type MutationResult = {
  readonly datagrams: number;
  readonly connections: number;
  readonly closedByError: number;
};

/** `authenticated`: real protection, so that nothing mutated opens; else mutations reach the frames. */
export type MutationOptions = { readonly seed: number; readonly datagrams: number; readonly authenticated: boolean };

/** First byte and connection id. */
const SHORT_HEADER_BYTES = 9;
const ADDRESS_TO_SERVER = { local: "192.0.2.1:443", remote: "198.51.100.7:5000" };

/** Throws when an endpoint throws, or when what nobody could forge did harm. */
export function mutateDatagrams({ seed, datagrams, authenticated }: MutationOptions): MutationResult {
  let done = 0;
  let connections = 0;
  let closedByError = 0;
  while (done < datagrams) {
    const run = new MutationRun(seed + connections, authenticated);
    done += run.run(Math.min(2000, datagrams - done));
    connections++;
    if (run.closedByError) closedByError++;
    assert.ok(
      !authenticated || !run.closedByError,
      `seed ${seed + connections - 1}: a forged packet ended a connection`,
    );
  }
  return { datagrams: done, connections, closedByError };
}

class MutationRun {
  readonly #pair: Pair;
  readonly #random: SeededRandom;
  readonly #seen: { readonly from: "client" | "server"; readonly bytes: Uint8Array }[] = [];
  readonly #authenticated: boolean;
  closedByError = false;

  constructor(seed: number, authenticated: boolean) {
    this.#authenticated = authenticated;
    this.#random = new SeededRandom(seed);
    const config = { ciphers: authenticated ? nodeCipherProvider : nullCipherProvider, keepAliveMs: 50 };
    this.#pair = new Pair({ seed, link: { loss: 0.02, jitterMs: 2 }, client: config, server: config });
    this.#pair.network.onSend = (from, bytes) => {
      if (this.#seen.length < 200) this.#seen.push({ from, bytes: bytes.slice() });
      else this.#seen[this.#random.between(0, 199)] = { from, bytes: bytes.slice() };
    };
  }

  /** Returns the mutated datagrams delivered, fewer when the connection ends. */
  run(datagrams: number): number {
    const { network } = this.#pair;
    const ends = applications(this.#pair);
    for (let stream = 0; stream < 8; stream++) ends.client.send(this.#random.between(0, 20_000), stream % 3 === 0);
    const { check } = network;
    let delivered = 0;
    // Every fourth connection is disturbed from the start; the others may reach frames that the handshake does not allow.
    const early = this.#authenticated || this.#random.chance(0.25);
    network.check = () => {
      const begun = early || (ends.client.connected && ends.server?.connected === true);
      for (let count = this.#random.between(0, 20); begun && count > 0 && delivered < datagrams; count--) {
        if (this.#inject()) delivered++;
      }
      this.#tolerate(check);
    };
    const isOver = (): boolean =>
      delivered >= datagrams || ends.client.closed !== undefined || ends.server?.closed !== undefined;
    network.run(isOver, 60_000);
    for (const closed of [ends.client.closed, ends.server?.closed]) {
      if (closed?.end.kind === "transport" && closed.end.by === "local") this.closedByError = true;
    }
    return Math.max(1, delivered);
  }

  /** Without authentication, bytes may be wrong and limits may lie; only the endpoints must hold. */
  #tolerate(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (this.#authenticated || !(error instanceof assert.AssertionError)) throw error;
      this.closedByError = true;
    }
  }

  #inject(): boolean {
    const seen = this.#seen[this.#random.between(0, Math.max(0, this.#seen.length - 1))];
    if (seen === undefined) return false;
    const bytes = this.#mutate(seen.bytes.slice());
    const { network } = this.#pair;
    const to = seen.from === "client" ? network.server : network.client;
    const address = to === network.server ? ADDRESS_TO_SERVER : network.clientAddress(1);
    if (to === network.server) network.counted.received += bytes.length;
    to.endpoint.receive(network.timeOf(to), bytes, { address });
    return true;
  }

  #mutate(bytes: Uint8Array): Uint8Array {
    const random = this.#random;
    switch (random.between(0, 7)) {
      case 0:
        return random.bytes(random.between(1, 1500));
      case 1:
        return bytes.subarray(0, random.between(1, bytes.length));
      case 2: {
        const other = this.#seen[random.between(0, this.#seen.length - 1)]?.bytes ?? bytes;
        const joined = new Uint8Array(bytes.length + other.length);
        joined.set(bytes);
        joined.set(other, random.between(0, bytes.length));
        return joined;
      }
      case 3:
        return bytes;
      default: {
        // Mostly the frames at the start of a short packet, behind its header.
        const start = random.chance(0.8) ? SHORT_HEADER_BYTES : random.between(0, bytes.length - 1);
        for (let count = random.between(1, 6); count > 0; count--) {
          const at = Math.min(bytes.length - 1, start + random.between(0, 40));
          bytes[at] = random.chance(0.5) ? random.u32() & 0xff : (bytes[at] ?? 0) ^ (1 << random.between(0, 7));
        }
        return bytes;
      }
    }
  }
}

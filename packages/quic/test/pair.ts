/** A client and a server endpoint over a simulated network, for tests. */
import { type CipherSuiteId, type ConnectionConfig, Endpoint, type QuicConnection } from "../src/index.ts";
import { type LinkOptions, Network, perfectLink } from "./network.ts";
import { type ScriptedOptions, scriptedTls } from "./scripted-handshake.ts";
import { SeededRandom } from "./seeded-random.ts";

export type PairOptions = {
  readonly seed?: number;
  readonly link?: Partial<LinkOptions>;
  readonly client?: Partial<ConnectionConfig>;
  readonly server?: Partial<ConnectionConfig>;
  readonly retry?: "always" | "when-busy";
  readonly suite?: CipherSuiteId;
  readonly clientTls?: Partial<ScriptedOptions>;
  readonly serverTls?: Partial<ScriptedOptions>;
  readonly qlog?: (line: string) => void;
};

export class Pair {
  readonly random: SeededRandom;
  readonly network: Network;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly connection: QuicConnection;
  readonly #options: PairOptions;

  constructor(options: PairOptions = {}) {
    this.#options = options;
    this.random = new SeededRandom(options.seed ?? 1);
    const random = (length: number): Uint8Array => this.random.bytes(length);
    const suite = options.suite === undefined ? {} : { suite: options.suite };
    const tls = scriptedTls({ role: "server", seed: random(32), ...suite, ...options.serverTls });
    const { qlog } = options;
    const common = { random, resetKey: random(32), ...(qlog === undefined ? {} : { qlog: () => qlog }) };
    this.client = new Endpoint({ ...common, config: options.client ?? {} });
    const server = { tls, tokenKey: random(16), retry: options.retry ?? "when-busy" };
    this.server = new Endpoint({ ...common, config: options.server ?? {}, server });
    const link = { ...perfectLink, ...options.link };
    this.network = new Network({ random: this.random, client: this.client, server: this.server, up: link, down: link });
    this.connection = this.connect();
  }

  connect(token?: Uint8Array): QuicConnection {
    const suite = this.#options.suite === undefined ? {} : { suite: this.#options.suite };
    const tls = scriptedTls({ role: "client", seed: this.random.bytes(32), ...suite, ...this.#options.clientTls });
    const address = this.network.clientAddress(1);
    const withToken = token === undefined ? {} : { token };
    return this.client.connect(this.network.now, { address, tls, ...withToken });
  }
}

/** A whole server inside a test: real store and files, connections in memory. */
import { randomBytes } from "node:crypto";
import { type Connection, MemoryListener } from "@quicprochat/connection";
import { generateSigningKeyPair, type SigningKeyPair, systemRandom } from "@quicprochat/crypto";
import { type ConnectionClass, connectionClasses, methods } from "@quicprochat/protocol";
import { call } from "@quicprochat/rpc";
import { DataFolder, type LogLine, type RunningServer, type RunOptions, runServer } from "../src/index.ts";
import { Scratch } from "./scratch.ts";

/** The cheapest that the library takes: tests log in often. */
export const cheapStretching = { version: 1, memoryKib: 64, passes: 1, parallelism: 1 };

export const generous = {
  callsPerSecondPerPrefix: 1e6,
  callsPerSecondPerConnection: 1e6,
  enqueuesPerSecondPerMailbox: 1e6,
  loginsPerMinutePerName: 1e6,
  registrationsPerMinutePerPrefix: 1e6,
  mailboxesPerMinutePerPrefix: 1e6,
  storedBytesPerMinutePerPrefix: 1e12,
};

export type HostOptions = Partial<Pick<RunOptions, "registration" | "limits" | "now" | "metricsAt">> & {
  readonly path?: string;
  readonly listener?: MemoryListener;
  /** The same server again, with its keys. */
  readonly like?: Hosted;
};

export class Hosted implements AsyncDisposable {
  readonly serverId: Uint8Array;
  readonly statementKey: SigningKeyPair;
  readonly registrationSecret: Uint8Array;
  readonly running: RunningServer;
  readonly log: readonly LogLine[];
  readonly #listener: MemoryListener;
  readonly #scratch: Scratch;

  private constructor(
    fields: Pick<Hosted, "serverId" | "statementKey" | "registrationSecret" | "running" | "log">,
    own: { listener: MemoryListener; scratch: Scratch },
  ) {
    this.serverId = fields.serverId;
    this.statementKey = fields.statementKey;
    this.registrationSecret = fields.registrationSecret;
    this.running = fields.running;
    this.log = fields.log;
    this.#listener = own.listener;
    this.#scratch = own.scratch;
  }

  static async start(options: HostOptions = {}): Promise<Hosted> {
    const scratch = new Scratch();
    const listener = options.listener ?? new MemoryListener();
    const keys = {
      serverId: options.like?.serverId ?? systemRandom(32),
      statementKey: options.like?.statementKey ?? generateSigningKeyPair(systemRandom),
    };
    const log: LogLine[] = [];
    let registrationSecret: Uint8Array = new Uint8Array(0);
    const running = await runServer({
      folder: new DataFolder(options.path ?? scratch.file("data")),
      openListener: async () => listener,
      keys,
      registration: options.registration ?? "invite",
      inviteOf: (address, secret) => {
        registrationSecret = secret ?? new Uint8Array(0);
        return `qpc://${address}`;
      },
      keyStretching: cheapStretching,
      limits: { ...generous, ...options.limits },
      log: (line) => log.push(line),
      ...(options.metricsAt === undefined ? {} : { metricsAt: options.metricsAt }),
      ...(options.now === undefined ? {} : { now: options.now }),
    });
    return new Hosted({ ...keys, registrationSecret, running, log }, { listener, scratch });
  }

  get folder(): string {
    return this.#scratch.file("data");
  }

  /** Each with an exporter of its own, as in TLS. */
  connectBare(): Connection {
    return this.#listener.connect({ exporterSecret: new Uint8Array(randomBytes(32)) });
  }

  async connect(connectionClass: ConnectionClass): Promise<Connection> {
    const connection = this.connectBare();
    await call(connection, methods.hello, { version: 1, class: connectionClasses[connectionClass] });
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running.stop();
    this.#scratch[Symbol.dispose]();
  }
}

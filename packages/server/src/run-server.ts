/** One server on an open folder and a listener: wires store, handlers, control socket and upkeep, and drains them. */

import { fromUtf8, toUtf8 } from "@quicprochat/bytes";
import type { Listener } from "@quicprochat/connection";
import { type SigningKeyPair, systemRandom } from "@quicprochat/crypto";
import { closeCodes } from "@quicprochat/rpc";
import packageJson from "../package.json" with { type: "json" };
import type { KeyStretching, Registration, ServerContext } from "./call-context.ts";
import { openControl } from "./control-server.ts";
import type { DataFolder } from "./data-folder.ts";
import type { Health } from "./health.ts";
import { inviteFile } from "./invite-file.ts";
import { limits as defaultLimits, type ServerLimits } from "./limits.ts";
import type { Log } from "./log-line.ts";
import { createOpaqueSetup, OpaqueServer, opaqueReady } from "./opaque-server.ts";
import { ratesOf } from "./rate-limit/rates.ts";
import { Reception } from "./reception.ts";
import { Sessions } from "./sessions.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import { StoreWatch } from "./store-watch.ts";
import { startUpkeep } from "./upkeep.ts";
import { Wakes } from "./wakes.ts";

/** RFC 9106 section 4, second recommendation: what a phone can do, too. */
const keyStretching: KeyStretching = { version: 1, memoryKib: 64 * 1024, passes: 3, parallelism: 4 };
/** The hybrid suite; others are refused. docs/protocol.md, "MLS". */
const cipherSuites: readonly number[] = [0x004d];
const REGISTRATION_SECRET_BYTES = 16;

export type RegistrationPolicy = "invite" | "open" | "closed";

/** What a test or an operator may set; all have defaults. */
export type RunSettings = {
  readonly limits?: Partial<ServerLimits>;
  readonly keyStretching?: KeyStretching;
  readonly cipherSuites?: readonly number[];
  readonly log?: Log;
  readonly now?: () => number;
};

export type RunOptions = RunSettings & {
  /** Owned from here on, like the listener: both are closed when this throws. */
  readonly folder: DataFolder;
  readonly openListener: () => Promise<Listener>;
  readonly keys: { readonly serverId: Uint8Array; readonly statementKey: SigningKeyPair };
  readonly registration: RegistrationPolicy;
  readonly inviteOf: (address: string, registrationSecret: Uint8Array | null) => string;
};

export type RunningServer = {
  /** `host:port` with the port that was given out. */
  readonly address: string;
  readonly invite: string;
  /** Resolves when it has stopped, for whatever reason. */
  readonly closed: Promise<void>;
  /** Takes no new connections, finishes the calls in flight, closes connections and files. */
  readonly stop: () => Promise<void>;
};

/** Throws `ServerError`. */
export async function runServer(options: RunOptions): Promise<RunningServer> {
  const { folder, registration, inviteOf, now = Date.now, log = () => {} } = options;
  const limits = { ...defaultLimits, ...options.limits };
  await using opened = new AsyncDisposableStack();
  opened.use(folder);
  const secret = folder.readOrCreate(
    "registration-secret",
    () => systemRandom(REGISTRATION_SECRET_BYTES),
    sixteenBytes,
  );
  const { server, reception } = await openContext(options, { opened, limits, secret, now, log });

  const listener = opened.use(await options.openListener());
  const { address } = listener;
  const invite = inviteOf(address, registration === "invite" ? secret : null);
  folder.write(inviteFile, toUtf8(`${invite}\n`));

  const ended = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopNow());
  const started = now();
  const status = () => healthOf({ server, reception, address, started });
  const control = await openControl(folder.path, { status, stop: () => stop() }, limits);
  const resources = opened.move();
  const accepting = reception.run(listener);

  async function stopNow(): Promise<void> {
    log({ time: now(), level: "info", event: "draining", connections: reception.connectionCount });
    listener.stop();
    await reception.drain(limits.drainMs);
    await listener.close(closeCodes.draining, "the server is stopping");
    await accepting;
    // Before the lock goes: the next server makes a socket of the same name.
    const controlClosed = control[Symbol.asyncDispose]();
    await resources.disposeAsync();
    log({ time: now(), level: "info", event: "stopped" });
    void controlClosed.then(ended.resolve, ended.resolve);
  }

  log({ time: now(), level: "info", event: "listening", address });
  return { address, invite, closed: ended.promise, stop: () => stop().then(() => ended.promise) };
}

type Opening = {
  readonly opened: AsyncDisposableStack;
  readonly limits: ServerLimits;
  readonly secret: Uint8Array;
  readonly now: () => number;
  readonly log: Log;
};

/** Everything that answers calls; `opened` owns what has to be closed. */
async function openContext(
  options: RunOptions,
  { opened, limits, secret, now, log }: Opening,
): Promise<{ server: ServerContext; reception: Reception }> {
  const { folder, keys, registration } = options;
  await opaqueReady;
  const makeSetup = (): Uint8Array => toUtf8(createOpaqueSetup());
  const opaque = folder.readOrCreate("opaque-setup", makeSetup, (bytes) => OpaqueServer.parse(fromUtf8(bytes)));
  const onEnd = (error: Error): void =>
    log({ time: now(), level: "error", event: "store_ended", name: error.name, message: error.message });
  const store = opened.use(await openSqliteStore({ path: folder.file("server.db"), limits, onEnd }));
  const server: ServerContext = {
    ...keys,
    store,
    opaque,
    registration: registrationOf(registration, secret),
    keyStretching: options.keyStretching ?? keyStretching,
    cipherSuites: options.cipherSuites ?? cipherSuites,
    limits,
    rates: ratesOf(limits),
    wakes: new Wakes(),
    sessions: new Sessions(),
    storeWatch: new StoreWatch(log),
    now,
    log,
  };
  opened.use(startUpkeep({ store, limits, now, log }));
  return { server, reception: new Reception(server) };
}

const registrationOf = (policy: RegistrationPolicy, secret: Uint8Array): Registration =>
  policy === "invite" ? { kind: "invite", secret } : { kind: policy };

function sixteenBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== REGISTRATION_SECRET_BYTES) throw new Error("the registration secret has another length");
  return bytes;
}

type Watched = {
  readonly server: ServerContext;
  readonly reception: Reception;
  readonly address: string;
  readonly started: number;
};

async function healthOf({ server, reception, address, started }: Watched): Promise<Health> {
  const { store, storeWatch, now } = server;
  return {
    address,
    version: packageJson.version,
    uptimeSeconds: Math.floor((now() - started) / 1_000),
    accounts: await store.accountCount(),
    connections: reception.connectionCount,
    memoryBytes: process.memoryUsage.rss(),
    store: storeWatch.state(now()),
    state: reception.draining ? "draining" : "serving",
  };
}

/** Everything that answers calls, made from a data folder. */
import { fromUtf8, toUtf8 } from "@quicprochat/bytes";
import { type SigningKeyPair, systemRandom } from "@quicprochat/crypto";
import { Calendar } from "./calendar.ts";
import type { KeyStretching, Registration, ServerContext } from "./call-context.ts";
import type { DataFolder, SecretFile } from "./data-folder.ts";
import { limits as defaultLimits, type ServerLimits } from "./limits.ts";
import type { Log } from "./log-line.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { createOpaqueSetup, OpaqueServer, opaqueReady } from "./opaque-server.ts";
import { ratesOf } from "./rate-limit/rates.ts";
import { Sessions } from "./sessions.ts";
import { openSqliteStore } from "./store/sqlite/sqlite-store.ts";
import { StoreWatch } from "./store-watch.ts";
import { startUpkeep } from "./upkeep.ts";
import { Wakes } from "./wakes.ts";

/** RFC 9106 section 4, second recommendation: what a phone can do, too. */
const defaultKeyStretching: KeyStretching = { version: 1, memoryKib: 64 * 1024, passes: 3, parallelism: 4 };
/** The hybrid suite; others are refused. docs/protocol.md, "MLS". */
const defaultCipherSuites: readonly number[] = [0x004d];
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

export type ContextOptions = RunSettings & {
  readonly folder: DataFolder;
  readonly keys: { readonly serverId: Uint8Array; readonly statementKey: SigningKeyPair };
  readonly registration: RegistrationPolicy;
};

type Owner = {
  readonly metrics: Metrics;
  /** Owns what has to be closed. */
  readonly resources: AsyncDisposableStack;
  /** Told once when the server cannot go on. */
  readonly onFailure: (error: Error) => void;
};

/** Throws `ServerError`. */
export async function openContext(
  options: ContextOptions,
  { resources, onFailure, metrics }: Owner,
): Promise<ServerContext> {
  const { folder, keys, registration, now = Date.now, log = () => {} } = options;
  const limits = { ...defaultLimits, ...options.limits };
  await opaqueReady;
  const opaque = folder.readOrCreate(opaqueSetup);
  const registered = registrationOf(registration, registrationSecretOf(folder));
  const path = folder.database;
  const store = resources.use(await openSqliteStore({ path, limits, metrics, onEnd: onFailure }));
  const calendar = calendarOf(options, log);
  resources.use(startUpkeep({ store, limits, calendar, now, log }));
  return {
    ...keys,
    store,
    opaque,
    registration: registered,
    keyStretching: options.keyStretching ?? defaultKeyStretching,
    cipherSuites: options.cipherSuites ?? defaultCipherSuites,
    limits,
    rates: ratesOf(limits, metrics),
    wakes: new Wakes(),
    sessions: new Sessions(),
    storeWatch: new StoreWatch(log),
    metrics,
    now,
    calendar,
    log,
  };
}

/** A clock of a test's counts for both. */
function calendarOf({ now }: RunSettings, log: Log): Calendar {
  const wall = now ?? Date.now;
  const onJump = (hours: number): void => log({ time: wall(), level: "warn", event: "clock_jumped", hours });
  return new Calendar({ now: wall, elapsedMs: now ?? (() => performance.now()), onJump });
}

const opaqueSetup: SecretFile<OpaqueServer> = {
  name: "opaque-setup",
  make: () => toUtf8(createOpaqueSetup()),
  parse: (bytes) => OpaqueServer.parse(fromUtf8(bytes)),
  lossMeans: "no password of any account works any more",
};

const registrationSecret: SecretFile<Uint8Array> = {
  name: "registration-secret",
  make: () => systemRandom(REGISTRATION_SECRET_BYTES),
  parse: sixteenBytes,
};

/** What the invite link carries; made with the folder, and made anew when somebody takes it away to void old links. */
export const registrationSecretOf = (folder: DataFolder): Uint8Array => folder.readOrCreate(registrationSecret);

function sixteenBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== REGISTRATION_SECRET_BYTES) throw new Error("the registration secret has another length");
  return bytes;
}

const registrationOf = (policy: RegistrationPolicy, secret: Uint8Array): Registration =>
  policy === "invite" ? { kind: "invite", secret } : { kind: policy };

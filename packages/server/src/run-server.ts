/** One server on an open folder and a listener: serves until it is asked to stop, and drains. */
import { toUtf8 } from "@quicprochat/bytes";
import type { Listener } from "@quicprochat/connection";
import { closeCodes } from "@quicprochat/rpc";
import packageJson from "../package.json" with { type: "json" };
import type { ServerContext } from "./call-context.ts";
import { openControl } from "./control-server.ts";
import type { Health } from "./health.ts";
import { inviteFile } from "./invite-file.ts";
import { type Gauges, noMetrics } from "./metrics/metrics.ts";
import type { MetricsAddress, MetricsServer } from "./metrics/metrics-server.ts";
import type { Prometheus } from "./metrics/prometheus.ts";
import { type ContextOptions, openContext, registrationSecretOf } from "./open-context.ts";
import { Reception } from "./reception.ts";
import { errorCode } from "./server-error.ts";

export type RunOptions = ContextOptions & {
  /** Called once the store is open. */
  readonly openListener: () => Promise<Listener>;
  /** Where Prometheus may read; absent: nothing is measured. */
  readonly metricsAt?: MetricsAddress;
  readonly inviteOf: (address: string, registrationSecret: Uint8Array | null) => string;
};

export type RunningServer = {
  /** `host:port` with the port that was given out. */
  readonly address: string;
  readonly invite: string;
  /** The URL of the metrics; `null` when they are off. */
  readonly metrics: string | null;
  /** Resolves when it has stopped, for whatever reason. */
  readonly closed: Promise<void>;
  /** Takes no new connections, finishes the calls in flight, closes connections and files. */
  readonly stop: () => Promise<void>;
};

/** Owns folder and listener from here on, also when it throws. Throws `ServerError`. */
export async function runServer(options: RunOptions): Promise<RunningServer> {
  await using resources = new AsyncDisposableStack();
  resources.use(options.folder);
  const failed = Promise.withResolvers<Error>();
  const prometheus = options.metricsAt === undefined ? null : await loadPrometheus();
  const metrics = prometheus?.metrics ?? noMetrics;
  const server = await openContext(options, { resources, metrics, onFailure: failed.resolve });
  const listener = resources.use(await options.openListener());
  const { address } = listener;
  const invited = options.registration === "invite" ? registrationSecretOf(options.folder) : null;
  const invite = options.inviteOf(address, invited);
  options.folder.write(inviteFile, toUtf8(`${invite}\n`));

  const reception = new Reception(server);
  prometheus?.watch(gaugesOf(server, reception));
  const measured = resources.use(await openMetrics(prometheus, options.metricsAt));
  const life = new Life({ server, reception, listener });
  life.own(await openControl(options.folder.path, life, server.limits), resources.move());
  const { log, now } = server;
  void failed.promise.then((error) => {
    log({ time: now(), level: "error", event: "failed", name: error.name, code: errorCode(error) });
    return life.stop();
  });
  reception.run(listener).catch(failed.resolve);
  log({ time: now(), level: "info", event: "listening", address });
  return {
    address,
    invite,
    metrics: measured?.url ?? null,
    closed: life.closed,
    stop: () => life.stop().then(() => life.closed),
  };
}

// Loaded only now: an idle server that nobody measures is smaller.
const loadPrometheus = async (): Promise<Prometheus> => new (await import("./metrics/prometheus.ts")).Prometheus();

async function openMetrics(prometheus: Prometheus | null, at?: MetricsAddress): Promise<MetricsServer | null> {
  if (prometheus === null || at === undefined) return null;
  return (await import("./metrics/metrics-server.ts")).openMetrics(prometheus, at);
}

const gaugesOf = ({ store, wakes }: ServerContext, reception: Reception): Gauges => ({
  connections: () => reception.connectionCount,
  subscriptions: () => wakes.size,
  cells: () => store.cellCount(),
});

type Parts = { readonly server: ServerContext; readonly reception: Reception; readonly listener: Listener };

/** From listening to stopped, as the control socket sees it. */
class Life {
  readonly #parts: Parts;
  readonly #started: number;
  readonly #closed = Promise.withResolvers<void>();
  #owned: { readonly control: AsyncDisposable; readonly resources: AsyncDisposable } | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#started = parts.server.now();
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** What is closed at the end. */
  own(control: AsyncDisposable, resources: AsyncDisposable): void {
    this.#owned = { control, resources };
  }

  async status(): Promise<Health> {
    const { server, reception, listener } = this.#parts;
    return {
      address: listener.address,
      version: packageJson.version,
      uptimeSeconds: Math.floor((server.now() - this.#started) / 1_000),
      accounts: await server.store.accountCount(),
      connections: reception.connectionCount,
      memoryBytes: process.memoryUsage.rss(),
      store: server.storeWatch.state(server.now()),
      state: reception.draining ? "draining" : "serving",
    };
  }

  /** Resolves when everything but the control socket is closed. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { server, reception, listener } = this.#parts;
    const { log, now, limits } = server;
    log({ time: now(), level: "info", event: "draining", connections: reception.connectionCount });
    let controlClosed: PromiseLike<void> = Promise.resolve();
    try {
      listener.stop();
      await reception.drain(limits.drainMs);
      await listener.close(closeCodes.draining, "the server is stopping");
    } finally {
      // Before the folder's lock goes: the next server makes a socket of the same name.
      controlClosed = this.#owned?.control[Symbol.asyncDispose]() ?? controlClosed;
      await this.#owned?.resources[Symbol.asyncDispose]();
      log({ time: now(), level: "info", event: "stopped" });
      void controlClosed.then(this.#closed.resolve, this.#closed.resolve);
    }
  }
}

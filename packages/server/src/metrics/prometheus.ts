/** The same figures as Prometheus reads them. Loaded only when metrics are on. */
import { methods } from "@quicprochat/protocol";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Answered, Gauges, Metrics } from "./metrics.ts";

const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const fetches: readonly string[] = [methods.mailboxFetch.name, methods.doorFetch.name];
const waits: readonly string[] = [methods.mailboxSubscribe.name, methods.doorSubscribe.name];
const logins: ReadonlyMap<string, "password" | "device"> = new Map([
  [methods.loginFinish.name, "password"] as const,
  [methods.sessionOpen.name, "device"] as const,
]);

export class Prometheus {
  readonly metrics: Metrics;
  readonly #registry = new Registry();

  constructor() {
    const registers = [this.#registry];
    const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
      new Counter<Label>({ name, help, labelNames: [...labelNames], registers });
    const calls = counter("call_total", "Calls answered, by method and outcome.", ["method", "outcome"]);
    const callSeconds = new Histogram({
      name: "call_seconds",
      help: "From a call that has arrived to its answer.",
      labelNames: ["method"],
      buckets: latencyBuckets,
      registers,
    });
    const fetched = counter("fetch_total", "Fetches answered.");
    const waiting = counter("fetch_wait_total", "Readers who began to wait for a wake-up.");
    const loginSuccess = counter("auth_login_success_total", "Log-ins by password and by device.", ["kind"]);
    const loginFailure = counter("auth_login_failure_total", "Log-ins refused.", ["kind"]);
    const enqueued = counter("enqueue_total", "Cells, one for each address, by what became of them.", ["outcome"]);
    const enqueuedBytes = counter("enqueue_bytes_total", "Bytes of cells stored.");
    const uploaded = counter("key_package_upload_total", "KeyPackages published.");
    const rateLimited = counter("rate_limit_hit_total", "Calls refused for their rate, by limit.", ["kind"]);
    const storeRefused = counter("store_refused_total", "Operations that the store refused: full disk, failing disk.");
    const storeSeconds = new Histogram({
      name: "store_seconds",
      help: "From asking the store to its durable answer.",
      buckets: latencyBuckets,
      registers,
    });

    const countLogin = ({ method, outcome }: Answered): void => {
      const kind = logins.get(method);
      if (kind === undefined) return;
      if (outcome === "ok") loginSuccess.inc({ kind });
      else if (outcome === "bad_login" || outcome === "no_session") loginFailure.inc({ kind });
    };
    this.metrics = {
      answered: (call) => {
        const { method, outcome, seconds } = call;
        calls.inc({ method, outcome });
        callSeconds.observe({ method }, seconds);
        countLogin(call);
        if (outcome !== "ok") return;
        if (fetches.includes(method)) fetched.inc();
        if (waits.includes(method)) waiting.inc();
      },
      enqueued: (outcome, bytes) => {
        enqueued.inc({ outcome });
        if (outcome === "stored") enqueuedBytes.inc(bytes);
      },
      keyPackagesUploaded: (count) => uploaded.inc(count),
      rateLimitHit: (kind) => rateLimited.inc({ kind }),
      storeRefused: () => storeRefused.inc(),
      storeAnswered: (seconds) => storeSeconds.observe(seconds),
    };
  }

  /** Adds what is looked up at each reading. */
  watch({ connections, subscriptions, cells }: Gauges): void {
    this.#gauge("connections", "Connections that are open.", connections);
    this.#gauge("subscriptions", "Readers who wait for a wake-up.", subscriptions);
    this.#gauge("delivery_queue_depth", "Cells that wait in all mailboxes and doors.", cells);
    this.#gauge("process_resident_memory_bytes", "Memory of the process.", () => process.memoryUsage.rss());
    new Counter({
      name: "process_cpu_seconds_total",
      help: "Processor time of the process.",
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(cpuSeconds());
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      async collect() {
        this.set(await read());
      },
    });
  }
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** What the server remembers of one connection, and for as long as it lives. */
import { toHex } from "@quicprochat/bytes";
import type { Connection } from "@quicprochat/connection";
import { type ConnectionClass, limits as protocolLimits, RefusalError, sessionExporter } from "@quicprochat/protocol";
import { closeCodes } from "@quicprochat/rpc";
import type { ServerLimits } from "./limits.ts";
import { type Metrics, noMetrics } from "./metrics/metrics.ts";
import { addressPrefix } from "./rate-limit/address-prefix.ts";
import { RateLimit } from "./rate-limit/rate-limit.ts";
import type { DeviceOf } from "./store/store.ts";

/** An errand is for one name, or for one walk along the slots. */
export type Purpose = { readonly kind: "name"; readonly username: string } | { readonly kind: "door" | "slots" };

/** OPAQUE between its second and third message. */
export type LoginUnderWay = { readonly username: string; readonly serverLoginState: string };

export class Peer implements Disposable {
  readonly connection: Connection;
  /** For rate limits only. */
  readonly prefix: string;
  readonly calls: RateLimit;
  readonly rateRefusals: RateLimit;
  session: DeviceOf | undefined;
  login: LoginUnderWay | undefined;
  readonly #attached = new Set<string>();
  readonly #limits: ServerLimits;
  #connectionClass: ConnectionClass | undefined;
  #purpose: Purpose | undefined;
  #doors: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout;

  constructor(
    connection: Connection,
    limits: ServerLimits,
    { rateLimitHit }: Pick<Metrics, "rateLimitHit"> = noMetrics,
  ) {
    this.connection = connection;
    this.prefix = addressPrefix(connection.remoteAddress);
    const onHit = (): void => rateLimitHit("connection");
    this.calls = new RateLimit({ max: limits.callsPerSecondPerConnection, windowMs: 1_000, entriesMax: 1, onHit });
    this.rateRefusals = new RateLimit({ max: limits.rateRefusalsPerMinute, windowMs: 60_000, entriesMax: 1 });
    this.#limits = limits;
    this.#timer = this.#closeAfter(limits.helloMs, "no hello came");
  }

  get connectionClass(): ConnectionClass | undefined {
    return this.#connectionClass;
  }

  /** Once for each connection, or the same again. */
  declare(connectionClass: ConnectionClass): void {
    if (this.#connectionClass === connectionClass) return;
    if (this.#connectionClass !== undefined) throw new RefusalError("wrong_class");
    this.#connectionClass = connectionClass;
    clearTimeout(this.#timer);
    if (connectionClass === "errand") this.#timer = this.#closeAfter(this.#limits.errandMs, "an errand takes a minute");
  }

  /** The X of docs/protocol.md, "Sessions". */
  get exporter(): Uint8Array {
    return this.connection.exportKey(sessionExporter);
  }

  /** The device whose session this is. */
  get device(): DeviceOf {
    if (this.session === undefined) throw new RefusalError("no_session");
    return this.session;
  }

  attach(address: Uint8Array): void {
    if (this.#attached.size >= this.#limits.attachedMailboxesMax) throw new RefusalError("quota");
    this.#attached.add(toHex(address));
  }

  detach(address: Uint8Array): void {
    this.#attached.delete(toHex(address));
  }

  /** Refuses to read a mailbox whose reader key was not shown on this connection. */
  requireAttached(address: Uint8Array): void {
    if (!this.#attached.has(toHex(address))) throw new RefusalError("mailbox_unknown");
  }

  /** Refuses a second purpose on an errand: two on one connection would be joined by it. */
  devoteTo(purpose: Purpose): void {
    if (this.#connectionClass !== "errand") return;
    const current = this.#purpose;
    if (current !== undefined && !compatible(current, purpose)) throw new RefusalError("wrong_class");
    // A name stays the purpose when its doors are written to.
    if (current?.kind !== "name") this.#purpose = purpose;
  }

  /** The doors of one name are as many as its devices at most: more are of several people. */
  devoteToDoors(addresses: readonly Uint8Array[]): void {
    if (this.#connectionClass !== "errand") return;
    this.devoteTo({ kind: "door" });
    const doors = new Set([...this.#doors, ...addresses.map(toHex)]);
    if (doors.size > protocolLimits.devicesPerAccountMax) throw new RefusalError("wrong_class");
    this.#doors = doors;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #closeAfter(ms: number, reason: string): NodeJS.Timeout {
    return setTimeout(() => this.connection.close(closeCodes.excessive, reason), ms);
  }
}

function compatible(current: Purpose, next: Purpose): boolean {
  if (current.kind === "name" && next.kind === "name") return current.username === next.username;
  return (current.kind === "slots") === (next.kind === "slots");
}

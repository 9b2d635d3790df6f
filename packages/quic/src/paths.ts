/** The paths of a connection: which one is in use, validation, migration of both ends (RFC 9000 section 9). */
import type { ConnectionState } from "./connection-state.ts";
import { ADDRESS_CHANGES_MAX, ADDRESS_CHANGES_WINDOW_MS, DATAGRAM_BYTES_MIN, PATHS_MAX } from "./limits.ts";
import { Path, type PathAddress, type PathOptions, sameHost, samePath } from "./path.ts";
import type { RemoteId } from "./remote-ids.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

type OtherPath = {
  readonly path: Path;
  /** We want to move there once it is validated. */
  readonly moving: boolean;
  /** Forgotten then, unless something happens. */
  readonly until: number;
};

/** A challenge fits, and an ACK, where an unvalidated address has not earned more yet. */
const PROBE_BYTES_MIN = 128;

export class Paths {
  readonly #state: ConnectionState;
  readonly #options: PathOptions;
  #active: Path;
  #others: OtherPath[] = [];
  #changes = { windowStart: 0, count: 0 };

  constructor(state: ConnectionState, address: PathAddress, addressShown: boolean) {
    this.#state = state;
    const { congestion: algorithm, datagramBytesMax, initialRttMs, ecn } = state.config;
    this.#options = { algorithm, datagramBytesMax, initialRttMs, ecn };
    const validated = state.role === "client" || addressShown;
    this.#active = new Path(address, state.remoteIds.first, {
      ...this.#options,
      validated,
      leastBytes: DATAGRAM_BYTES_MIN,
    });
  }

  get active(): Path {
    return this.#active;
  }

  /** Paths besides the active one that have a challenge or a response to send. */
  get probing(): readonly Path[] {
    if (this.#others.length === 0) return [];
    const wants = (path: Path): boolean => path.responses.length > 0 || path.validation.state === "wanted";
    return this.#others.map(({ path }) => path).filter(wants);
  }

  /** The path of a datagram, if it is known. */
  find(address: PathAddress): Path | undefined {
    if (samePath(this.#active.address, address)) return this.#active;
    return this.#others.find(({ path }) => samePath(path.address, address))?.path;
  }

  /**
   * The path of a packet that was opened. `undefined`: not to be processed. `secret`: its keys are not those that
   * everybody can derive.
   */
  ofPacket(
    now: number,
    address: PathAddress,
    { keepMs, secret }: { keepMs: number; secret: boolean },
  ): Path | undefined {
    const known = this.find(address);
    if (known !== undefined) return known;
    // Clients do not follow a server (section 9). A NAT may forget its binding at any time, the handshake included.
    if (this.#state.role === "client" || !secret) return undefined;
    if (this.#others.length >= PATHS_MAX && !this.#dropOldest()) return undefined;
    return this.#add(now, address, { moving: false, keepMs }).path;
  }

  /** A packet that is not a mere probe, the latest so far, came on `path`: the peer is there now (section 9.3). */
  onPeerMoved(now: number, path: Path, keepMs: number): void {
    if (path === this.#active || this.#state.role === "client" || !this.#mayChange(now)) return;
    const former = this.#active;
    this.#others = this.#others.filter((other) => other.path !== path);
    this.#others.push({ path: former, moving: false, until: now + keepMs });
    this.#active = path;
    if (!path.validated && path.validation.state !== "waiting") path.validation.start();
    // Section 9.3.3: the peer may still be where it was, and somebody else be playing.
    if (former.validated) former.validation.start();
    this.#state.emit({ kind: "path-changed", address: path.address });
  }

  /** Moves this end: the path is used once the peer has answered there. `false` when that cannot be tried now. */
  migrate(now: number, address: PathAddress, keepMs: number): boolean {
    const { handshakeConfirmed, peerParameters, remoteIds } = this.#state;
    if (!handshakeConfirmed || peerParameters.disableActiveMigration || this.find(address) !== undefined) return false;
    if (!remoteIds.hasSpare || this.#others.length >= PATHS_MAX) return false;
    this.#add(now, address, { moving: true, keepMs }).path.validation.start();
    return true;
  }

  onResponse(now: number, data: Uint8Array): void {
    if (this.#active.validation.onResponse(data)) this.#active.validated = true;
    for (const other of this.#others) {
      if (!other.path.validation.onResponse(data)) continue;
      other.path.validated = true;
      if (other.moving) this.#moveTo(now, other.path);
      return;
    }
  }

  /** Connection ids were retired: paths that used them need others. */
  refreshIds(): void {
    const { remoteIds } = this.#state;
    const stale = (path: Path): boolean => !remoteIds.isActive(path.remoteId);
    if (stale(this.#active)) {
      const next = remoteIds.take();
      if (next === undefined)
        throw new TransportError(TransportErrorCode.connectionIdLimitError, "no connection id is left");
      this.#active.remoteId = next;
    }
    for (const { path } of this.#others) if (stale(path)) path.remoteId = remoteIds.take() ?? this.#active.remoteId;
  }

  /** The server's first answer, or Retry, names the id to be used. */
  replaceFirstId(id: Uint8Array): void {
    this.#active.remoteId = this.#state.remoteIds.replaceFirst(id);
  }

  get deadline(): number {
    let deadline = this.#active.validation.deadline;
    for (const other of this.#others) {
      deadline = Math.min(deadline, other.path.validation.deadline, this.#isKept(other) ? deadline : other.until);
    }
    return deadline;
  }

  onDeadline(now: number): void {
    this.#active.validation.onDeadline(now);
    if (this.#active.validation.state === "failed" && !this.#active.validated) this.#fallBack();
    for (const other of this.#others) {
      const { path, moving, until } = other;
      path.validation.onDeadline(now);
      const failed = path.validation.state === "failed";
      if (this.#isKept(other) || (!failed && until > now)) continue;
      this.#drop(other);
      if (moving) this.#state.emit({ kind: "path-failed", address: path.address });
    }
  }

  /** Where we came from is not forgotten before the peer has answered where it is now, and a move not before its last challenge. */
  #isKept({ path, moving }: OtherPath): boolean {
    const undecided = ({ validation }: Path): boolean =>
      validation.state === "wanted" || validation.state === "waiting";
    return (path.validated && !this.#active.validated && undecided(this.#active)) || (moving && undecided(path));
  }

  #add(now: number, address: PathAddress, { moving, keepMs }: { moving: boolean; keepMs: number }): OtherPath {
    const { remoteIds, role } = this.#state;
    // A new port at the same host is a NAT's doing, and goes on with the same id.
    const fresh: RemoteId | undefined =
      moving || !sameHost(address, this.#active.address) ? remoteIds.take() : undefined;
    const { smoothed } = this.#active.rtt;
    const options = {
      ...this.#options,
      initialRttMs: smoothed,
      validated: role === "client",
      leastBytes: PROBE_BYTES_MIN,
    };
    const path = new Path(address, fresh ?? this.#active.remoteId, options);
    path.mtu.bound(this.#state.peerParameters.maxUdpPayloadSize);
    const other = { path, moving, until: now + keepMs };
    this.#others.push(other);
    return other;
  }

  #moveTo(now: number, path: Path): void {
    const former = this.#active;
    this.#others = this.#others.filter((other) => other.path !== path);
    this.#others.push({ path: former, moving: false, until: now + 3 * former.rtt.probeTimeout });
    this.#active = path;
    this.#state.emit({ kind: "path-changed", address: path.address });
  }

  /** The peer has moved on from there; where it was validated last is kept, to fall back to. */
  #dropOldest(): boolean {
    const last = this.#others.findLast(({ path }) => path.validated);
    const oldest = this.#others.find((other) => !other.moving && other !== last);
    if (oldest !== undefined) this.#drop(oldest);
    return oldest !== undefined;
  }

  #drop(other: OtherPath): void {
    this.#others = this.#others.filter((kept) => kept !== other);
    const { remoteId } = other.path;
    const used = remoteId === this.#active.remoteId || this.#others.some(({ path }) => path.remoteId === remoteId);
    if (!used) this.#state.remoteIds.retire(remoteId);
  }

  /** Section 9.3.2: back to where the peer was last known to be. */
  #fallBack(): void {
    const former = this.#others.findLast(({ path }) => path.validated);
    if (former === undefined)
      throw new TransportError(TransportErrorCode.noViablePath, "the peer does not answer at its address");
    this.#others = this.#others.filter((other) => other !== former);
    this.#active = former.path;
    this.#state.emit({ kind: "path-changed", address: former.path.address });
  }

  #mayChange(now: number): boolean {
    if (now - this.#changes.windowStart > ADDRESS_CHANGES_WINDOW_MS) this.#changes = { windowStart: now, count: 0 };
    this.#changes.count++;
    return this.#changes.count <= ADDRESS_CHANGES_MAX;
  }
}

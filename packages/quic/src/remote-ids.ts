/** Connection ids that the peer gave us: RFC 9000 sections 5.1.1, 5.1.2 and 19.15. */
import { equalBytes } from "@quicprochat/bytes";
import type { NewConnectionIdFrame } from "./frames/connection-id-frames.ts";
import { CONNECTION_IDS_MAX, RETIREMENTS_PENDING_MAX } from "./limits.ts";
import type { IdRegistry } from "./local-ids.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

export type RemoteId = {
  readonly sequence: number;
  readonly id: Uint8Array;
  readonly resetToken: Uint8Array | undefined;
};

const NONE: readonly number[] = [];

export class RemoteIds {
  readonly #ids = new Map<number, RemoteId>();
  readonly #inUse = new Set<number>();
  readonly #retired: number[] = [];
  #retirePriorTo = 0;
  readonly #registry: IdRegistry;
  #first: RemoteId;

  /** Sequence 0: from the handshake. */
  constructor(first: RemoteId, registry: IdRegistry) {
    this.#registry = registry;
    this.#first = first;
    this.#ids.set(first.sequence, first);
    this.#inUse.add(first.sequence);
  }

  /** The connection has ended: nobody can reset it any more. */
  forgetResets(): void {
    for (const { resetToken } of this.#ids.values())
      if (resetToken !== undefined) this.#registry.forgetReset(resetToken);
  }

  /** The id of the handshake's headers. */
  get first(): RemoteId {
    return this.#first;
  }

  /** During the handshake: the id that the server chose, or that came with Retry. */
  replaceFirst(id: Uint8Array): RemoteId {
    this.#first = { sequence: 0, id: id.slice(), resetToken: undefined };
    this.#ids.set(0, this.#first);
    return this.#first;
  }

  setFirstToken(resetToken: Uint8Array): void {
    this.#first = { ...this.#first, resetToken };
    if (!this.#ids.has(0)) return;
    this.#ids.set(0, this.#first);
    this.#registry.expectReset(resetToken);
  }

  isActive(remoteId: RemoteId): boolean {
    return this.#ids.has(remoteId.sequence);
  }

  /** Retirements to be sent since the last call. */
  takeRetired(): readonly number[] {
    return this.#retired.length === 0 ? NONE : this.#retired.splice(0);
  }

  /** Whether an id is left for another path. */
  get hasSpare(): boolean {
    return this.#ids.size > this.#inUse.size;
  }

  /** An id that was never used on a path. */
  take(): RemoteId | undefined {
    for (const remoteId of this.#ids.values()) {
      if (this.#inUse.has(remoteId.sequence)) continue;
      this.#inUse.add(remoteId.sequence);
      return remoteId;
    }
    return undefined;
  }

  /** The path of this id is gone. */
  retire(remoteId: RemoteId): void {
    const known = this.#ids.get(remoteId.sequence);
    if (known === undefined) return;
    this.#ids.delete(remoteId.sequence);
    if (known.resetToken !== undefined) this.#registry.forgetReset(known.resetToken);
    this.#inUse.delete(remoteId.sequence);
    this.#retired.push(remoteId.sequence);
  }

  /** Throws `TransportError`. */
  onNewConnectionId(frame: NewConnectionIdFrame): void {
    const { sequence, retirePriorTo, connectionId, resetToken } = frame;
    const known = this.#ids.get(sequence);
    if (known !== undefined && !(equalBytes(known.id, connectionId) && sameToken(known.resetToken, resetToken))) {
      throw new TransportError(TransportErrorCode.protocolViolation, "a connection id changed");
    }
    if (sequence < this.#retirePriorTo) {
      if (known === undefined) this.#retired.push(sequence);
    } else if (known === undefined) {
      for (const { id } of this.#ids.values()) {
        if (equalBytes(id, connectionId))
          throw new TransportError(TransportErrorCode.protocolViolation, "a connection id came twice");
      }
      this.#ids.set(sequence, { sequence, id: connectionId.slice(), resetToken: resetToken.slice() });
      this.#registry.expectReset(resetToken);
    }
    if (retirePriorTo > this.#retirePriorTo) this.#retireBelow(retirePriorTo);
    if (this.#ids.size > CONNECTION_IDS_MAX || this.#retired.length > RETIREMENTS_PENDING_MAX) {
      throw new TransportError(TransportErrorCode.connectionIdLimitError, "too many connection ids");
    }
  }

  #retireBelow(sequence: number): void {
    this.#retirePriorTo = sequence;
    for (const remoteId of this.#ids.values()) if (remoteId.sequence < sequence) this.retire(remoteId);
  }
}

const sameToken = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && equalBytes(a, b);

/** From first packets to a confirmed handshake, and the keys that go on the way: RFC 9001 sections 4.1 and 4.9. */
import type { ConnectionState } from "./connection-state.ts";
import { issueIds } from "./frame-handler.ts";
import type { Handshake } from "./handshake.ts";
import type { LossDetection } from "./loss-detection.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import type { Paths } from "./paths.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

const EMPTY = new Uint8Array(0);

export class HandshakeProgress {
  readonly #state: ConnectionState;
  readonly #recovery: LossDetection;
  readonly #handshake: Handshake;
  readonly #paths: Paths;
  #peerBounds = false;

  constructor(parts: {
    readonly state: ConnectionState;
    readonly recovery: LossDetection;
    readonly handshake: Handshake;
    readonly paths: Paths;
  }) {
    this.#state = parts.state;
    this.#recovery = parts.recovery;
    this.#handshake = parts.handshake;
    this.#paths = parts.paths;
  }

  /** A server has opened a Handshake packet: only who got our Initial packets can have protected it (RFC 9000 section 8.1). */
  onHandshakePacketOpened(now: number): void {
    if (this.#state.role === "client") return;
    this.#paths.active.validated = true;
    this.#discard(now, this.#state.spaces[0]);
  }

  onHandshakePacketSent(now: number): void {
    if (this.#state.role === "client") this.#discard(now, this.#state.spaces[0]);
  }

  /** After the frames of a packet. */
  onPacketProcessed(now: number): void {
    const state = this.#state;
    if (this.#handshake.parametersSeen && !this.#peerBounds) {
      this.#peerBounds = true;
      this.#paths.active.mtu.bound(state.peerParameters.maxUdpPayloadSize);
    }
    // The client's Finished completes the handshake, and with it confirms it, for the server.
    if (state.role === "client" || !state.handshakeComplete || state.handshakeConfirmed) return;
    state.control.push({ kind: "handshake-done" });
    this.confirm(now);
    const token = state.newToken?.(now, this.#paths.active.address);
    if (token !== undefined) state.control.push({ kind: "new-token", token });
  }

  confirm(now: number): void {
    const state = this.#state;
    if (state.handshakeConfirmed) return;
    if (!state.handshakeComplete)
      throw new TransportError(TransportErrorCode.protocolViolation, "done before complete");
    state.handshakeConfirmed = true;
    this.#discard(now, state.spaces[0]);
    this.#discard(now, state.spaces[1]);
    issueIds(state);
    state.emit({ kind: "confirmed" });
  }

  #discard(now: number, space: PacketNumberSpace): void {
    if (space.discarded) return;
    space.discard();
    this.#recovery.onSpaceDiscarded(now, space);
    this.#state.token = EMPTY;
  }
}

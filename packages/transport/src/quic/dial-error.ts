/** Why a dial led to no connection, with what a person can do about it. */
import { formatAddress, type HostAndPort } from "@quicprochat/udp";

export type DialErrorCode = "unreachable" | "server_changed" | "handshake_failed" | "cancelled";

export class DialError extends Error {
  readonly code: DialErrorCode;
  /** Of `server_changed`: what was pinned and what answered, as fingerprints. */
  readonly change: { readonly pinned: string; readonly shown: string } | null;

  constructor(code: DialErrorCode, text: string, options: { cause?: unknown; change?: DialError["change"] } = {}) {
    super(text, { cause: options.cause });
    this.name = "DialError";
    this.code = code;
    this.change = options.change ?? null;
  }
}

export const unreachable = (peer: HostAndPort, cause: unknown): DialError =>
  new DialError(
    "unreachable",
    `No answer from ${formatAddress(peer)} (UDP). Check the address, that the server runs, and that no firewall holds UDP back.`,
    { cause },
  );

export const handshakeFailed = (peer: HostAndPort, why: string): DialError =>
  new DialError(
    "handshake_failed",
    `The server at ${formatAddress(peer)} ended the handshake: ${why}. Update this program and the server.`,
  );

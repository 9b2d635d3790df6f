/** What a connection tells its application. */
import type { PathAddress } from "./path.ts";
import type { TlsFacts } from "./tls-handshake.ts";

/** How a connection ended. `code` is the application's when `kind` is `application`. */
export type ConnectionEnd = {
  readonly kind: "application" | "transport" | "idle-timeout" | "stateless-reset" | "version-negotiation";
  readonly by: "local" | "peer";
  readonly code: number;
  readonly reason: string;
};

export type ConnectionEvent =
  /** The handshake is complete: application data may flow once the peer's certificate has been judged. */
  | { readonly kind: "connected"; readonly facts: TlsFacts }
  /** The peer has completed it as well; keys may be updated and paths changed. */
  | { readonly kind: "confirmed" }
  | { readonly kind: "stream-opened"; readonly streamId: number }
  /** There is something to read where there was nothing: data, the end or a reset. Read until `blocked`. */
  | { readonly kind: "stream-readable"; readonly streamId: number }
  /** A write that took less than it was given may go on. */
  | { readonly kind: "stream-writable"; readonly streamId: number }
  /** The peer wants no more of our bytes: the stream has been reset with this code. */
  | { readonly kind: "stream-stopped"; readonly streamId: number; readonly code: number }
  /** The peer has got all bytes and the end. */
  | { readonly kind: "stream-finished"; readonly streamId: number }
  /** `openStream` may succeed again. */
  | { readonly kind: "streams-available"; readonly unidirectional: boolean }
  /** `readDatagram` has something. */
  | { readonly kind: "datagram" }
  /** For a later `connect` to this server. */
  | { readonly kind: "new-token"; readonly token: Uint8Array }
  | { readonly kind: "path-changed"; readonly address: PathAddress }
  /** `migrate` came to nothing; the connection goes on where it was. */
  | { readonly kind: "path-failed"; readonly address: PathAddress }
  /** Nothing more comes of streams. */
  | { readonly kind: "closed"; readonly end: ConnectionEnd };

/** QUIC on the OpenSSL inside Node, the server's identity, and the links that lead to it. */
export { type ContactLink, encodeContactLink, parseContactLink } from "./identity/contact-link.ts";
export { fingerprint } from "./identity/fingerprint.ts";
export { encodeInvite, type Invite, parseInvite } from "./identity/invite.ts";
export { InviteError } from "./identity/invite-error.ts";
export {
  createServerIdentity,
  decodeServerIdentity,
  encodeServerIdentity,
  rotateServerIdentity,
  type ServerIdentity,
  serverIdOf,
  statementKeyOf,
} from "./identity/server-identity.ts";
export type { ServerPin, VerifiedServer } from "./identity/verify-statement.ts";
export { dialEndpoint as dial } from "./own-quic/dial.ts";
export { listenEndpoint as listen } from "./own-quic/listen.ts";
export type { Dialled, DialOptions } from "./quic/dial.ts";
export { DialError, type DialErrorCode } from "./quic/dial-error.ts";
export type { ListenOptions } from "./quic/listen.ts";
export { ListenError, type ListenErrorCode } from "./quic/listen-error.ts";
export { QuicUnavailableError } from "./quic/openssl.ts";
export type { ServerListener } from "./quic/server-listener.ts";

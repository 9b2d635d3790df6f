/** Connections over QUIC, the server's identity, and the links that lead to it. */
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
export { type Dialled, type DialOptions, dial } from "./quic/dial.ts";
export { DialError, type DialErrorCode } from "./quic/dial-error.ts";
export { type ListenOptions, listen } from "./quic/listen.ts";
export { ListenError, type ListenErrorCode } from "./quic/listen-error.ts";
export type { ServerListener } from "./quic/server-listener.ts";

/** Proofs bound to one TLS connection by its exporter: sessions and log-in. docs/protocol.md, "Sessions". */
import { encodeWith, toUtf8 } from "@quicprochat/bytes";
import { hmacSha256, kdf, signLabelled, verifyLabelled } from "@quicprochat/crypto";
import type { Owner } from "./identity.ts";

/** What both ends hand to the connection's `exportKey`; the result is the X of docs/protocol.md. */
export const sessionExporter = {
  label: "EXPORTER-qpc-session",
  context: new Uint8Array(0),
  length: 32,
} as const;

type Session = Owner & { readonly deviceId: Uint8Array; readonly exporter: Uint8Array };

export const signSession = (sessionPrivateKey: Uint8Array, session: Session): Uint8Array =>
  signLabelled(sessionPrivateKey, "session", sessionBody(session));

export const verifySession = (sessionKey: Uint8Array, session: Session, signature: Uint8Array): boolean =>
  verifyLabelled(sessionKey, "session", sessionBody(session), signature);

const sessionBody = ({ serverId, username, deviceId, exporter }: Session): Uint8Array =>
  encodeWith((writer) => writer.fixed(serverId).vector32(toUtf8(username)).fixed(deviceId).fixed(exporter));

/** Binds an OPAQUE log-in to the connection it ran on: HMAC(KDF(session_key, "bind", ""), X). */
export const bindLogin = (opaqueSessionKey: Uint8Array, exporter: Uint8Array): Uint8Array =>
  hmacSha256(kdf(opaqueSessionKey, "bind", new Uint8Array(0)), exporter);

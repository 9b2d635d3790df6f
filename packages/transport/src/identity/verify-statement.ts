/** Whether a client goes on with a server: its statement against the pin and this handshake. docs/protocol.md, "Server identity". */
import { equalBytes } from "@quicprochat/bytes";
import { verifyLabelled } from "@quicprochat/crypto";
import { followRotations } from "./rotation.ts";
import type { SignedStatement, Statement } from "./statement.ts";

/** What a client keeps of a server; from an invite link alone, `counterSeen` is 0. */
export type ServerPin = {
  readonly serverId: Uint8Array;
  readonly counterSeen: number;
  /** The key that held at the last visit: a chain that goes round it is a fork by somebody with an older key. */
  readonly currentKey?: Uint8Array;
};

/** What to pin, and the key that the server's receipts are signed with. */
export type VerifiedServer = {
  readonly serverId: Uint8Array;
  readonly currentKey: Uint8Array;
  readonly statementKey: Uint8Array;
  readonly counter: number;
};

export type StatementRefusal =
  | "other-server"
  | "broken-rotations"
  | "bad-signature"
  | "other-tls-key"
  | "counter-lower"
  | "not-yet-valid"
  | "expired";

export type Verification =
  | { readonly kind: "verified"; readonly server: VerifiedServer }
  | { readonly kind: "refused"; readonly why: StatementRefusal };

type Handshake = {
  /** `null`: first contact without a link; whoever answers is believed. */
  readonly pin: ServerPin | null;
  /** Of the certificate that this connection showed. */
  readonly tlsKeyHash: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
};

export function verifyStatement(signed: SignedStatement, { pin, tlsKeyHash, now }: Handshake): Verification {
  const { statement, body, signature } = signed;
  const { serverId, statementKey, counter, rotations } = statement;
  if (pin !== null && !equalBytes(pin.serverId, serverId)) return refused("other-server");
  const currentKey = currentKeyOf(statement, pin);
  if (currentKey === null) return refused("broken-rotations");
  if (!verifyLabelled(currentKey, "server", body, signature)) return refused("bad-signature");
  if (!equalBytes(statement.tlsKeyHash, tlsKeyHash)) return refused("other-tls-key");
  if (counter < Math.max(pin?.counterSeen ?? 0, rotations.at(-1)?.counter ?? 0)) return refused("counter-lower");
  if (now < statement.notBefore * 1000) return refused("not-yet-valid");
  if (now > statement.notAfter * 1000) return refused("expired");
  const copy = { serverId: serverId.slice(), currentKey: currentKey.slice(), statementKey: statementKey.slice() };
  return { kind: "verified", server: { ...copy, counter } };
}

/** Where the rotations lead from the server id, by way of the pinned key; `null` when they do not. */
function currentKeyOf({ serverId, rotations }: Statement, pin: ServerPin | null): Uint8Array | null {
  const keys = followRotations(serverId, rotations);
  const pinned = pin?.currentKey ?? serverId;
  if (keys === null || !keys.some((key) => equalBytes(key, pinned))) return null;
  return keys.at(-1) ?? null;
}

const refused = (why: StatementRefusal): Verification => ({ kind: "refused", why });

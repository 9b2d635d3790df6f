/** What a server says of itself first on every connection. docs/protocol.md, "Server identity". */
import { concatBytes, DecodeError, decodeWhole, encodeWith, type Reader } from "@quicprochat/bytes";
import { signatureBytes, signingKeyBytes, signLabelled } from "@quicprochat/crypto";
import { limits } from "../limits.ts";
import { tlsKeyHash } from "./certificate.ts";
import { readCounter, writeCounter } from "./counter.ts";
import { type Rotation, readRotation, rotationBytes, writeRotation } from "./rotation.ts";
import type { ServerIdentity } from "./server-identity.ts";

export type Statement = {
  readonly serverId: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo in the TLS certificate. */
  readonly tlsKeyHash: Uint8Array;
  readonly statementKey: Uint8Array;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly counter: number;
  readonly rotations: readonly Rotation[];
};

export type SignedStatement = {
  readonly statement: Statement;
  /** What the signature covers. */
  readonly body: Uint8Array;
  /** Sig(current key, "server", body). */
  readonly signature: Uint8Array;
};

const HASH_BYTES = 32;
const fixedBytes = signingKeyBytes + HASH_BYTES + signingKeyBytes + 3 * 8 + 4;

export const statementBytesMax: number = fixedBytes + limits.rotationsMax * rotationBytes + signatureBytes;

/** The bytes that the server pushes. `now` in milliseconds since 1970. */
export function signStatement(identity: ServerIdentity, now: number): Uint8Array {
  const { serverId, statementKey, counter, rotations } = identity;
  const body = encodeStatement({
    serverId,
    tlsKeyHash: tlsKeyHash(identity.tlsKey.publicKey),
    statementKey: statementKey.publicKey,
    notBefore: secondsOf(now - limits.statementSkewMs),
    notAfter: secondsOf(now + limits.statementValidMs),
    counter,
    rotations,
  });
  return concatBytes(body, signLabelled(identity.signingKey.privateKey, "server", body));
}

export const encodeStatement = (statement: Statement): Uint8Array =>
  encodeWith((writer) => {
    writer.fixed(statement.serverId).fixed(statement.tlsKeyHash).fixed(statement.statementKey);
    for (const value of [statement.notBefore, statement.notAfter, statement.counter]) writeCounter(writer, value);
    const { rotations } = statement;
    writer.u32(rotations.length * rotationBytes);
    for (const rotation of rotations) writeRotation(writer, rotation);
  });

/** Says what was signed; whether to believe it is `verifyStatement`. Throws `DecodeError`. */
export function decodeSignedStatement(bytes: Uint8Array): SignedStatement {
  const end = bytes.length - signatureBytes;
  if (end < 0) throw new DecodeError("truncated", bytes.length);
  const body = bytes.subarray(0, end);
  return { statement: decodeWhole(body, readStatement), body, signature: bytes.subarray(end) };
}

function readStatement(reader: Reader): Statement {
  const serverId = reader.fixed(signingKeyBytes);
  const hash = reader.fixed(HASH_BYTES);
  const statementKey = reader.fixed(signingKeyBytes);
  const [notBefore, notAfter, counter] = [readCounter(reader), readCounter(reader), readCounter(reader)];
  const length = reader.u32();
  if (length % rotationBytes !== 0 || length > limits.rotationsMax * rotationBytes) throw reader.error("bad-rotations");
  if (length > reader.remaining) throw reader.error("truncated");
  const rotations = Array.from({ length: length / rotationBytes }, () => readRotation(reader));
  return { serverId, tlsKeyHash: hash, statementKey, notBefore, notAfter, counter, rotations };
}

const secondsOf = (milliseconds: number): number => Math.max(0, Math.floor(milliseconds / 1000));

/** What makes a server the same server tomorrow: its keys, kept secret in its data folder. docs/protocol.md, "Server identity". */
import { DecodeError, decodeWhole, encodeWith, equalBytes, type Reader } from "@quicprochat/bytes";
import {
  generateSigningKeyPair,
  type Random,
  type SigningKeyPair,
  signingKeyBytes,
  signingKeyPairFromSeed,
} from "@quicprochat/crypto";
import { limits } from "../limits.ts";
import { readCounter, writeCounter } from "./counter.ts";
import {
  followRotations,
  type Rotation,
  readRotation,
  rotationBytes,
  signRotation,
  writeRotation,
} from "./rotation.ts";

/** Secret. */
export type ServerIdentity = {
  /** The first public key, for ever. */
  readonly serverId: Uint8Array;
  /** The current key: the first one, or the last one of `rotations`. */
  readonly signingKey: SigningKeyPair;
  readonly rotations: readonly Rotation[];
  /** Signs receipts, key lists and whatever else a server states. */
  readonly statementKey: SigningKeyPair;
  /** Of the TLS certificate. */
  readonly tlsKey: SigningKeyPair;
  /** Grows with every change; a client refuses one that it has seen surpassed. */
  readonly counter: number;
};

const VERSION = 1;

export function createServerIdentity({ random }: { readonly random: Random }): ServerIdentity {
  const signingKey = generateSigningKeyPair(random);
  return {
    serverId: signingKey.publicKey,
    signingKey,
    rotations: [],
    statementKey: generateSigningKeyPair(random),
    tlsKey: generateSigningKeyPair(random),
    counter: 1,
  };
}

/** New signing and TLS keys. The statement key stays: receipts outlive a rotation. Throws after 64 rotations. */
export function rotateServerIdentity(
  identity: ServerIdentity,
  { random }: { readonly random: Random },
): ServerIdentity {
  if (identity.rotations.length >= limits.rotationsMax) throw new RangeError("a server's key changes at most 64 times");
  const counter = identity.counter + 1;
  const signingKey = generateSigningKeyPair(random);
  const rotation = signRotation(identity.signingKey, signingKey.publicKey, counter);
  const rotations = [...identity.rotations, rotation];
  return { ...identity, signingKey, rotations, tlsKey: generateSigningKeyPair(random), counter };
}

export const serverIdOf = (identity: ServerIdentity): Uint8Array => identity.serverId;

export const statementKeyOf = (identity: ServerIdentity): SigningKeyPair => identity.statementKey;

export const encodeServerIdentity = (identity: ServerIdentity): Uint8Array =>
  encodeWith((writer) => {
    const { serverId, signingKey, statementKey, tlsKey, counter, rotations } = identity;
    writer.u8(VERSION).fixed(serverId);
    for (const { privateKey } of [signingKey, statementKey, tlsKey]) writer.fixed(privateKey);
    writeCounter(writer, counter).u8(rotations.length);
    for (const rotation of rotations) writeRotation(writer, rotation);
  });

/** Throws `DecodeError`, also when keys and rotations do not belong together. */
export function decodeServerIdentity(bytes: Uint8Array): ServerIdentity {
  const identity = decodeWhole(bytes, readIdentity);
  const keys = followRotations(identity.serverId, identity.rotations);
  const current = keys?.at(-1);
  if (current === undefined || !equalBytes(current, identity.signingKey.publicKey))
    throw new DecodeError("bad-rotations");
  if (identity.counter < (identity.rotations.at(-1)?.counter ?? 1)) throw new DecodeError("bad-counter");
  return identity;
}

function readIdentity(reader: Reader): ServerIdentity {
  if (reader.u8() !== VERSION) throw new DecodeError("unknown-version");
  const serverId = reader.fixed(signingKeyBytes).slice();
  const [signingKey, statementKey, tlsKey] = [readKeyPair(reader), readKeyPair(reader), readKeyPair(reader)];
  const counter = readCounter(reader);
  const count = reader.u8();
  if (count > limits.rotationsMax || count * rotationBytes !== reader.remaining) throw reader.error("bad-rotations");
  const rotations = Array.from({ length: count }, () => readRotation(reader));
  return { serverId, signingKey, statementKey, tlsKey, counter, rotations };
}

const readKeyPair = (reader: Reader): SigningKeyPair => signingKeyPairFromSeed(reader.fixed(signingKeyBytes).slice());

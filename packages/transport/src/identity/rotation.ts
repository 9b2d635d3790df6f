/** One change of the server's key, signed by the key before it. docs/protocol.md, "Server identity". */
import { encodeWith, equalBytes, type Reader, type Writer } from "@quicprochat/bytes";
import {
  type SigningKeyPair,
  signatureBytes,
  signingKeyBytes,
  signLabelled,
  verifyLabelled,
} from "@quicprochat/crypto";
import { readCounter, writeCounter } from "./counter.ts";

export type Rotation = {
  readonly newKey: Uint8Array;
  /** The identity's counter from which on `newKey` holds. */
  readonly counter: number;
  readonly signature: Uint8Array;
};

export const rotationBytes: number = signingKeyBytes + 8 + signatureBytes;

export function signRotation(old: SigningKeyPair, newKey: Uint8Array, counter: number): Rotation {
  const signature = signLabelled(old.privateKey, "rotate", rotationBody(newKey, counter));
  return { newKey, counter, signature };
}

/** Every key that held, the server id first and the current one last; `null` when a link does not hold. */
export function followRotations(serverId: Uint8Array, rotations: readonly Rotation[]): Uint8Array[] | null {
  const keys = [serverId];
  let key = serverId;
  let counter = 0;
  for (const rotation of rotations) {
    if (rotation.counter <= counter || keys.some((earlier) => equalBytes(earlier, rotation.newKey))) return null;
    const body = rotationBody(rotation.newKey, rotation.counter);
    if (!verifyLabelled(key, "rotate", body, rotation.signature)) return null;
    key = rotation.newKey;
    counter = rotation.counter;
    keys.push(key);
  }
  return keys;
}

export function writeRotation(writer: Writer, { newKey, counter, signature }: Rotation): void {
  writeCounter(writer.fixed(newKey), counter);
  writer.fixed(signature);
}

export function readRotation(reader: Reader): Rotation {
  const newKey = reader.fixed(signingKeyBytes).slice();
  const counter = readCounter(reader);
  return { newKey, counter, signature: reader.fixed(signatureBytes).slice() };
}

const rotationBody = (newKey: Uint8Array, counter: number): Uint8Array =>
  encodeWith((writer) => writeCounter(writer.fixed(newKey), counter));

/** Path secrets and the keys that they stand for, RFC 9420 section 7.4. */
import { erase } from "@quicprochat/crypto";
import type { CipherSuite, KeyPair } from "../suite/cipher-suite.ts";
import { deriveSecret } from "../suite/labels.ts";

export const nextPathSecret = (suite: CipherSuite, pathSecret: Uint8Array): Uint8Array =>
  deriveSecret(suite, pathSecret, "path");

export function keyPairOf(suite: CipherSuite, pathSecret: Uint8Array): KeyPair {
  const nodeSecret = deriveSecret(suite, pathSecret, "node");
  const pair = suite.deriveKeyPair(nodeSecret);
  erase(nodeSecret);
  return pair;
}

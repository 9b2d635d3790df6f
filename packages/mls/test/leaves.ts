/** Leaf nodes without meaning, for tests of the tree's shape. */
import { toUtf8 } from "@quicprochat/bytes";
import { basicCredential, type LeafNode } from "../src/index.ts";

/** Bytes that differ by number. */
export const at = (number: number): Uint8Array => new Uint8Array(32).fill(number + 1);

export const groupLeaf = (number: number): LeafNode => ({
  encryptionKey: at(number),
  signatureKey: at(number + 100),
  credential: basicCredential(toUtf8(`leaf ${number}`)),
  capabilities: { versions: [1], cipherSuites: [1], extensions: [], proposals: [], credentials: [1] },
  source: { kind: "update" },
  extensions: [],
  signature: at(0),
});

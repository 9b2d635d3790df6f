/** Learning the private keys of an UpdatePath, RFC 9420 section 7.5. */
import { equalBytes } from "@quicprochat/bytes";
import { erase } from "@quicprochat/crypto";
import type { RefusalCode } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { decryptWithLabel } from "../suite/labels.ts";
import type { UpdatePath } from "../wire/commit.ts";
import type { HpkeCiphertext } from "../wire/hpke-ciphertext.ts";
import { directPath, isBelow, leafNodeIndex } from "./math.ts";
import { keyPairOf, nextPathSecret } from "./path-secrets.ts";
import type { RatchetTree } from "./ratchet-tree.ts";
import { filteredDirectPath, resolution } from "./resolution.ts";

export type LearnedPath =
  | {
      readonly kind: "learned";
      /** By node index: what is new. */
      readonly privateKeys: ReadonlyMap<number, Uint8Array>;
      readonly commitSecret: Uint8Array;
    }
  | { readonly kind: "refused"; readonly code: RefusalCode };

type Decrypting = {
  readonly committer: number;
  readonly ownLeaf: number;
  readonly path: UpdatePath;
  readonly added: readonly number[];
  /** The provisional GroupContext, encoded. */
  readonly encodedContext: Uint8Array;
  readonly privateKeys: ReadonlyMap<number, Uint8Array>;
};

/** `tree` has the path merged already. */
export function decryptPath(suite: CipherSuite, tree: RatchetTree, decrypting: Decrypting): LearnedPath {
  const own = leafNodeIndex(decrypting.ownLeaf);
  const steps = filteredDirectPath(tree, decrypting.committer);
  const at = steps.findIndex(({ copath }) => isBelow(own, copath));
  const step = steps[at];
  const found = step && ciphertextFor(tree, step.copath, decrypting.path.nodes[at]?.encryptedPathSecrets, decrypting);
  if (step === undefined || found === undefined) return { kind: "refused", code: "path-ciphertext" };
  const { privateKey, sealed } = found;
  const context = decrypting.encodedContext;
  const pathSecret = decryptWithLabel(suite, { privateKey, label: "UpdatePathNode", context, sealed });
  if (pathSecret === undefined || pathSecret.length !== suite.hashBytes) {
    return { kind: "refused", code: "path-ciphertext" };
  }
  return climb(suite, tree, step.node, pathSecret);
}

/** From the path secret of `node` to the root: each must yield the public key that the tree has. Erases `pathSecret`. */
export function climb(suite: CipherSuite, tree: RatchetTree, node: number, pathSecret: Uint8Array): LearnedPath {
  const privateKeys = new Map<number, Uint8Array>();
  let secret = pathSecret;
  for (const above of [node, ...directPath(node, tree.leafCount)]) {
    const content = tree.parent(above);
    if (content === undefined) continue;
    const pair = keyPairOf(suite, secret);
    if (!equalBytes(pair.publicKey, content.encryptionKey)) return { kind: "refused", code: "path-key" };
    privateKeys.set(above, pair.privateKey);
    const next = nextPathSecret(suite, secret);
    erase(secret);
    secret = next;
  }
  return { kind: "learned", privateKeys, commitSecret: secret };
}

/** The ciphertext for the one node of the copath's resolution whose private key this member has. */
function ciphertextFor(
  tree: RatchetTree,
  copath: number,
  ciphertexts: readonly HpkeCiphertext[] | undefined,
  { added, privateKeys }: Decrypting,
): { readonly privateKey: Uint8Array; readonly sealed: HpkeCiphertext } | undefined {
  const excluded = new Set(added.map(leafNodeIndex));
  const recipients = resolution(tree, copath).filter((node) => !excluded.has(node));
  const at = recipients.findIndex((node) => privateKeys.has(node));
  const privateKey = privateKeys.get(recipients[at] ?? -1);
  const sealed = ciphertexts?.[at];
  return privateKey === undefined || sealed === undefined ? undefined : { privateKey, sealed };
}

/** Making leaf nodes, RFC 9420 section 7.2. */
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { signWithLabel, verifyWithLabel } from "../suite/labels.ts";
import { isDefaultExtension, protocolVersion } from "../wire/code-points.ts";
import { type Credential, credentialTypeOf } from "../wire/credential.ts";
import type { Extension } from "../wire/extension.ts";
import {
  type Capabilities,
  type LeafNode,
  type LeafPosition,
  leafNodeTbs,
  type UnsignedLeafNode,
} from "../wire/leaf-node.ts";

const LABEL = "LeafNodeTBS";

/** `position` is `undefined` for the leaf of a KeyPackage. */
export function signLeafNode(
  suite: CipherSuite,
  privateKey: Uint8Array,
  leaf: UnsignedLeafNode,
  position: LeafPosition | undefined,
): LeafNode {
  const signature = signWithLabel(suite, privateKey, { label: LABEL, content: leafNodeTbs(leaf, position) });
  return { ...leaf, signature };
}

export const verifyLeafNode = (suite: CipherSuite, leaf: LeafNode, position: LeafPosition | undefined): boolean =>
  verifyWithLabel(suite, leaf.signatureKey, {
    label: LABEL,
    content: leafNodeTbs(leaf, position),
    signature: leaf.signature,
  });

/** What a client supports that says nothing else: one suite, its credential's type, and the extensions of its leaf. */
export function defaultCapabilities(
  suite: CipherSuite,
  credential: Credential,
  leafExtensions: readonly Extension[],
): Capabilities {
  const extensions = leafExtensions.map(({ type }) => type).filter((type) => !isDefaultExtension(type));
  return {
    versions: [protocolVersion.mls10],
    cipherSuites: [suite.id],
    extensions,
    proposals: [],
    credentials: [credentialTypeOf(credential)],
  };
}

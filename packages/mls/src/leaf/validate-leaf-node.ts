/** Leaf node validation, RFC 9420 section 7.3: what can be said of one leaf without its neighbours. */
import { limits } from "../limits.ts";
import type { RefusalCode } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { isDefaultExtension, protocolVersion } from "../wire/code-points.ts";
import { credentialTypeOf } from "../wire/credential.ts";
import type { LeafNode, LeafPosition, Lifetime } from "../wire/leaf-node.ts";
import { verifyLeafNode } from "./sign-leaf-node.ts";

type Place = {
  readonly suite: CipherSuite;
  /** Where the leaf node must come from; `undefined` in a tree, where all are allowed. */
  readonly source: LeafNode["source"]["kind"] | undefined;
  /** `undefined` for the leaf of a KeyPackage. */
  readonly position: LeafPosition | undefined;
  /** Seconds since 1970; `undefined`: lifetimes are not judged. */
  readonly now: bigint | undefined;
};

export function validateLeafNode(leaf: LeafNode, place: Place): RefusalCode | undefined {
  const { suite, source, position, now } = place;
  if (source !== undefined && leaf.source.kind !== source) return "leaf-source";
  if (!suite.isPublicKey(leaf.encryptionKey)) return "bad-encryption-key";
  if (now !== undefined && leaf.source.kind === "key-package" && !isLive(leaf.source.lifetime, now)) {
    return "leaf-lifetime";
  }
  return validateCapabilities(suite, leaf) ?? (verifyLeafNode(suite, leaf, position) ? undefined : "leaf-signature");
}

function validateCapabilities(
  suite: CipherSuite,
  { capabilities, credential, extensions }: LeafNode,
): RefusalCode | undefined {
  if (!capabilities.versions.includes(protocolVersion.mls10)) return "leaf-version-unsupported";
  if (!capabilities.cipherSuites.includes(suite.id)) return "leaf-suite-unsupported";
  if (!capabilities.credentials.includes(credentialTypeOf(credential))) return "leaf-credential-unsupported";
  const unsupported = extensions.some(
    ({ type }) => !isDefaultExtension(type) && !capabilities.extensions.includes(type),
  );
  return unsupported ? "leaf-extension-unsupported" : undefined;
}

/** Clocks may differ by `limits.clockSkewSeconds`. */
function isLive({ notBefore, notAfter }: Lifetime, now: bigint): boolean {
  const { clockSkewSeconds: skew, lifetimeSecondsMax } = limits;
  return now + skew >= notBefore && now - skew <= notAfter && notAfter - notBefore <= lifetimeSecondsMax;
}

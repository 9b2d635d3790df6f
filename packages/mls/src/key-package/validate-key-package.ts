/** KeyPackage validation, RFC 9420 section 10.1. */
import { equalBytes } from "@quicprochat/bytes";
import { validateLeafNode } from "../leaf/validate-leaf-node.ts";
import type { Refusal, RefusalCode } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { verifyWithLabel } from "../suite/labels.ts";
import { protocolVersion } from "../wire/code-points.ts";
import { type KeyPackage, keyPackageTbs } from "../wire/key-package.ts";

type Demands = {
  /** The group's. */
  readonly suite: CipherSuite;
  /** Seconds since 1970. Whoever adds the client must give it; who processes the commit of another need not. */
  readonly now?: bigint | undefined;
};

/** Whether the credential speaks for the client is the application's to judge (section 5.3.1). */
export function validateKeyPackage(keyPackage: KeyPackage, { suite, now }: Demands): Refusal | undefined {
  const code = faultOf(keyPackage, suite, now);
  return code === undefined ? undefined : { code };
}

function faultOf(keyPackage: KeyPackage, suite: CipherSuite, now: bigint | undefined): RefusalCode | undefined {
  const { version, cipherSuite, leafNode, initKey, signature } = keyPackage;
  if (version !== protocolVersion.mls10) return "unsupported-version";
  if (cipherSuite !== suite.id) return "wrong-suite";
  if (!suite.isPublicKey(initKey) || equalBytes(initKey, leafNode.encryptionKey)) {
    return "key-package-init-key";
  }
  const fault = validateLeafNode(leafNode, { suite, source: "key-package", position: undefined, now });
  if (fault !== undefined) return fault;
  const signed = { label: "KeyPackageTBS", content: keyPackageTbs(keyPackage), signature };
  return verifyWithLabel(suite, leafNode.signatureKey, signed) ? undefined : "key-package-signature";
}

/** What every joiner verifies of a GroupInfo and its tree before it uses them, RFC 9420 sections 12.4.3 and 12.4.3.3. */
import type { Refusal } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { decodeTree } from "../tree/encoding.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import { validateTree } from "../tree/validate-tree.ts";
import { extensionType, protocolVersion } from "../wire/code-points.ts";
import { findExtension } from "../wire/extension.ts";
import type { GroupInfo } from "../wire/group-info.ts";
import { verifyGroupInfo } from "./group-info.ts";
import { unlessMalformed } from "./unless-malformed.ts";

type Checked = { readonly tree: RatchetTree } | { readonly refusal: Refusal };

/** The GroupInfo's own tree, or else the one that came apart. */
export function checkGroupInfo(suite: CipherSuite, info: GroupInfo, apart: Uint8Array | undefined): Checked {
  const { groupContext: context, signer } = info;
  if (context.version !== protocolVersion.mls10) return { refusal: { code: "unsupported-version" } };
  if (context.cipherSuite !== suite.id) return { refusal: { code: "wrong-suite" } };
  const bytes = findExtension(info.extensions, extensionType.ratchetTree) ?? apart;
  if (bytes === undefined) return { refusal: { code: "tree-missing" } };
  const decoded = unlessMalformed(() => decodeTree(bytes));
  if (decoded === undefined) return { refusal: { code: "malformed" } };
  if (decoded.kind === "refused") return decoded;
  const { tree } = decoded;
  const signatureKey = tree.leaf(signer)?.signatureKey;
  if (signatureKey === undefined) return { refusal: { code: "unknown-sender", leafIndex: signer } };
  if (!verifyGroupInfo(suite, info, signatureKey)) return { refusal: { code: "group-info-signature" } };
  const judged = unlessMalformed(() => ({ refusal: validateTree(suite, tree, context) }));
  if (judged === undefined) return { refusal: { code: "context-extensions-malformed" } };
  return judged.refusal === undefined ? { tree } : { refusal: judged.refusal };
}

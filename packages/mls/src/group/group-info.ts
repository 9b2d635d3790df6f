/** GroupInfo: what a joiner is told of the group, RFC 9420 section 12.4.3. */
import { deriveExternalKeyPair } from "../keys/key-schedule.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { signWithLabel, verifyWithLabel } from "../suite/labels.ts";
import { encodeTree } from "../tree/encoding.ts";
import { extensionType } from "../wire/code-points.ts";
import { type Extension, externalPubExtension } from "../wire/extension.ts";
import { type GroupInfo, groupInfoTbs } from "../wire/group-info.ts";
import type { GroupFields } from "./group-state.ts";

export type GroupInfoOptions = {
  /** With the ratchet_tree extension. */
  readonly withTree: boolean;
  /** With the external_pub extension, without which nobody can join by an external commit. */
  readonly externalPub: boolean;
  /** Of the application, or GREASE. */
  readonly extensions?: readonly Extension[];
};

const LABEL = "GroupInfoTBS";

type Signer = Pick<
  GroupFields,
  "suite" | "context" | "tree" | "confirmationTag" | "ownLeaf" | "signaturePrivateKey" | "secrets"
>;

export function makeGroupInfo(fields: Signer, { withTree, externalPub, extensions = [] }: GroupInfoOptions): GroupInfo {
  const { suite, context, tree, confirmationTag, ownLeaf: signer, signaturePrivateKey } = fields;
  const own: Extension[] = [];
  if (withTree) own.push({ type: extensionType.ratchetTree, data: encodeTree(tree) });
  if (externalPub)
    own.push(externalPubExtension(deriveExternalKeyPair(suite, fields.secrets.externalSecret).publicKey));
  const info = { groupContext: context, extensions: [...own, ...extensions], confirmationTag, signer };
  const signature = signWithLabel(suite, signaturePrivateKey, { label: LABEL, content: groupInfoTbs(info) });
  return { ...info, signature };
}

export const verifyGroupInfo = (suite: CipherSuite, info: GroupInfo, signatureKey: Uint8Array): boolean =>
  verifyWithLabel(suite, signatureKey, { label: LABEL, content: groupInfoTbs(info), signature: info.signature });

/** Leaf node validation, RFC 9420 section 7.3: what a leaf owes its group and its neighbours. */
import type { Refusal } from "../refusal.ts";
import { KeyIndex } from "../tree/key-index.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import { isDefaultExtension, isDefaultProposal, isGrease } from "../wire/code-points.ts";
import { credentialTypeOf } from "../wire/credential.ts";
import { type Extension, requiredCapabilities } from "../wire/extension.ts";
import type { Capabilities, LeafNode } from "../wire/leaf-node.ts";

type Placed = { readonly leafIndex: number; readonly leaf: LeafNode };

/**
 * `changed` are the leaves that are new or that differ from an epoch in which all was well; all of them where the
 * extensions changed. Throws `DecodeError` on malformed extensions.
 */
export function validateMembers(
  tree: RatchetTree,
  extensions: readonly Extension[],
  changed: readonly number[] | "all",
): Refusal | undefined {
  const members = [...tree.leaves()];
  const touched = changed === "all" ? members : members.filter(({ leafIndex }) => changed.includes(leafIndex));
  return supportsGroup(touched, extensions) ?? sharesCredentials(members, touched) ?? hasOwnKeys(members, touched);
}

function supportsGroup(touched: readonly Placed[], extensions: readonly Extension[]): Refusal | undefined {
  const required = requiredCapabilities(extensions);
  const types = extensions.map(({ type }) => type).filter((type) => !isDefaultExtension(type) && !isGrease(type));
  for (const { leafIndex, leaf } of touched) {
    const { capabilities } = leaf;
    if (!includesAll(capabilities.extensions, types)) return { code: "context-extension-unsupported", leafIndex };
    if (required !== undefined && !supports(capabilities, required)) {
      return { code: "leaf-required-capabilities", leafIndex };
    }
  }
  return undefined;
}

function supports(capabilities: Capabilities, required: NonNullable<ReturnType<typeof requiredCapabilities>>): boolean {
  const { extensionTypes, proposalTypes, credentialTypes } = required;
  return (
    includesAll(
      capabilities.extensions,
      extensionTypes.filter((type) => !isDefaultExtension(type)),
    ) &&
    includesAll(
      capabilities.proposals,
      proposalTypes.filter((type) => !isDefaultProposal(type)),
    ) &&
    includesAll(capabilities.credentials, credentialTypes)
  );
}

const includesAll = (list: readonly number[], wanted: readonly number[]): boolean =>
  wanted.every((value) => list.includes(value));

/** Every member's type of credential is one that every other member supports. */
function sharesCredentials(members: readonly Placed[], touched: readonly Placed[]): Refusal | undefined {
  const inUse = [...new Set(members.map(({ leaf }) => credentialTypeOf(leaf.credential)))];
  const brought = [...new Set(touched.map(({ leaf }) => credentialTypeOf(leaf.credential)))];
  const failing =
    touched.find(({ leaf }) => !includesAll(leaf.capabilities.credentials, inUse)) ??
    members.find(({ leaf }) => !includesAll(leaf.capabilities.credentials, brought));
  return failing === undefined ? undefined : { code: "leaf-credential-unsupported", leafIndex: failing.leafIndex };
}

function hasOwnKeys(members: readonly Placed[], touched: readonly Placed[]): Refusal | undefined {
  const [signatureKeys, encryptionKeys] = [new KeyIndex<number>(), new KeyIndex<number>()];
  for (const { leafIndex, leaf } of touched) {
    signatureKeys.add(leaf.signatureKey, leafIndex);
    encryptionKeys.add(leaf.encryptionKey, leafIndex);
  }
  for (const { leafIndex, leaf } of members) {
    const other = (owner: number): boolean => owner !== leafIndex;
    const signer = signatureKeys.ownersOf(leaf.signatureKey).find(other);
    if (signer !== undefined) return { code: "duplicate-signature-key", leafIndex: signer };
    const holder = encryptionKeys.ownersOf(leaf.encryptionKey).find(other);
    if (holder !== undefined) return { code: "duplicate-encryption-key", leafIndex: holder };
  }
  return undefined;
}

/** The members of an MLS group as accounts and devices, and where each takes its cells. */
import { DecodeError, equalBytes } from "@quicprochat/bytes";
import { type GroupState, type Member as Leaf, members } from "@quicprochat/mls";
import { type Credential, decodeCredential, verifyCredential } from "../envelope/credential.ts";
import { type DeliveryAddress, decodeDeliveryAddress, extensionTypes } from "../envelope/extensions.ts";

export type Member = {
  readonly leafIndex: number;
  readonly user: string;
  readonly rootKey: Uint8Array;
  readonly identityVersion: number;
  readonly deviceId: Uint8Array;
  /** `undefined` where the leaf names none that can be read: such a device gets nothing. */
  readonly delivery: DeliveryAddress | undefined;
};

type LeafFacts = Pick<Leaf, "credential" | "signatureKey" | "extensions">;

/** Leaves were checked when they came in, by `verifiedLeaf`. */
export function membersOf(state: GroupState): Member[] {
  const found: Member[] = [];
  for (const leaf of members(state)) {
    const credential = credentialOf(leaf);
    if (credential !== undefined) found.push(memberOf(leaf.leafIndex, leaf, credential));
  }
  return found;
}

/** Who the leaf of a KeyPackage says that it is: nothing is verified. */
export function claimedMember(leaf: LeafFacts): Member | undefined {
  const credential = credentialOf(leaf);
  return credential === undefined ? undefined : memberOf(0, leaf, credential);
}

/** A leaf whose chain leads from a root key of this server's account to the key that signs for it, and that can be reached. */
export function verifiedLeaf(leafIndex: number, leaf: LeafFacts, serverId: Uint8Array): Member | undefined {
  const credential = credentialOf(leaf);
  if (credential === undefined || !equalBytes(credential.serverId, serverId)) return undefined;
  if (!verifyCredential(credential, leaf.signatureKey)) return undefined;
  const member = memberOf(leafIndex, leaf, credential);
  return member.delivery === undefined ? undefined : member;
}

function memberOf(leafIndex: number, leaf: LeafFacts, { username, identity, deviceId }: Credential): Member {
  return {
    leafIndex,
    user: username,
    rootKey: identity.rootKey,
    identityVersion: identity.version,
    deviceId,
    delivery: deliveryOf(leaf),
  };
}

function credentialOf({ credential }: LeafFacts): Credential | undefined {
  return credential.kind === "basic" ? unlessMalformed(() => decodeCredential(credential.identity)) : undefined;
}

function deliveryOf({ extensions }: LeafFacts): DeliveryAddress | undefined {
  const data = extensions.find(({ type }) => type === extensionTypes.deliveryAddress)?.data;
  return data === undefined ? undefined : unlessMalformed(() => decodeDeliveryAddress(data));
}

export function unlessMalformed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Creating a group, RFC 9420 section 11. */
import { erase, type Random } from "@quicprochat/crypto";
import { epochFrom } from "../keys/key-schedule.ts";
import { confirmationTagOf } from "../keys/transcript-hash.ts";
import { defaultCapabilities, signLeafNode } from "../leaf/sign-leaf-node.ts";
import { limits } from "../limits.ts";
import type { CipherSuite, KeyPair } from "../suite/cipher-suite.ts";
import { RatchetTree } from "../tree/ratchet-tree.ts";
import { treeHash } from "../tree/tree-hash.ts";
import { protocolVersion } from "../wire/code-points.ts";
import type { Credential } from "../wire/credential.ts";
import type { Extension } from "../wire/extension.ts";
import type { Capabilities, Lifetime } from "../wire/leaf-node.ts";
import { GroupState } from "./group-state.ts";
import { firstFields } from "./next-epoch.ts";

export type CreateGroupOptions = {
  readonly suite: CipherSuite;
  /** Unique among the creator's groups; random is best. */
  readonly groupId: Uint8Array;
  readonly credential: Credential;
  readonly signatureKeyPair: KeyPair;
  /** By default this suite, this type of credential and the extensions of the leaf. */
  readonly capabilities?: Capabilities;
  readonly leafExtensions?: readonly Extension[];
  readonly groupContextExtensions?: readonly Extension[];
  /** Of the creator's first leaf node. By default unlimited: its first commit replaces it. */
  readonly lifetime?: Lifetime;
  readonly random: Random;
};

/** A group of one, in epoch 0. */
export function createGroup(options: CreateGroupOptions): GroupState {
  const { suite, groupId, credential, signatureKeyPair, random, leafExtensions = [] } = options;
  const encryption = suite.generateKeyPair(random);
  const leaf = {
    encryptionKey: encryption.publicKey,
    signatureKey: signatureKeyPair.publicKey,
    credential,
    capabilities: options.capabilities ?? defaultCapabilities(suite, credential, leafExtensions),
    source: { kind: "key-package", lifetime: options.lifetime ?? UNLIMITED },
    extensions: leafExtensions,
  } as const;
  const leafNode = signLeafNode(suite, signatureKeyPair.privateKey, leaf, undefined);
  const tree = RatchetTree.of([{ kind: "leaf", leaf: leafNode }]);
  const context = {
    version: protocolVersion.mls10,
    cipherSuite: suite.id,
    groupId,
    epoch: 0n,
    treeHash: treeHash(suite, tree),
    confirmedTranscriptHash: new Uint8Array(0),
    extensions: options.groupContextExtensions ?? [],
  };
  const epochSecret = random(suite.hashBytes);
  const entry = epochFrom(suite, epochSecret);
  erase(epochSecret);
  const confirmationTag = confirmationTagOf(suite, entry.confirmationKey, context.confirmedTranscriptHash);
  return new GroupState(
    firstFields({
      suite,
      context,
      tree,
      entry,
      confirmationTag,
      ownLeaf: 0,
      signaturePrivateKey: signatureKeyPair.privateKey,
      privateKeys: new Map([[0, encryption.privateKey]]),
    }),
  );
}

const UNLIMITED: Lifetime = { notBefore: 0n, notAfter: limits.lifetimeSecondsEver };

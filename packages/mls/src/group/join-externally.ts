/** Joining by an external commit, and resync: RFC 9420 section 12.4.3.2. */
import { erase, type Random } from "@quicprochat/crypto";
import { encapsulateInitSecret } from "../keys/external-init.ts";
import { interimTranscriptHash } from "../keys/transcript-hash.ts";
import { defaultCapabilities, signLeafNode } from "../leaf/sign-leaf-node.ts";
import type { CipherSuite, CipherSuiteProvider, KeyPair } from "../suite/cipher-suite.ts";
import { nativeSuites } from "../suite/native-suites.ts";
import type { Credential } from "../wire/credential.ts";
import { type Extension, externalPub } from "../wire/extension.ts";
import type { GroupInfo } from "../wire/group-info.ts";
import type { Capabilities, LeafNode } from "../wire/leaf-node.ts";
import { decodeMlsMessage } from "../wire/mls-message.ts";
import type { PreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import type { Proposal } from "../wire/proposal.ts";
import { checkGroupInfo } from "./check-group-info.ts";
import { encodeContext } from "./next-epoch.ts";
import { type Committed, type PskStore, type Refused, refused } from "./outcome.ts";
import { type CommitBase, planExternalCommit } from "./plan-commit.ts";
import { sealCommit } from "./seal-commit.ts";
import { unlessMalformed } from "./unless-malformed.ts";

export type ExternalJoinOptions = {
  /** MLSMessage of a GroupInfo with external_pub. */
  readonly groupInfo: Uint8Array;
  /** The content of the ratchet_tree extension, where the GroupInfo comes without. */
  readonly ratchetTree?: Uint8Array;
  /** Resync: the joiner's former leaf. Its credential is the joiner's, as it was. */
  readonly remove?: number;
  readonly credential: Credential;
  readonly signatureKeyPair: KeyPair;
  readonly capabilities?: Capabilities;
  readonly leafExtensions?: readonly Extension[];
  /** Pre-shared keys to inject, in order. */
  readonly pskIds?: readonly PreSharedKeyId[];
  readonly psks?: PskStore;
  readonly authenticatedData?: Uint8Array;
  readonly suites?: CipherSuiteProvider;
  readonly random: Random;
};

/** The commit is a PublicMessage. `next` is the joiner's state once the commit won. */
export function joinExternally(options: ExternalJoinOptions): Committed | Refused {
  const message = unlessMalformed(() => decodeMlsMessage(options.groupInfo));
  if (message === undefined) return refused("malformed");
  if (message.kind !== "group-info") return refused("unexpected-message");
  const { groupInfo } = message;
  const suite = (options.suites ?? nativeSuites)(groupInfo.groupContext.cipherSuite);
  if (suite === undefined) return refused("unsupported-suite");
  const checked = checkGroupInfo(suite, groupInfo, options.ratchetTree);
  if ("refusal" in checked) return { kind: "refused", refusal: checked.refusal };
  const publicKey = unlessMalformed(() => externalPub(groupInfo.extensions));
  if (publicKey === undefined) return refused("external-join-closed");
  const init = encapsulateInitSecret(suite, publicKey, options.random);
  if (init === undefined) return refused("external-init-malformed");
  const base: CommitBase = { suite, context: groupInfo.groupContext, tree: checked.tree, now: undefined };
  const outcome = join(base, groupInfo, options, { kemOutput: init.kemOutput, initSecret: init.exported });
  erase(init.exported);
  return outcome;
}

type Init = { readonly kemOutput: Uint8Array; readonly initSecret: Uint8Array };

function join(base: CommitBase, info: GroupInfo, options: ExternalJoinOptions, init: Init): Committed | Refused {
  const { suite, context } = base;
  const proposals = proposalsOf(options, init.kemOutput);
  const applied = proposals.map((proposal) => ({ proposal, sender: { kind: "new-member-commit" } }) as const);
  const content = leafContent(suite, options);
  // Whether it is the same client is the members' to judge; here it is the caller's word.
  const planned = planExternalCommit(base, applied, {
    leafNode: { ...content, encryptionKey: EMPTY, source: { kind: "update" }, signature: EMPTY },
    sameClient: () => true,
  });
  if (planned.kind === "refused") return planned;
  const position = { groupId: context.groupId, leafIndex: planned.plan.committer };
  const { privateKey } = options.signatureKeyPair;
  return sealCommit({
    base,
    plan: planned.plan,
    applied,
    listed: proposals.map((proposal) => ({ kind: "proposal", proposal }) as const),
    author: {
      kind: "joiner",
      signaturePrivateKey: privateKey,
      encodedContext: encodeContext(context),
      interimTranscriptHash: interimTranscriptHash(suite, context.confirmedTranscriptHash, info.confirmationTag),
      initSecret: init.initSecret,
    },
    leaf:
      ({ publicKey: encryptionKey }) =>
      (parentHash) =>
        signLeafNode(
          suite,
          privateKey,
          { ...content, encryptionKey, source: { kind: "commit", parentHash } },
          position,
        ),
    newSignaturePrivateKey: undefined,
    psks: options.psks,
    wire: "public",
    welcomeTree: "apart",
    authenticatedData: options.authenticatedData ?? EMPTY,
    paddingBytes: 0,
    random: options.random,
  });
}

const EMPTY = new Uint8Array(0);

function proposalsOf({ remove, pskIds = [] }: ExternalJoinOptions, kemOutput: Uint8Array): Proposal[] {
  const proposals: Proposal[] = [{ kind: "external-init", kemOutput }];
  if (remove !== undefined) proposals.push({ kind: "remove", removed: remove });
  for (const id of pskIds) proposals.push({ kind: "psk", id });
  return proposals;
}

type LeafContent = Omit<LeafNode, "encryptionKey" | "source" | "signature">;

function leafContent(suite: CipherSuite, options: ExternalJoinOptions): LeafContent {
  const { credential, signatureKeyPair, leafExtensions = [] } = options;
  return {
    signatureKey: signatureKeyPair.publicKey,
    credential,
    capabilities: options.capabilities ?? defaultCapabilities(suite, credential, leafExtensions),
    extensions: leafExtensions,
  };
}

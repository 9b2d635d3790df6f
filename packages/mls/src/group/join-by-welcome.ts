/** Joining by a Welcome, RFC 9420 section 12.4.3.1. */
import { equalBytes } from "@quicprochat/bytes";
import { erase } from "@quicprochat/crypto";
import type { KeyPackageSecrets } from "../key-package/create-key-package.ts";
import { deriveEpoch, deriveWelcomeKeys, type EpochEntry } from "../keys/key-schedule.ts";
import { derivePskSecret } from "../keys/psk-secret.ts";
import { confirmationTagOf } from "../keys/transcript-hash.ts";
import type { Refusal } from "../refusal.ts";
import type { CipherSuite, CipherSuiteProvider } from "../suite/cipher-suite.ts";
import { decryptWithLabel } from "../suite/labels.ts";
import { nativeSuites } from "../suite/native-suites.ts";
import { makeKeyPackageRef } from "../suite/references.ts";
import { climb } from "../tree/decrypt-path.ts";
import { commonAncestor, leafNodeIndex } from "../tree/math.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import type { GroupInfo } from "../wire/group-info.ts";
import { readGroupInfo } from "../wire/group-info.ts";
import type { KeyPackage } from "../wire/key-package.ts";
import { writeLeafNode } from "../wire/leaf-node.ts";
import { decodeMlsMessage } from "../wire/mls-message.ts";
import type { PreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import { decode, encode } from "../wire/presentation.ts";
import { type GroupSecrets, readGroupSecrets, type Welcome } from "../wire/welcome.ts";
import { checkGroupInfo } from "./check-group-info.ts";
import { checkSuccession } from "./check-succession.ts";
import { GroupState } from "./group-state.ts";
import { encodeContext, firstFields } from "./next-epoch.ts";
import { type Joined, type PskStore, type Refused, refused } from "./outcome.ts";
import { resolvePsks } from "./resolve-psks.ts";
import { unlessMalformed } from "./unless-malformed.ts";

export type JoinOptions = {
  /** MLSMessage. */
  readonly welcome: Uint8Array;
  readonly keyPackage: KeyPackage;
  /** Erase them once the state is stored, unless the KeyPackage is one of last resort. */
  readonly secrets: KeyPackageSecrets;
  readonly signaturePrivateKey: Uint8Array;
  /** The content of the ratchet_tree extension, where the Welcome comes without. */
  readonly ratchetTree?: Uint8Array;
  readonly psks?: PskStore;
  /** The group that this one continues or branches from: needed to join such a one. */
  readonly previous?: GroupState;
  readonly suites?: CipherSuiteProvider;
};

/** No secret names this KeyPackage: the Welcome is for others. */
export type NotForUs = { readonly kind: "not-for-us" };

export function joinByWelcome(options: JoinOptions): Joined | NotForUs | Refused {
  const message = unlessMalformed(() => decodeMlsMessage(options.welcome));
  if (message === undefined) return refused("malformed");
  if (message.kind !== "welcome") return refused("unexpected-message");
  const { welcome } = message;
  const suite = (options.suites ?? nativeSuites)(welcome.cipherSuite);
  if (suite === undefined) return refused("unsupported-suite");
  if (options.keyPackage.cipherSuite !== suite.id) return { kind: "not-for-us" };
  const reference = makeKeyPackageRef(suite, options.keyPackage);
  const entry = welcome.secrets.find(({ newMember }) => equalBytes(newMember, reference));
  if (entry === undefined) return { kind: "not-for-us" };
  const plaintext = decryptWithLabel(suite, {
    privateKey: options.secrets.initPrivateKey,
    label: "Welcome",
    context: welcome.encryptedGroupInfo,
    sealed: entry.encryptedGroupSecrets,
  });
  const secrets = plaintext && unlessMalformed(() => decode(readGroupSecrets, plaintext));
  if (secrets === undefined) return refused("group-secrets");
  return joinWith(suite, options, { welcome, secrets });
}

type Opened = { readonly welcome: Welcome; readonly secrets: GroupSecrets };

function joinWith(suite: CipherSuite, options: JoinOptions, { welcome, secrets }: Opened): Joined | Refused {
  const { joinerSecret, psks: ids } = secrets;
  if (!pskUsagesHold(ids)) return refused("psk-usage");
  const { previous } = options;
  const groups = previous === undefined ? [] : [{ ...previous.fields, groupId: previous.fields.context.groupId }];
  const psks = resolvePsks({ groups, store: options.psks }, ids);
  if (psks === undefined) return refused("psk-missing");
  const pskSecret = derivePskSecret(suite, psks);
  const info = openGroupInfo(suite, welcome, { joinerSecret, pskSecret });
  if (info === undefined) return refused("group-secrets");
  const checked = checkGroupInfo(suite, info, options.ratchetTree);
  if ("refusal" in checked) return { kind: "refused", refusal: checked.refusal };
  const { tree } = checked;
  const succession = checkSuccession(ids, info, tree, previous);
  if (succession !== undefined) return refused(succession);
  const encodedContext = encodeContext(info.groupContext);
  const entry = deriveEpoch(suite, { joinerSecret, pskSecret, encodedContext });
  erase(pskSecret, joinerSecret);
  return enter(suite, options, { info, tree, entry, pathSecret: secrets.pathSecret });
}

/** A PSK that binds the group to a former one is the only resumption PSK of that kind. */
function pskUsagesHold(ids: readonly PreSharedKeyId[]): boolean {
  return ids.filter((id) => id.kind === "resumption" && id.usage !== "application").length <= 1;
}

function openGroupInfo(
  suite: CipherSuite,
  { encryptedGroupInfo }: Welcome,
  { joinerSecret, pskSecret }: { readonly joinerSecret: Uint8Array; readonly pskSecret: Uint8Array },
): GroupInfo | undefined {
  const keys = deriveWelcomeKeys(suite, joinerSecret, pskSecret);
  const plaintext = suite.open({ ...keys, aad: new Uint8Array(0) }, encryptedGroupInfo);
  erase(keys.key);
  return plaintext && unlessMalformed(() => decode(readGroupInfo, plaintext));
}

type Entering = {
  readonly info: GroupInfo;
  readonly tree: RatchetTree;
  readonly entry: EpochEntry;
  readonly pathSecret: Uint8Array | undefined;
};

function enter(
  suite: CipherSuite,
  options: JoinOptions,
  { info, tree, entry, pathSecret }: Entering,
): Joined | Refused {
  const { groupContext: context, confirmationTag, signer } = info;
  const expected = confirmationTagOf(suite, entry.confirmationKey, context.confirmedTranscriptHash);
  if (!equalBytes(expected, confirmationTag)) return refused("confirmation-tag");
  const ownLeaf = ownLeafIn(tree, options.keyPackage);
  if (ownLeaf === undefined) return refused("own-leaf-missing");
  const keys = privateKeysFor(suite, tree, { ownLeaf, signer, pathSecret, secrets: options.secrets });
  if ("code" in keys) return { kind: "refused", refusal: keys };
  const { signaturePrivateKey } = options;
  const epoch = { suite, context, tree, entry, confirmationTag, ownLeaf, signaturePrivateKey };
  return { kind: "joined", state: new GroupState(firstFields({ ...epoch, privateKeys: keys })), sender: signer };
}

function ownLeafIn(tree: RatchetTree, keyPackage: KeyPackage): number | undefined {
  const own = encode(writeLeafNode, keyPackage.leafNode);
  for (const { leafIndex, leaf } of tree.leaves()) {
    if (!equalBytes(leaf.signatureKey, keyPackage.leafNode.signatureKey)) continue;
    return equalBytes(encode(writeLeafNode, leaf), own) ? leafIndex : undefined;
  }
  return undefined;
}

type OwnPlace = {
  readonly ownLeaf: number;
  readonly signer: number;
  readonly pathSecret: Uint8Array | undefined;
  readonly secrets: KeyPackageSecrets;
};

function privateKeysFor(
  suite: CipherSuite,
  tree: RatchetTree,
  { ownLeaf, signer, pathSecret, secrets }: OwnPlace,
): ReadonlyMap<number, Uint8Array> | Refusal {
  const own = leafNodeIndex(ownLeaf);
  // A copy: the caller erases the KeyPackage's.
  const keys = new Map([[own, secrets.encryptionPrivateKey.slice()]]);
  if (pathSecret === undefined) return keys;
  const shared = commonAncestor(own, leafNodeIndex(signer));
  if (tree.parent(shared) === undefined || pathSecret.length !== suite.hashBytes) return { code: "path-key" };
  const learned = climb(suite, tree, shared, pathSecret);
  if (learned.kind === "refused") return { code: learned.code };
  erase(learned.commitSecret);
  return new Map([...keys, ...learned.privateKeys]);
}

/** Groups that continue another one: reinitialisation and branching, RFC 9420 sections 11.2 and 11.3. */
import type { Random } from "@quicprochat/crypto";
import type { CipherSuiteProvider, KeyPair } from "../suite/cipher-suite.ts";
import { nativeSuites } from "../suite/native-suites.ts";
import type { Credential } from "../wire/credential.ts";
import type { Extension } from "../wire/extension.ts";
import type { KeyPackage } from "../wire/key-package.ts";
import type { Capabilities } from "../wire/leaf-node.ts";
import { isWithin } from "./check-succession.ts";
import { commitThese } from "./commit.ts";
import { type CreateGroupOptions, createGroup } from "./create-group.ts";
import type { GroupState } from "./group-state.ts";
import { type Committed, type Refused, refused } from "./outcome.ts";

export type SuccessorOptions = {
  /** Fresh ones, of the new group's suite: of all other members for a ReInit, of those that go along for a branch. */
  readonly keyPackages: readonly KeyPackage[];
  /** The creator's in the new group. */
  readonly credential: Credential;
  readonly signatureKeyPair: KeyPair;
  readonly capabilities?: Capabilities;
  readonly leafExtensions?: readonly Extension[];
  readonly welcome?: { readonly tree: "inline" | "apart" };
  readonly now: bigint;
  readonly suites?: CipherSuiteProvider;
  readonly random: Random;
};

/**
 * The group that the committed ReInit of `state` describes, in epoch 1. Its joiners give their own old state to
 * `joinByWelcome` as `previous`.
 */
export function reinitialise(state: GroupState, options: SuccessorOptions): Committed | Refused {
  const { reinit, tree } = state.fields;
  if (reinit === undefined) return refused("not-reinitialised");
  const suite = (options.suites ?? nativeSuites)(reinit.cipherSuite);
  if (suite === undefined) return refused("unsupported-suite");
  const old = [...tree.leaves()].map(({ leaf }) => leaf.credential);
  if (!isWithin(old, credentialsOf(options))) return refused("reinit-mismatch");
  const { groupId, extensions: groupContextExtensions } = reinit;
  return succeed(state, "reinit", { ...options, suite, groupId, groupContextExtensions });
}

/** A group of some members of `state`, with its suite. */
export function branch(
  state: GroupState,
  options: SuccessorOptions & {
    readonly groupId: Uint8Array;
    readonly groupContextExtensions?: readonly Extension[];
  },
): Committed | Refused {
  const { suite, tree } = state.fields;
  const old = [...tree.leaves()].map(({ leaf }) => leaf.credential);
  if (!isWithin(credentialsOf(options), old)) return refused("reinit-mismatch");
  return succeed(state, "branch", { ...options, suite });
}

const credentialsOf = ({ credential, keyPackages }: SuccessorOptions): readonly Credential[] => [
  credential,
  ...keyPackages.map(({ leafNode }) => leafNode.credential),
];

function succeed(
  state: GroupState,
  usage: "reinit" | "branch",
  options: SuccessorOptions & CreateGroupOptions,
): Committed | Refused {
  const { context, secrets } = state.fields;
  const nonce = options.random(options.suite.hashBytes);
  const id = { kind: "resumption", usage, groupId: context.groupId, epoch: context.epoch, nonce } as const;
  const adds = options.keyPackages.map((keyPackage) => ({ kind: "add", keyPackage }) as const);
  const { now, random, welcome } = options;
  const proposals = [...adds, { kind: "psk", id } as const];
  const commitOptions = { proposals, path: true, wire: "public", now, random } as const;
  return commitThese(createGroup(options), welcome === undefined ? commitOptions : { ...commitOptions, welcome }, {
    pending: [],
    beginning: { usage, psks: () => secrets.resumptionPsk },
  });
}

/** Groups as benches need them: of any size, just added in one commit, or with every parent set. */
import assert from "node:assert/strict";
import { toUtf8 } from "@quicprochat/bytes";
import { generateSigningKeyPair, systemRandom as random } from "@quicprochat/crypto";
import {
  basicCredential,
  type CipherSuite,
  type Committed,
  type CreatedKeyPackage,
  commit,
  createGroup,
  createKeyPackage,
  type GroupState,
  joinByWelcome,
  type KeyPair,
  processMessage,
} from "../src/index.ts";

export const now = 1_800_000_000n;
export const lifetime = { notBefore: now - 3_600n, notAfter: now + 86_400n };

export type Candidate = { readonly signatureKeyPair: KeyPair; readonly created: CreatedKeyPackage };

export type LargeGroup = {
  readonly suite: CipherSuite;
  /** By leaf index; the creator's has no KeyPackage that was used. */
  readonly candidates: readonly Candidate[];
  /** Member 1, who joined by the Welcome and read every commit since. */
  readonly reader: GroupState;
  /** The commit that added everybody. */
  readonly adding: Committed;
};

export function candidate(suite: CipherSuite, name: string): Candidate {
  const signatureKeyPair = generateSigningKeyPair(random);
  const credential = basicCredential(toUtf8(name));
  return { signatureKeyPair, created: createKeyPackage({ suite, credential, signatureKeyPair, lifetime, random }) };
}

/** One commit, without a path, adds all: no parent is set. */
export function bulkAdded(suite: CipherSuite, candidates: readonly Candidate[]): LargeGroup {
  const [creator, second] = candidates;
  assert(creator !== undefined && second !== undefined);
  const { credential } = creator.created.keyPackage.leafNode;
  const { signatureKeyPair } = creator;
  const founded = createGroup({ suite, groupId: random(16), credential, signatureKeyPair, random });
  const proposals = candidates
    .slice(1)
    .map(({ created }) => ({ kind: "add", keyPackage: created.keyPackage }) as const);
  const adding = committed(commit(founded, { proposals, wire: "public", now, random }));
  return { suite, candidates, adding, reader: joined(second, adding) };
}

export function joined({ created, signatureKeyPair }: Candidate, { welcome }: Committed): GroupState {
  assert(welcome !== undefined);
  const { keyPackage, secrets } = created;
  const signaturePrivateKey = signatureKeyPair.privateKey;
  const outcome = joinByWelcome({ welcome, keyPackage, secrets, signaturePrivateKey });
  assert(outcome.kind === "joined");
  return outcome.state;
}

/** Half of all members commit, spread over the tree: each fills the parents above its neighbour, too. */
export function filled(group: LargeGroup): LargeGroup {
  let { reader } = group;
  const { leafCount } = reader.fields.tree;
  for (let turn = 0; turn < leafCount / 2; turn++) {
    const leafIndex = leafCount - 2 - 2 * reversed(turn, leafCount / 2);
    if (group.candidates[leafIndex] === undefined || leafIndex === 0) continue;
    const made = committed(commit(memberOf({ ...group, reader }, leafIndex), { wire: "public", now, random }));
    const outcome = processMessage(reader, made.message);
    assert(outcome.kind === "commit");
    reader = outcome.state;
  }
  return { ...group, reader };
}

/**
 * The state of another member, as far as sending and committing go: all but its place and its keys are the reader's.
 * Joining a thousand times would take longer than what is measured.
 */
export function memberOf({ reader, candidates }: LargeGroup, leafIndex: number): GroupState {
  const member = candidates[leafIndex];
  assert(member !== undefined);
  const { encryptionPrivateKey } = member.created.secrets;
  return reader.with({
    ownLeaf: leafIndex,
    signaturePrivateKey: member.signatureKeyPair.privateKey,
    privateKeys: new Map([[leafIndex * 2, encryptionPrivateKey]]),
  });
}

export function committed(outcome: ReturnType<typeof commit>): Committed {
  assert(outcome.kind === "committed", outcome.kind === "refused" ? outcome.refusal.code : "");
  return outcome;
}

/** The bits of `turn` from behind: places far apart come first. */
function reversed(turn: number, count: number): number {
  let result = 0;
  for (let bit = 1; bit < count; bit *= 2) result = result * 2 + (turn & bit ? 1 : 0);
  return result;
}

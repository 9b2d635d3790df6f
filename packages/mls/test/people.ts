/** People with keys, and groups of them, for tests: everything real, nothing shared. */
import assert from "node:assert/strict";
import { toUtf8 } from "@quicprochat/bytes";
import { generateSigningKeyPair, type SigningKeyPair, systemRandom } from "@quicprochat/crypto";
import {
  basicCredential,
  type CipherSuite,
  type CommitOptions,
  type Committed,
  type CreatedKeyPackage,
  type Credential,
  classicalSuite,
  commit,
  createGroup,
  createKeyPackage,
  type Extension,
  encrypt,
  type GroupState,
  joinByWelcome,
  type KeyPackageOptions,
  type Processed,
  type ProcessOptions,
  type Proposal,
  processMessage,
  type Refused,
} from "../src/index.ts";

export const random = systemRandom;
export const now = 1_800_000_000n;
export const lifetime = { notBefore: now - 3_600n, notAfter: now + 86_400n };

export type Person = {
  readonly suite: CipherSuite;
  readonly credential: Credential;
  readonly signatureKeyPair: SigningKeyPair;
};

export const person = (name: string, suite: CipherSuite = classicalSuite): Person => ({
  suite,
  credential: basicCredential(toUtf8(name)),
  signatureKeyPair: generateSigningKeyPair(random),
});

export const keyPackageOf = (who: Person, changes: Partial<KeyPackageOptions> = {}): CreatedKeyPackage =>
  createKeyPackage({ ...who, lifetime, random, ...changes });

export const addOf = ({ keyPackage }: CreatedKeyPackage): Proposal => ({ kind: "add", keyPackage });

export function committed(outcome: Committed | Refused): Committed {
  assert(outcome.kind === "committed", outcome.kind === "refused" ? outcome.refusal.code : "");
  return outcome;
}

export const commitOf = (state: GroupState, options: Partial<CommitOptions> = {}): Committed =>
  committed(commit(state, { wire: "public", now, random, ...options }));

export function welcomed(made: Committed, who: Person, { keyPackage, secrets }: CreatedKeyPackage): GroupState {
  assert(made.welcome !== undefined);
  const { privateKey: signaturePrivateKey } = who.signatureKeyPair;
  const joined = joinByWelcome({ welcome: made.welcome, keyPackage, secrets, signaturePrivateKey });
  assert(joined.kind === "joined", joined.kind === "refused" ? joined.refusal.code : joined.kind);
  return joined.state;
}

export const founded = (who: Person, groupContextExtensions: readonly Extension[] = []): GroupState =>
  createGroup({ ...who, groupId: random(16), groupContextExtensions, random });

export type Group = { readonly people: readonly Person[]; readonly states: readonly GroupState[] };

/** The first creates it and adds all others with one commit. */
export function groupOf(names: readonly string[], options: GroupOptions = {}): Group {
  const { suite = classicalSuite, groupContextExtensions = [] } = options;
  const people = names.map((name) => person(name, suite));
  const [creator, ...others] = people;
  assert(creator !== undefined);
  const packages = others.map((other) => keyPackageOf(other));
  const made = commitOf(founded(creator, groupContextExtensions), { proposals: packages.map(addOf) });
  const joined = others.map((other, at) => welcomed(made, other, pick(packages, at)));
  return { people, states: [made.next, ...joined] };
}

type GroupOptions = { readonly suite?: CipherSuite; readonly groupContextExtensions?: readonly Extension[] };

/** The item that must be there. */
export function pick<T>(items: readonly T[], index: number): T {
  const item = items[index];
  assert(item !== undefined);
  return item;
}

export function processed<Kind extends Processed["kind"]>(
  state: GroupState,
  message: Uint8Array,
  kind: Kind,
  options: ProcessOptions = {},
): Extract<Processed, { kind: Kind }> {
  const outcome = processMessage(state, message, options);
  assert(isOf(outcome, kind), `${outcome.kind} ${outcome.kind === "refused" ? outcome.refusal.code : ""}`);
  return outcome;
}

const isOf = <Kind extends Processed["kind"]>(
  outcome: Processed,
  kind: Kind,
): outcome is Extract<Processed, { kind: Kind }> => outcome.kind === kind;

/** The code with which a message is refused. */
export function refusalOf(state: GroupState, message: Uint8Array, options: ProcessOptions = {}): string {
  const { phase, refusal } = processed(state, message, "refused", options);
  return `${phase} ${refusal.code}`;
}

export const afterCommit = (state: GroupState, message: Uint8Array, options: ProcessOptions = {}): GroupState =>
  processed(state, message, "commit", options).state;

export function sent(state: GroupState, data: string): { readonly message: Uint8Array; readonly state: GroupState } {
  const outcome = encrypt(state, { data: toUtf8(data), random });
  assert(outcome.kind === "encrypted");
  return outcome;
}

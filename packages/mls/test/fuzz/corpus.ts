/** What a fuzzer starts from: a small group, one member that reads and one that signs whatever is asked, and valid bytes. */
import assert from "node:assert/strict";
import { toUtf8 } from "@quicprochat/bytes";
import { generateSigningKeyPair } from "@quicprochat/crypto";
import {
  basicCredential,
  type CipherSuite,
  type CreatedKeyPackage,
  commit,
  createGroup,
  createKeyPackage,
  encrypt,
  externalSendersExtension,
  type GroupState,
  groupInfo,
  joinByWelcome,
  type Proposal,
  processMessage,
  propose,
  proposeUpdate,
  ratchetTree,
  requiredCapabilitiesExtension,
} from "../../src/index.ts";
import { committed, lifetime, now } from "../people.ts";
import type { Seeded } from "../scenario/seeded.ts";

export type Corpus = {
  readonly suite: CipherSuite;
  /** Member 1: it has read nothing of `messages`. */
  readonly reader: GroupState;
  /** Member 0: it made `messages`. */
  readonly author: GroupState;
  /** MLSMessages of every kind. */
  readonly messages: readonly Uint8Array[];
  readonly joiner: CreatedKeyPackage & { readonly signaturePrivateKey: Uint8Array };
  /** With its tree inside, for `joiner`. */
  readonly welcome: Uint8Array;
  /** Without tree. */
  readonly groupInfo: Uint8Array;
  readonly ratchetTree: Uint8Array;
  /** After the commit that adds `joiner`: members agree on this one. */
  readonly joined: GroupState;
};

export function corpusOf(suite: CipherSuite, seeded: Seeded): Corpus {
  const random = seeded.bytes;
  const people = ["ann", "ben", "cat", "dan", "eve", "joiner"].map((name) => ({
    suite,
    credential: basicCredential(toUtf8(name)),
    signatureKeyPair: generateSigningKeyPair(random),
  }));
  const packages = people.map((who) => createKeyPackage({ ...who, lifetime, random }));
  const [creator, joinerPerson] = [at(people, 0), at(people, 5)];
  const joiner = { ...at(packages, 5), signaturePrivateKey: joinerPerson.signatureKeyPair.privateKey };
  const sender = { signatureKey: joinerPerson.signatureKeyPair.publicKey, credential: joinerPerson.credential };
  const groupContextExtensions = [
    externalSendersExtension([sender]),
    requiredCapabilitiesExtension({ extensionTypes: [], proposalTypes: [], credentialTypes: [1] }),
  ];
  const founded = createGroup({ ...creator, groupId: random(16), groupContextExtensions, random });
  const options = { wire: "public", now, random } as const;
  const first = committed(commit(founded, { ...options, proposals: packages.slice(1, 5).map(addOf) }));
  assert(first.welcome !== undefined);
  const enter = (index: number): GroupState => {
    const { keyPackage, secrets } = at(packages, index);
    const { privateKey: signaturePrivateKey } = at(people, index).signatureKeyPair;
    const outcome = joinByWelcome({
      welcome: first.welcome ?? joiner.message,
      keyPackage,
      secrets,
      signaturePrivateKey,
    });
    assert(outcome.kind === "joined");
    return outcome.state;
  };
  // A commit of another member, so that some parents are not blank.
  const filling = committed(commit(enter(2), options));
  const follow = (state: GroupState): GroupState => {
    const outcome = processMessage(state, filling.message);
    assert(outcome.kind === "commit");
    return outcome.state;
  };
  const [author, reader] = [follow(first.next), follow(enter(1))];
  const adding = committed(commit(author, { ...options, proposals: [addOf(joiner)], path: true }));
  assert(adding.welcome !== undefined);
  return {
    suite,
    reader,
    author,
    joiner,
    messages: [...messagesOf(author, joiner, seeded), adding.message, adding.welcome],
    welcome: adding.welcome,
    groupInfo: groupInfo(author, { withTree: false, externalPub: true }),
    ratchetTree: ratchetTree(author),
    joined: adding.next,
  };
}

const addOf = ({ keyPackage }: CreatedKeyPackage): Proposal => ({ kind: "add", keyPackage });

function messagesOf(author: GroupState, joiner: CreatedKeyPackage, seeded: Seeded): Uint8Array[] {
  const random = seeded.bytes;
  const { extensions } = author.fields.context;
  const { groupId } = author.fields.context;
  const proposals: Proposal[] = [
    addOf(joiner),
    { kind: "remove", removed: 3 },
    { kind: "psk", id: { kind: "external", id: toUtf8("psk"), nonce: random(32) } },
    { kind: "psk", id: { kind: "resumption", usage: "application", groupId, epoch: 2n, nonce: random(32) } },
    { kind: "group-context-extensions", extensions },
    { kind: "reinit", reinit: { groupId: random(16), version: 1, cipherSuite: author.fields.suite.id, extensions } },
  ];
  const psks = (): Uint8Array => toUtf8("a secret");
  const messages: Uint8Array[] = [];
  for (const wire of ["public", "private"] as const) {
    const options = { wire, now, random, psks } as const;
    for (const proposal of proposals) {
      const proposed = propose(author, proposal, options);
      assert(proposed.kind === "proposed");
      messages.push(proposed.message, committed(commit(author, { ...options, proposals: [proposal] })).message);
    }
    const update = proposeUpdate(author, {}, options);
    assert(update.kind === "proposed");
    messages.push(update.message, committed(commit(author, options)).message);
  }
  const sent = encrypt(author, { data: toUtf8("hello"), paddingBytes: 10, random });
  assert(sent.kind === "encrypted");
  return [...messages, sent.message, joiner.message, groupInfo(author, { withTree: true, externalPub: true })];
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  assert(item !== undefined);
  return item;
}

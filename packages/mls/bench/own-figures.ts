/** What this engine takes for each operation, in groups of one size and suite. */
import assert from "node:assert/strict";
import { systemRandom as random } from "@quicprochat/crypto";
import {
  type CipherSuite,
  commit,
  createKeyPackage,
  decodeMlsMessage,
  encrypt,
  processMessage,
  saveGroup,
} from "../src/index.ts";
import {
  bulkAdded,
  candidate,
  committed,
  filled,
  joined,
  type LargeGroup,
  lifetime,
  memberOf,
  now,
} from "./large-group.ts";
import { bestMs, bestRate } from "./measure.ts";

export type Tree = "bulk" | "filled";

/** Milliseconds and bytes. */
export type GroupFigures = {
  readonly addMs: number;
  readonly joinMs: number;
  readonly welcomeBytes: number;
  readonly trees: Readonly<Record<Tree, TreeFigures>>;
};

export type TreeFigures = {
  readonly commitMs: number;
  readonly processMs: number;
  readonly commitBytes: number;
  readonly stateBytes: number;
  /** Written to the store for one commit without Adds. */
  readonly commitWrites: number;
  /** HPKE ciphertexts in the commit, and key pairs that its path derives. */
  readonly ciphertexts: number;
  readonly pathLength: number;
};

const KEY = random(32);

export function measureGroup(suite: CipherSuite, size: number): GroupFigures {
  const candidates = Array.from({ length: size }, (_, at) => candidate(suite, `member ${at}`));
  const bulk = bulkAdded(suite, candidates);
  const second = candidates[1];
  assert(second !== undefined);
  const rounds = size > 200 ? 3 : 20;
  const newcomer = candidate(suite, "newcomer");
  const proposals = [{ kind: "add", keyPackage: newcomer.created.keyPackage }] as const;
  return {
    joinMs: bestMs(rounds, () => joined(second, bulk.adding)),
    addMs: bestMs(rounds, () =>
      commit(memberOf(bulk, size > 2 ? size - 1 : 0), { proposals, wire: "public", now, random }),
    ),
    welcomeBytes: bulk.adding.welcome?.length ?? 0,
    trees: { bulk: measureTree(bulk, size), filled: measureTree(filled(bulk), size) },
  };
}

function measureTree(group: LargeGroup, size: number): TreeFigures {
  const author = memberOf(group, size > 2 ? size - 1 : 0);
  const rounds = size > 200 ? 4 : 40;
  const make = () => committed(commit(author, { wire: "public", now, random }));
  const commitMs = bestMs(rounds, make);
  const made = make();
  const ciphertexts = ciphertextsOf(made.message);
  const processMs = bestMs(rounds, () => processMessage(group.reader, made.message));
  const processed = processMessage(group.reader, made.message);
  assert(processed.kind === "commit");
  const sum = (parts: ReturnType<typeof saveGroup>): number =>
    parts.reduce((total, { bytes }) => total + bytes.length, 0);
  return {
    commitMs,
    processMs,
    commitBytes: made.message.length,
    stateBytes: sum(saveGroup(processed.state, { key: KEY })),
    commitWrites: sum(saveGroup(processed.state, { key: KEY, parts: processed.changed.written })),
    ciphertexts: ciphertexts.reduce((total, count) => total + count, 0),
    pathLength: ciphertexts.length,
  };
}

/** Of each node of the path. */
function ciphertextsOf(bytes: Uint8Array): readonly number[] {
  const message = decodeMlsMessage(bytes);
  assert(message.kind === "public-message" && message.publicMessage.framed.content.kind === "commit");
  const nodes = message.publicMessage.framed.content.commit.path?.nodes ?? [];
  return nodes.map(({ encryptedPathSecrets }) => encryptedPathSecrets.length);
}

export type MessageFigures = {
  readonly encryptRate: number;
  readonly decryptRate: number;
  readonly writtenBytes: number;
};

/** Messages of 1 KiB, each stored before the next one, as a client must. */
export function measureMessages(suite: CipherSuite): MessageFigures {
  const group = bulkAdded(
    suite,
    Array.from({ length: 10 }, (_, at) => candidate(suite, `member ${at}`)),
  );
  const data = random(1_024);
  const messages: Uint8Array[] = [];
  let author = memberOf(group, 5);
  const encryptRate = bestRate(8, 300, () => {
    const sent = encrypt(author, { data, random });
    assert(sent.kind === "encrypted");
    author = sent.state;
    messages.push(sent.message);
  });
  let { reader } = group;
  let writtenBytes = 0;
  const decryptRate = bestRate(8, 300, (call) => {
    const read = processMessage(reader, messages[call] ?? data);
    assert(read.kind === "application");
    reader = read.state;
    if (call === 10) {
      const parts = saveGroup(read.state, { key: KEY, parts: read.changed.written });
      writtenBytes = parts.reduce((total, { bytes }) => total + bytes.length, 0);
    }
  });
  return { encryptRate, decryptRate, writtenBytes };
}

/** Of each kind, a second. */
export type PrimitiveRates = Readonly<
  Record<"keyPair" | "derive" | "seal" | "open" | "sign" | "verify" | "expand" | "aead", number>
>;

/** What the suite's own functions take: the engine cannot be quicker than the sum of what it must call. */
export function measurePrimitives(suite: CipherSuite): PrimitiveRates {
  const pair = suite.generateKeyPair(random);
  const signing = candidate(suite, "signer").signatureKeyPair;
  const [secret, info, content] = [random(32), random(200), random(1_200)];
  const sealed = suite.hpkeSeal({ publicKey: pair.publicKey, info, random }, secret);
  assert(sealed !== undefined);
  const signature = suite.sign(signing.privateKey, content);
  const publicKeys = Array.from({ length: 500 }, () => suite.generateKeyPair(random).publicKey);
  const keys = { key: random(suite.keyBytes), nonce: random(suite.nonceBytes), aad: info };
  const rate = (work: (call: number) => unknown): number => bestRate(10, 50, work);
  return {
    keyPair: rate(() => suite.generateKeyPair(random)),
    derive: rate(() => suite.deriveKeyPair(random(32))),
    seal: rate((call) => suite.hpkeSeal({ publicKey: publicKeys[call] ?? pair.publicKey, info, random }, secret)),
    open: rate(() => suite.hpkeOpen(pair.privateKey, info, sealed)),
    sign: rate(() => suite.sign(signing.privateKey, content)),
    verify: rate(() => suite.verify(signing.publicKey, content, signature)),
    expand: rate(() => suite.expand(secret, info, 32)),
    aead: rate(() => suite.seal(keys, content)),
  };
}

/** Milliseconds of one call over that many bytes. */
export type PrimitiveTimes = Readonly<Record<"sign" | "verify" | "mac" | "hash" | "seal", number>>;

/** A large message costs what its bytes cost: everything that covers it is measured over as many. */
export function measureOver(suite: CipherSuite, length: number): PrimitiveTimes {
  const { privateKey, publicKey } = candidate(suite, "signer").signatureKeyPair;
  const bytes = random(length);
  const signature = suite.sign(privateKey, bytes);
  const keys = { key: random(suite.keyBytes), nonce: random(suite.nonceBytes), aad: new Uint8Array(0) };
  const each = (work: () => unknown): number => 1_000 / bestRate(5, length > 100_000 ? 3 : 30, work);
  return {
    sign: each(() => suite.sign(privateKey, bytes)),
    verify: each(() => suite.verify(publicKey, bytes, signature)),
    mac: each(() => suite.mac(KEY, bytes)),
    hash: each(() => suite.hash(bytes)),
    seal: each(() => suite.seal(keys, bytes)),
  };
}

export function measureKeyPackages(suite: CipherSuite): number {
  const { signatureKeyPair, created } = candidate(suite, "client");
  const { credential } = created.keyPackage.leafNode;
  return bestRate(10, 100, () => createKeyPackage({ suite, credential, signatureKeyPair, lifetime, random }));
}

/** What is fuzzed: each target takes one changed input, and says what came of it. Anything thrown is a fault. */
import assert from "node:assert/strict";
import { DecodeError, encodeWith, equalBytes, type Reader } from "@quicprochat/bytes";
import { protectPublic, signContent } from "../../src/framing/sign-content.ts";
import { makeWelcome } from "../../src/group/welcome.ts";
import {
  decodeMlsMessage,
  encodeMlsMessage,
  joinByWelcome,
  joinExternally,
  loadGroup,
  type Processed,
  processMessage,
  saveGroup,
} from "../../src/index.ts";
import { readEpoch, readShard } from "../../src/state/epoch-codec.ts";
import { readGroup, readPending } from "../../src/state/group-codec.ts";
import { openPart, sealPart } from "../../src/state/seal-part.ts";
import { signWithLabel } from "../../src/suite/labels.ts";
import { decodeTree, encodeTree } from "../../src/tree/encoding.ts";
import { treeHash } from "../../src/tree/tree-hash.ts";
import { contentType, wireFormat } from "../../src/wire/code-points.ts";
import { externalSenders, requiredCapabilities } from "../../src/wire/extension.ts";
import { type Content, encodeFramedContent, readContent, writeContent } from "../../src/wire/framed-content.ts";
import { type GroupInfo, groupInfoTbs, readGroupInfo, writeGroupInfo } from "../../src/wire/group-info.ts";
import { decode, encode } from "../../src/wire/presentation.ts";
import { readPrivateContent, writePrivateContent } from "../../src/wire/private-message.ts";
import { readGroupSecrets, writeGroupSecrets } from "../../src/wire/welcome.ts";
import { now } from "../people.ts";
import type { Seeded } from "../scenario/seeded.ts";
import type { Corpus } from "./corpus.ts";
import { mutateBytes } from "./mutate-bytes.ts";

type Target = (corpus: Corpus, seeded: Seeded) => string;

/** `undefined` where a decoder refused. */
function unlessDecodeError<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

const mutated = ({ messages }: Corpus, seeded: Seeded, bytes: Uint8Array): Uint8Array =>
  mutateBytes(seeded, bytes, messages);

/** Decodes what encodes to the same bytes, or refuses. */
const decodeMessage: Target = (corpus, seeded) => {
  const bytes = mutated(corpus, seeded, seeded.pick(corpus.messages));
  const message = unlessDecodeError(() => decodeMlsMessage(bytes));
  if (message === undefined) return "DecodeError";
  assert(equalBytes(encodeMlsMessage(message), bytes), "a message has one encoding");
  if (message.kind !== "public-message") return message.kind;
  // A copy, of which the engine does not remember the bytes that it came from.
  const { framed } = message.publicMessage;
  assert(equalBytes(encodeFramedContent({ ...framed }), encodeFramedContent(framed)), "a content has one encoding");
  return message.kind;
};

type Sample = { readonly read: (reader: Reader) => unknown; readonly bytes: Uint8Array };

const samples = new WeakMap<Corpus, readonly Sample[]>();

/** Structures that only reach their decoders sealed, or inside others. */
function samplesOf(corpus: Corpus): readonly Sample[] {
  const known = samples.get(corpus);
  if (known !== undefined) return known;
  const made: Sample[] = [{ read: treeOf, bytes: corpus.ratchetTree }];
  for (const message of corpus.messages.map(decodeMlsMessage)) {
    if (message.kind === "group-info")
      made.push({ read: readGroupInfo, bytes: encode(writeGroupInfo, message.groupInfo) });
    if (message.kind !== "public-message") continue;
    const { framed, auth } = message.publicMessage;
    const bytes = encodeWith((writer) => writePrivateContent(writer, { content: framed.content, auth }, 20));
    made.push({ read: (reader) => readPrivateContent(reader, contentType[framed.content.kind]), bytes });
  }
  for (const { data, type } of corpus.author.fields.context.extensions) {
    const extensions = (reader: Reader) => [{ type, data: reader.rest() }];
    made.push({ read: (reader) => externalSenders(extensions(reader)), bytes: data });
    made.push({ read: (reader) => requiredCapabilities(extensions(reader)), bytes: data });
  }
  const { resumptionPsk: joinerSecret } = corpus.author.fields.secrets;
  const secrets = { joinerSecret, pathSecret: joinerSecret, psks: [] };
  made.push({ read: readGroupSecrets, bytes: encode(writeGroupSecrets, secrets) });
  for (const { name, bytes } of partsOf(corpus)) {
    const groupId = name === "group" ? new Uint8Array(0) : corpus.joined.fields.context.groupId;
    const plaintext = openPart({ key: KEY, name, groupId }, bytes);
    assert(plaintext !== undefined);
    for (const read of [readGroup, readEpoch, readShard, readPending]) made.push({ read, bytes: plaintext });
  }
  samples.set(corpus, made);
  return made;
}

const treeOf = (reader: Reader): unknown => {
  const decoded = decodeTree(reader.rest());
  return decoded.kind === "tree" ? encodeTree(decoded.tree) : decoded.refusal;
};

const decodeInner: Target = (corpus, seeded) => {
  const { read, bytes } = seeded.pick(samplesOf(corpus));
  const changed = mutated(corpus, seeded, bytes);
  return unlessDecodeError(() => decode(read, changed)) === undefined ? "DecodeError" : "decoded";
};

/** As anybody on the way can change it. */
const process: Target = (corpus, seeded) => {
  const original = seeded.pick(corpus.messages);
  const bytes = mutated(corpus, seeded, original);
  const outcome = processMessage(corpus.reader, bytes, { now });
  assert(!("state" in outcome) || equalBytes(bytes, original), "a changed message was accepted");
  return nameOf(outcome);
};

/** As a member that keeps to no rule can make it: changed content, signed and tagged. */
const processSigned: Target = (corpus, seeded) => {
  const message = decodeMlsMessage(seeded.pick(corpus.messages));
  if (message.kind !== "public-message") return "not public";
  const { framed, auth } = message.publicMessage;
  const content = changedContent(corpus, seeded, framed.content);
  if (content === undefined) return "DecodeError";
  const { suite, encodedContext, secrets, signaturePrivateKey } = corpus.author.fields;
  const changed = { ...framed, content };
  const signed = { wireFormat: wireFormat.publicMessage, framed: changed, encodedContext };
  const signature = signContent(suite, signaturePrivateKey, signed);
  const confirmationTag = content.kind === "commit" ? (auth.confirmationTag ?? new Uint8Array(32)) : undefined;
  const { membershipKey } = secrets;
  const epoch = { membershipKey, encodedContext };
  const publicMessage = protectPublic(suite, epoch, changed, { signature, confirmationTag });
  const bytes = encodeMlsMessage({ kind: "public-message", publicMessage });
  const outcome = processMessage(corpus.reader, bytes, { now, psks: () => new Uint8Array(32) });
  // Not a proposal: a changed one may be as good as the true one.
  const same = equalBytes(encode(writeContent, content), encode(writeContent, framed.content));
  assert(outcome.kind !== "commit" || same, "a changed commit was confirmed");
  return nameOf(outcome);
};

function changedContent(corpus: Corpus, seeded: Seeded, content: Content): Content | undefined {
  const bytes = mutated(corpus, seeded, encode(writeContent, content));
  return unlessDecodeError(() => decode((reader) => readContent(reader, contentType[content.kind]), bytes));
}

const nameOf = (outcome: Processed): string =>
  outcome.kind === "refused" ? `${outcome.phase} ${outcome.refusal.code}` : outcome.kind;

const join: Target = (corpus, seeded) => {
  const { keyPackage, secrets, signaturePrivateKey } = corpus.joiner;
  const original = seeded.pick([corpus.welcome, ...corpus.messages]);
  const welcome = mutated(corpus, seeded, original);
  const outcome = joinByWelcome({ welcome, keyPackage, secrets, signaturePrivateKey });
  assert(outcome.kind !== "joined" || equalBytes(welcome, original), "a changed Welcome was accepted");
  return outcome.kind === "refused" ? outcome.refusal.code : outcome.kind;
};

/** A member's GroupInfo about a tree that was changed, and whose hash and signature fit. */
function groupInfoOf(
  corpus: Corpus,
  seeded: Seeded,
): { readonly info: GroupInfo; readonly tree: Uint8Array } | undefined {
  const { suite } = corpus;
  const message = decodeMlsMessage(corpus.groupInfo);
  assert(message.kind === "group-info");
  const changesTree = seeded.chance(0.7);
  const tree = changesTree ? mutated(corpus, seeded, corpus.ratchetTree) : corpus.ratchetTree;
  const decoded = unlessDecodeError(() => decodeTree(tree));
  if (decoded?.kind !== "tree") return undefined;
  const { groupContext } = message.groupInfo;
  const fitting = { ...message.groupInfo, groupContext: { ...groupContext, treeHash: treeHash(suite, decoded.tree) } };
  const info = changesTree
    ? fitting
    : unlessDecodeError(() => decode(readGroupInfo, mutated(corpus, seeded, encode(writeGroupInfo, fitting))));
  if (info === undefined) return undefined;
  const content = groupInfoTbs(info);
  const { signaturePrivateKey } = corpus.author.fields;
  return {
    info: { ...info, signature: signWithLabel(suite, signaturePrivateKey, { label: "GroupInfoTBS", content }) },
    tree,
  };
}

const joinOutside: Target = (corpus, seeded) => {
  const made = groupInfoOf(corpus, seeded);
  if (made === undefined) return "DecodeError";
  const groupInfo = encodeMlsMessage({ kind: "group-info", groupInfo: made.info });
  const { leafNode } = corpus.joiner.keyPackage;
  const signatureKeyPair = { publicKey: leafNode.signatureKey, privateKey: corpus.joiner.signaturePrivateKey };
  const { credential } = leafNode;
  const own = { credential, signatureKeyPair, random: seeded.bytes };
  const remove = seeded.chance(0.3) ? { remove: seeded.below(8) } : {};
  const outcome = joinExternally({ ...own, ...remove, groupInfo, ratchetTree: made.tree });
  return outcome.kind === "refused" ? outcome.refusal.code : outcome.kind;
};

const joinSigned: Target = (corpus, seeded) => {
  const made = groupInfoOf(corpus, seeded);
  if (made === undefined) return "DecodeError";
  const { suite, joiner } = corpus;
  const { keyPackage, secrets, signaturePrivateKey } = joiner;
  const welcome = makeWelcome(suite, {
    joiners: [{ keyPackage, pathSecret: seeded.chance(0.5) ? seeded.bytes(seeded.pick([0, 31, 32])) : undefined }],
    groupInfo: made.info,
    joinerSecret: seeded.bytes(32),
    pskSecret: new Uint8Array(32),
    psks: [],
    random: seeded.bytes,
  });
  assert("secrets" in welcome);
  const bytes = encodeMlsMessage({ kind: "welcome", welcome });
  const outcome = joinByWelcome({ welcome: bytes, keyPackage, secrets, signaturePrivateKey, ratchetTree: made.tree });
  assert(outcome.kind !== "joined", "nobody confirmed that epoch");
  return outcome.kind === "refused" ? outcome.refusal.code : outcome.kind;
};

/** A store that somebody changed, and one that a faulty program wrote under the right key. */
const load: Target = (corpus, seeded) => {
  const key = KEY;
  const parts = [...partsOf(corpus)];
  const place = seeded.below(parts.length);
  const part = parts[place];
  assert(part !== undefined);
  const groupId = part.name === "group" ? new Uint8Array(0) : corpus.joined.fields.context.groupId;
  const at = { key, name: part.name, groupId };
  const resealed = seeded.chance(0.7);
  const bytes = resealed
    ? sealPart(at, mutated(corpus, seeded, openPart(at, part.bytes) ?? part.bytes))
    : mutated(corpus, seeded, part.bytes);
  parts[place] = { name: seeded.chance(0.05) ? "node:4294967296" : part.name, bytes };
  if (seeded.chance(0.1)) parts.splice(seeded.below(parts.length), 1);
  const outcome = loadGroup(parts, { key });
  const same = equalBytes(bytes, part.bytes);
  assert(outcome.kind === "refused" || resealed || same, "a changed part was accepted");
  return outcome.kind === "refused" ? outcome.code : outcome.kind;
};

const KEY = new Uint8Array(32).fill(7);
const saved = new WeakMap<Corpus, ReturnType<typeof saveGroup>>();

function partsOf(corpus: Corpus): ReturnType<typeof saveGroup> {
  const parts = saved.get(corpus) ?? saveGroup(corpus.joined, { key: KEY });
  saved.set(corpus, parts);
  return parts;
}

/** With how often each is taken. */
export const targets: readonly { readonly name: string; readonly weight: number; readonly target: Target }[] = [
  { name: "decode a message", weight: 30, target: decodeMessage },
  { name: "decode a part", weight: 25, target: decodeInner },
  { name: "process", weight: 20, target: process },
  { name: "process what is signed", weight: 10, target: processSigned },
  { name: "join", weight: 6, target: join },
  { name: "join by what is signed", weight: 2, target: joinSigned },
  { name: "join from outside", weight: 2, target: joinOutside },
  { name: "load", weight: 5, target: load },
];

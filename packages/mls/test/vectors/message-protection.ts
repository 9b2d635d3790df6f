/** secret-tree.json and message-protection.json: what is sealed there opens here, and what is sealed here too. */
import assert from "node:assert/strict";
import { systemRandom } from "@quicprochat/crypto";
import { sealPrivateMessage } from "../../src/framing/private-message.ts";
import { deriveSenderDataKeys } from "../../src/framing/sender-data.ts";
import { hasMembershipTag, protectPublic, signContent, verifyContent } from "../../src/framing/sign-content.ts";
import type { EpochMessages } from "../../src/group/group-state.ts";
import { encodeContext } from "../../src/group/next-epoch.ts";
import { unprotectPrivate } from "../../src/group/unprotect-private.ts";
import { messageKeyOf, newSecretTree, type RatchetKind } from "../../src/keys/secret-tree.ts";
import type { CipherSuite } from "../../src/suite/cipher-suite.ts";
import { contentType, wireFormat } from "../../src/wire/code-points.ts";
import { type Content, type FramedContent, readContent, writeContent } from "../../src/wire/framed-content.ts";
import { decodeMlsMessage } from "../../src/wire/mls-message.ts";
import { decode, encode } from "../../src/wire/presentation.ts";
import type { PrivateMessage } from "../../src/wire/private-message.ts";
import { bytes, equal, integer, type Json, list, record, records } from "./json.ts";

export function secretTree(suite: CipherSuite, vector: Json): void {
  const senderData = record(vector["sender_data"]);
  const secret = bytes(senderData["sender_data_secret"]);
  const keys = deriveSenderDataKeys(suite, secret, bytes(senderData["ciphertext"]));
  equal(keys.key, senderData["key"], "sender data key");
  equal(keys.nonce, senderData["nonce"], "sender data nonce");
  const leaves = list(vector["leaves"]);
  let tree = newSecretTree(leaves.length, bytes(vector["encryption_secret"]));
  for (const [leafIndex, generations] of leaves.entries()) {
    for (const expected of records(generations)) {
      for (const kind of ["application", "handshake"] as const satisfies readonly RatchetKind[]) {
        const step = messageKeyOf(suite, tree, { leafIndex, kind, generation: integer(expected["generation"]) });
        assert(step.kind === "key");
        equal(step.messageKey.key, expected[`${kind}_key`], `${kind} key`);
        equal(step.messageKey.nonce, expected[`${kind}_nonce`], `${kind} nonce`);
        tree = step.tree;
      }
    }
  }
}

const SENDER = 1;
const MEMBERS = 2;

type Epoch = {
  readonly suite: CipherSuite;
  readonly groupId: Uint8Array;
  readonly messages: EpochMessages;
  readonly membershipKey: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
};

export function messageProtection(suite: CipherSuite, vector: Json): void {
  const groupId = bytes(vector["group_id"]);
  const epoch = BigInt(integer(vector["epoch"]));
  const encodedContext = encodeContext({
    version: 1,
    cipherSuite: suite.id,
    groupId,
    epoch,
    treeHash: bytes(vector["tree_hash"]),
    confirmedTranscriptHash: bytes(vector["confirmed_transcript_hash"]),
    extensions: [],
  });
  const state: Epoch = {
    suite,
    groupId,
    messages: {
      epoch,
      encodedContext,
      senderDataSecret: bytes(vector["sender_data_secret"]),
      secretTree: newSecretTree(MEMBERS, bytes(vector["encryption_secret"])),
    },
    membershipKey: bytes(vector["membership_key"]),
    publicKey: bytes(vector["signature_pub"]),
    privateKey: bytes(vector["signature_priv"]),
  };
  for (const kind of ["proposal", "commit", "application"] as const) {
    const raw = bytes(vector[kind]);
    // In the vector, application data stands without the length that it has on the wire.
    const content: Content =
      kind === "application" ? { kind, data: raw } : decode((reader) => readContent(reader, contentType[kind]), raw);
    const opened = decodeMlsMessage(bytes(vector[`${kind}_priv`]));
    assert(opened.kind === "private-message");
    checkPrivate(state, opened.privateMessage, content);
    checkPrivate(state, sealHere(state, content), content);
    if (kind !== "application") checkPublic(state, bytes(vector[`${kind}_pub`]), content);
  }
}

function checkPrivate({ suite, messages, publicKey }: Epoch, message: PrivateMessage, content: Content): void {
  const opened = unprotectPrivate(suite, { messages, ownLeaf: 0, signerOf: () => publicKey }, message);
  assert(opened.kind === "content", opened.kind);
  assert.equal(opened.sender, SENDER);
  assert.deepEqual(encode(writeContent, opened.framed.content), encode(writeContent, content));
}

const frame = ({ groupId, messages }: Epoch, content: Content): FramedContent => ({
  groupId,
  epoch: messages.epoch,
  sender: { kind: "member", leafIndex: SENDER },
  authenticatedData: Uint8Array.of(1, 2, 3),
  content,
});

const confirmationTagFor = ({ suite }: Epoch, { kind }: Content): Uint8Array | undefined =>
  kind === "commit" ? systemRandom(suite.hashBytes) : undefined;

function sealHere(state: Epoch, content: Content): PrivateMessage {
  const { suite, messages, privateKey } = state;
  const { encodedContext, senderDataSecret, secretTree: tree } = messages;
  const framed = frame(state, content);
  const signature = signContent(suite, privateKey, { wireFormat: wireFormat.privateMessage, framed, encodedContext });
  const kind = content.kind === "application" ? "application" : "handshake";
  const step = messageKeyOf(suite, tree, { leafIndex: SENDER, kind, generation: 3 });
  assert(step.kind === "key");
  return sealPrivateMessage(suite, {
    framed,
    auth: { signature, confirmationTag: confirmationTagFor(state, content) },
    leafIndex: SENDER,
    generation: step.generation,
    messageKey: step.messageKey,
    senderDataSecret,
    paddingBytes: 17,
    random: systemRandom,
  });
}

function checkPublic(state: Epoch, message: Uint8Array, content: Content): void {
  const { suite, messages, membershipKey, publicKey, privateKey } = state;
  const { encodedContext } = messages;
  const given = decodeMlsMessage(message);
  assert(given.kind === "public-message");
  const framed = frame(state, content);
  const format = wireFormat.publicMessage;
  const signature = signContent(suite, privateKey, { wireFormat: format, framed, encodedContext });
  const auth = { signature, confirmationTag: confirmationTagFor(state, content) };
  const own = protectPublic(suite, { membershipKey, encodedContext }, framed, auth);
  for (const each of [given.publicMessage, own]) {
    assert(hasMembershipTag(suite, { membershipKey, encodedContext }, each), "membership tag");
    const signed = { wireFormat: format, framed: each.framed, encodedContext, signature: each.auth.signature };
    assert(verifyContent(suite, publicKey, signed), "signature");
    assert.deepEqual(encode(writeContent, each.framed.content), encode(writeContent, content));
  }
}

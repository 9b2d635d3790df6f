/** What a member makes of a message of its group: epochs are compared first, then it is opened, then understood. */
import { equalBytes } from "@quicprochat/bytes";
import { hasMembershipTag, verifyContent } from "../framing/sign-content.ts";
import type { RefusalCode } from "../refusal.ts";
import { changesBetween } from "../state/changes.ts";
import { contentType, wireFormat } from "../wire/code-points.ts";
import { externalSenders } from "../wire/extension.ts";
import type { AuthenticatedContent, FramedContent } from "../wire/framed-content.ts";
import { decodeMlsMessage } from "../wire/mls-message.ts";
import type { PrivateMessage } from "../wire/private-message.ts";
import type { PublicMessage } from "../wire/public-message.ts";
import type { GroupFields, GroupState } from "./group-state.ts";
import type { Processed, ProcessOptions } from "./outcome.ts";
import { processCommit } from "./process-commit.ts";
import { processProposal } from "./process-proposal.ts";
import { readPastMessage } from "./read-past-message.ts";
import { unlessMalformed } from "./unless-malformed.ts";
import { unprotectPrivate } from "./unprotect-private.ts";

/** `bytes` is an MLSMessage from anybody. */
export function processMessage(state: GroupState, bytes: Uint8Array, options: ProcessOptions = {}): Processed {
  const message = unlessMalformed(() => decodeMlsMessage(bytes));
  if (message === undefined) return refusedPublic("malformed");
  switch (message.kind) {
    case "public-message":
      return (
        elsewhere(state.fields, message.publicMessage.framed) ?? processPublic(state, message.publicMessage, options)
      );
    case "private-message": {
      const { privateMessage } = message;
      const past = readPast(state, privateMessage);
      return past ?? elsewhere(state.fields, privateMessage) ?? processPrivate(state, privateMessage, options);
    }
    case "welcome":
    case "group-info":
    case "key-package":
      return refusedPublic("unexpected-message");
  }
}

const refusedPublic = (code: RefusalCode): Processed => ({
  kind: "refused",
  phase: "public",
  refusal: { code },
});

type Addressed = { readonly groupId: Uint8Array; readonly epoch: bigint };

/** The answer for a message of another group or epoch. */
function elsewhere({ context }: GroupFields, { groupId, epoch }: Addressed): Processed | undefined {
  if (!equalBytes(groupId, context.groupId)) return { kind: "wrong-group", groupId };
  if (epoch < context.epoch) return { kind: "stale-epoch", epoch, current: context.epoch };
  return epoch > context.epoch ? { kind: "future-epoch", epoch, current: context.epoch } : undefined;
}

function readPast(state: GroupState, message: PrivateMessage): Processed | undefined {
  const { context, pastEpochs } = state.fields;
  if (message.epoch >= context.epoch || message.contentType !== contentType.application) return undefined;
  if (!equalBytes(message.groupId, context.groupId)) return undefined;
  const at = pastEpochs.findIndex(({ messages }) => messages.epoch === message.epoch);
  return at < 0 ? undefined : readPastMessage(state, at, message);
}

function processPublic(state: GroupState, message: PublicMessage, options: ProcessOptions): Processed {
  const { suite, secrets, encodedContext, ownLeaf } = state.fields;
  const { framed, auth } = message;
  if (framed.content.kind === "application") return refusedPublic("public-application");
  const { membershipKey } = secrets;
  if (!hasMembershipTag(suite, { membershipKey, encodedContext }, message))
    return { kind: "fork", epoch: framed.epoch };
  const signer = signerOf(state.fields, framed);
  if ("code" in signer) return refusedPublic(signer.code);
  const { signature } = auth;
  const format = wireFormat.publicMessage;
  if (!verifyContent(suite, signer.signatureKey, { wireFormat: format, framed, encodedContext, signature })) {
    return refusedPublic("bad-signature");
  }
  if (framed.sender.kind === "member" && framed.sender.leafIndex === ownLeaf) return { kind: "own-message" };
  return processHandshake(state, { wireFormat: format, framed, auth }, options);
}

/** Whose key must have signed (section 6.1), and whether such a sender may send this content (section 6). */
function signerOf(
  fields: GroupFields,
  { sender, content }: FramedContent,
): { readonly signatureKey: Uint8Array } | { readonly code: RefusalCode } {
  const key = (signatureKey: Uint8Array | undefined, code: RefusalCode) =>
    signatureKey === undefined ? { code } : { signatureKey };
  switch (sender.kind) {
    case "member":
      return key(fields.tree.leaf(sender.leafIndex)?.signatureKey, "unknown-sender");
    case "external": {
      if (content.kind !== "proposal") return { code: "bad-sender" };
      const senders = unlessMalformed(() => externalSenders(fields.context.extensions));
      return key(senders?.[sender.senderIndex]?.signatureKey, "unknown-sender");
    }
    case "new-member-proposal": {
      const adds = content.kind === "proposal" && content.proposal.kind === "add" ? content.proposal : undefined;
      return key(adds?.keyPackage.leafNode.signatureKey, "bad-sender");
    }
    case "new-member-commit":
      if (content.kind !== "commit") return { code: "bad-sender" };
      return key(content.commit.path?.leafNode.signatureKey, "path-required");
  }
}

function processPrivate(state: GroupState, message: PrivateMessage, options: ProcessOptions): Processed {
  const { suite, messages, ownLeaf, tree } = state.fields;
  const signer = (leafIndex: number): Uint8Array | undefined => tree.leaf(leafIndex)?.signatureKey;
  const opened = unprotectPrivate(suite, { messages, ownLeaf, signerOf: signer }, message);
  if (opened.kind === "fork") return { kind: "fork", epoch: message.epoch };
  if (opened.kind === "refused") return refusedPublic(opened.code);
  if (opened.kind !== "content") return opened;
  const { framed, auth, sender } = opened;
  const next = state.with({ messages: opened.messages });
  if (framed.content.kind !== "application") {
    const handshake = processHandshake(next, { wireFormat: wireFormat.privateMessage, framed, auth }, options);
    return "changed" in handshake ? { ...handshake, changed: changesBetween(state, handshake.state) } : handshake;
  }
  const { data } = framed.content;
  const { authenticatedData, epoch } = framed;
  const changed = changesBetween(state, next);
  return { kind: "application", data, authenticatedData, sender, epoch, state: next, changed };
}

function processHandshake(state: GroupState, authenticated: AuthenticatedContent, options: ProcessOptions): Processed {
  const { content } = authenticated.framed;
  if (content.kind === "commit") return processCommit(state, { ...authenticated, commit: content.commit }, options);
  if (content.kind === "proposal") return processProposal(state, authenticated, content.proposal, options.now);
  throw new Error("application data is no handshake message");
}

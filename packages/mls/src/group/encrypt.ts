/** Sending application data, RFC 9420 section 15. */
import type { Random } from "@quicprochat/crypto";
import { signContent } from "../framing/sign-content.ts";
import { changesBetween } from "../state/changes.ts";
import { wireFormat } from "../wire/code-points.ts";
import type { FramedContent } from "../wire/framed-content.ts";
import { GroupState } from "./group-state.ts";
import { type Encrypted, type Refused, refused } from "./outcome.ts";
import { protectPrivate } from "./protect-content.ts";

export type EncryptOptions = {
  readonly data: Uint8Array;
  /** Readable to all, changeable by none. */
  readonly authenticatedData?: Uint8Array;
  /** Zeros behind the content, so that lengths say less (section 15.1). */
  readonly paddingBytes?: number;
  readonly random: Random;
};

/** Store `state` before the message leaves: a generation is never used twice. */
export function encrypt(state: GroupState, options: EncryptOptions): Encrypted | Refused {
  const { fields } = state;
  if (fields.reinit !== undefined) return refused("reinit-pending");
  const { suite, encodedContext, context } = fields;
  const framed: FramedContent = {
    groupId: context.groupId,
    epoch: context.epoch,
    sender: { kind: "member", leafIndex: fields.ownLeaf },
    authenticatedData: options.authenticatedData ?? EMPTY,
    content: { kind: "application", data: options.data },
  };
  const content = { wireFormat: wireFormat.privateMessage, framed, encodedContext };
  const auth = { signature: signContent(suite, fields.signaturePrivateKey, content), confirmationTag: undefined };
  const { paddingBytes = 0, random } = options;
  const { message, former } = protectPrivate(fields, { framed, auth }, { paddingBytes, random });
  const next = new GroupState(former);
  return { kind: "encrypted", message, state: next, changed: changesBetween(state, next) };
}

const EMPTY = new Uint8Array(0);

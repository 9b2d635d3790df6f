/** Application messages that arrive after their epoch ended, RFC 9420 section 15.3: a few epochs keep their message keys. */
import { changesBetween } from "../state/changes.ts";
import type { PrivateMessage } from "../wire/private-message.ts";
import type { GroupState } from "./group-state.ts";
import type { Processed } from "./outcome.ts";
import { unprotectPrivate } from "./unprotect-private.ts";

/** `at` is the epoch's place among those kept. */
export function readPastMessage(state: GroupState, at: number, message: PrivateMessage): Processed {
  const { suite, pastEpochs, ownLeaf, tree } = state.fields;
  const past = pastEpochs[at];
  if (past === undefined) throw new RangeError("no such past epoch");
  /** The first epoch from there on that knows better than the current tree. */
  const signerOf = (leafIndex: number): Uint8Array | undefined => {
    const changed = pastEpochs.slice(at).find(({ formerSigners }) => formerSigners.has(leafIndex));
    return changed === undefined ? tree.leaf(leafIndex)?.signatureKey : changed.formerSigners.get(leafIndex);
  };
  const opened = unprotectPrivate(suite, { messages: past.messages, ownLeaf, signerOf }, message);
  if (opened.kind === "fork") return { kind: "fork", epoch: message.epoch };
  if (opened.kind === "refused") return { kind: "refused", phase: "public", refusal: { code: opened.code } };
  if (opened.kind !== "content") return opened;
  const { framed, sender, messages } = opened;
  if (framed.content.kind !== "application") throw new Error("the header says application data");
  const next = state.with({ pastEpochs: pastEpochs.with(at, { ...past, messages }) });
  return {
    kind: "application",
    data: framed.content.data,
    authenticatedData: framed.authenticatedData,
    sender,
    epoch: framed.epoch,
    state: next,
    changed: changesBetween(state, next),
  };
}

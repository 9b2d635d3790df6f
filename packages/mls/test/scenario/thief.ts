/** What somebody with the state of a former member can try on a commit: to open what its path seals to others. */
import assert from "node:assert/strict";
import { equalBytes } from "@quicprochat/bytes";
import { encodeContext, enterEpoch } from "../../src/group/next-epoch.ts";
import { type Committed, epoch, epochAuthenticator, type GroupState } from "../../src/index.ts";
import { decryptWithLabel } from "../../src/suite/labels.ts";
import { encryptionKeyAt } from "../../src/tree/ratchet-tree.ts";
import type { GroupContext } from "../../src/wire/group-context.ts";
import { decodeMlsMessage } from "../../src/wire/mls-message.ts";

type Tried = {
  /** Of the epoch that the commit ended. */
  readonly context: GroupContext;
  readonly made: Committed;
  /** With every key that the former member has: slow. */
  readonly tries: boolean;
};

export function thiefLearnsNothing(ghost: GroupState, tried: Tried): void {
  const { fields } = ghost;
  const after = tried.made.next.fields;
  assert(after.context.epoch > epoch(ghost));
  if (after.context.epoch === epoch(ghost) + 1n) entersNot(ghost, tried.made.next);
  for (const [node, privateKey] of fields.privateKeys) {
    const publicKey = encryptionKeyAt(fields.tree, node);
    for (let at = 0; at < after.tree.width; at++) {
      const current = encryptionKeyAt(after.tree, at);
      assert(
        publicKey === undefined || current === undefined || !equalBytes(current, publicKey),
        `node ${at} of the new tree has a key that a former member knows, as node ${node}`,
      );
    }
    if (tried.tries) openNothing(ghost, privateKey, tried);
  }
}

/** With its own init secret and what is public: where a path was needed and is missing, that is all it takes. */
function entersNot({ fields }: GroupState, next: GroupState): void {
  const { suite } = fields;
  const zeros = new Uint8Array(suite.hashBytes);
  const { initSecret } = fields.secrets;
  const encodedContext = encodeContext(next.fields.context);
  const { entry } = enterEpoch(suite, { initSecret, commitSecret: zeros, pskSecret: zeros, encodedContext });
  assert(
    !equalBytes(entry.secrets.epochAuthenticator, epochAuthenticator(next)),
    "a former member enters the next epoch",
  );
}

function openNothing(ghost: GroupState, privateKey: Uint8Array, { context: former, made }: Tried): void {
  const message = decodeMlsMessage(made.message);
  if (message.kind !== "public-message" || message.publicMessage.framed.content.kind !== "commit") return;
  const { confirmedTranscriptHash } = former;
  const context = encodeContext({ ...made.next.fields.context, confirmedTranscriptHash });
  for (const { encryptedPathSecrets } of message.publicMessage.framed.content.commit.path?.nodes ?? []) {
    for (const sealed of encryptedPathSecrets) {
      const opened = decryptWithLabel(ghost.fields.suite, { privateKey, label: "UpdatePathNode", context, sealed });
      assert.equal(opened, undefined, "a former member opens a path secret");
    }
  }
}

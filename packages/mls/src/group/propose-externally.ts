/** Proposals from outside, RFC 9420 section 12.1.8: of senders that the group lists, and of clients that ask to be added. */
import { signContent } from "../framing/sign-content.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { makeProposalRef } from "../suite/references.ts";
import { wireFormat } from "../wire/code-points.ts";
import type { FramedContent, Sender } from "../wire/framed-content.ts";
import { encodeMlsMessage } from "../wire/mls-message.ts";
import type { Proposal } from "../wire/proposal.ts";

export type ExternalProposalOptions = {
  readonly suite: CipherSuite;
  readonly groupId: Uint8Array;
  /** The one in which it can be committed. */
  readonly epoch: bigint;
  /** A place in the external_senders extension, or a new member that proposes its own Add. */
  readonly sender: Extract<Sender, { kind: "external" | "new-member-proposal" }>;
  readonly proposal: Proposal;
  /** Of the listed sender, or of the KeyPackage in the Add. */
  readonly signaturePrivateKey: Uint8Array;
  readonly authenticatedData?: Uint8Array;
};

/** A PublicMessage, and the ProposalRef by which a commit will name it. */
export function proposeExternally(options: ExternalProposalOptions): {
  readonly message: Uint8Array;
  readonly reference: Uint8Array;
} {
  const { suite, groupId, epoch, sender, proposal } = options;
  const framed: FramedContent = {
    groupId,
    epoch,
    sender,
    authenticatedData: options.authenticatedData ?? new Uint8Array(0),
    content: { kind: "proposal", proposal },
  };
  const content = { wireFormat: wireFormat.publicMessage, framed, encodedContext: undefined };
  const auth = { signature: signContent(suite, options.signaturePrivateKey, content), confirmationTag: undefined };
  const publicMessage = { framed, auth, membershipTag: undefined };
  return {
    message: encodeMlsMessage({ kind: "public-message", publicMessage }),
    reference: makeProposalRef(suite, { wireFormat: wireFormat.publicMessage, framed, auth }),
  };
}

/** Transcript hashes and the confirmation tag, RFC 9420 sections 8.2 and 6.1. */
import { encodeWith } from "@quicprochat/bytes";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { type ContentWireFormat, encodeFramedContent, type FramedContent } from "../wire/framed-content.ts";

type SignedCommit = {
  readonly wireFormat: ContentWireFormat;
  readonly framed: FramedContent;
  readonly signature: Uint8Array;
};

export function confirmedTranscriptHash(
  suite: CipherSuite,
  interimBefore: Uint8Array,
  commit: SignedCommit,
): Uint8Array {
  const { wireFormat, framed, signature } = commit;
  return suite.hash(
    interimBefore,
    encodeWith((writer) => writer.u16(wireFormat)),
    encodeFramedContent(framed),
    encodeWith((writer) => writer.vector(signature)),
  );
}

export const interimTranscriptHash = (
  suite: CipherSuite,
  confirmed: Uint8Array,
  confirmationTag: Uint8Array,
): Uint8Array =>
  suite.hash(
    confirmed,
    encodeWith((writer) => writer.vector(confirmationTag)),
  );

export const confirmationTagOf = (suite: CipherSuite, confirmationKey: Uint8Array, confirmed: Uint8Array): Uint8Array =>
  suite.mac(confirmationKey, confirmed);

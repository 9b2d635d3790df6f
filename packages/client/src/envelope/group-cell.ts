/** Cells between the members of a group, sealed under env_n. docs/protocol.md, "Cells". */
import { DecodeError, decodeWhole, encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { type Random, signatureBytes, signingKeyBytes } from "@quicprochat/crypto";
import { cellSizeFor, limits as protocolLimits, validCellSize } from "@quicprochat/protocol";
import { open, seal, sealedOverheadBytes } from "./sealed.ts";

export { commitMatches } from "./sealed.ts";

const HASH_BYTES = 32;

const kinds = { mlsMessage: 1, commitNotice: 2, fragment: 3, dummy: 4, blob: 5 } as const;

/** A slot's outcome, for those who need not ask: with the winning entry where it fits. */
export type CommitNotice = {
  /** Of the slot. */
  readonly name: Uint8Array;
  /** Sig(name, "slot", H(entry)). */
  readonly signature: Uint8Array;
  readonly receipt: { readonly statementKey: Uint8Array; readonly signature: Uint8Array };
  readonly entry:
    | { readonly kind: "whole"; readonly bytes: Uint8Array }
    | { readonly kind: "hash"; readonly hash: Uint8Array };
};

export type CellContent =
  | { readonly kind: "mls-message"; readonly message: Uint8Array }
  | { readonly kind: "commit-notice"; readonly notice: CommitNotice }
  | { readonly kind: "dummy" };

/** Kinds that this program does not read: fragments, blobs, and those of newer programs. */
export type UnsupportedContent = { readonly kind: "unsupported"; readonly number: number };

/** What the largest cell carries. */
export const groupCellBodyBytesMax: number = Math.max(...protocolLimits.cellBytes) - sealedOverheadBytes;

/** The smallest cell of at least `bytesMin` that holds it; `undefined` when none does. Doors take no small ones. */
export function sealGroupCell(
  env: Uint8Array,
  content: CellContent,
  random: Random,
  { bytesMin = 0 }: { readonly bytesMin?: number } = {},
): Uint8Array | undefined {
  const { kind, body } = encodeBody(content);
  const size = cellSizeFor(body.length + sealedOverheadBytes, bytesMin);
  return size === undefined ? undefined : seal(env, { kind, body, size, random });
}

/** `undefined` when it was not sealed under `env`, was changed, or is not well formed. */
export function openGroupCell(env: Uint8Array, cell: Uint8Array): CellContent | UnsupportedContent | undefined {
  if (!validCellSize(cell.length)) return undefined;
  try {
    const framed = open(env, cell);
    return framed === undefined ? undefined : decodeBody(framed.kind, framed.body);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function encodeBody(content: CellContent): { readonly kind: number; readonly body: Uint8Array } {
  switch (content.kind) {
    case "mls-message":
      return { kind: kinds.mlsMessage, body: content.message };
    case "commit-notice":
      return { kind: kinds.commitNotice, body: encodeWith((writer) => writeNotice(writer, content.notice)) };
    case "dummy":
      return { kind: kinds.dummy, body: new Uint8Array(0) };
  }
}

function decodeBody(kind: number, body: Uint8Array): CellContent | UnsupportedContent {
  switch (kind) {
    case kinds.mlsMessage:
      return { kind: "mls-message", message: body };
    case kinds.commitNotice:
      return { kind: "commit-notice", notice: decodeWhole(body, readNotice) };
    case kinds.dummy:
      if (body.length > 0) throw new DecodeError("trailing-bytes");
      return { kind: "dummy" };
    default:
      return { kind: "unsupported", number: kind };
  }
}

/** name 32 | signature 64 | statement key 32 | receipt 64 | 1 and the entry to the end, or 0 and its hash. */
function writeNotice(writer: Writer, { name, signature, receipt, entry }: CommitNotice): void {
  writer.fixed(name).fixed(signature).fixed(receipt.statementKey).fixed(receipt.signature);
  if (entry.kind === "whole") writer.u8(1).fixed(entry.bytes);
  else writer.u8(0).fixed(entry.hash);
}

const readNotice = (reader: Reader): CommitNotice => ({
  name: reader.fixed(signingKeyBytes),
  signature: reader.fixed(signatureBytes),
  receipt: { statementKey: reader.fixed(signingKeyBytes), signature: reader.fixed(signatureBytes) },
  entry: readEntry(reader),
});

function readEntry(reader: Reader): CommitNotice["entry"] {
  switch (reader.u8()) {
    case 0:
      return { kind: "hash", hash: reader.fixed(HASH_BYTES) };
    case 1:
      return { kind: "whole", bytes: reader.rest() };
    default:
      throw reader.error("unknown-entry-form");
  }
}

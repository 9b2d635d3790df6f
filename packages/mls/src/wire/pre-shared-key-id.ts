/** PreSharedKeyID, RFC 9420 section 8.4. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { pskType, resumptionPskUsage } from "./code-points.ts";
import { readOpaque } from "./presentation.ts";

export type ResumptionPskUsage = "application" | "reinit" | "branch";

export type PreSharedKeyId =
  | { readonly kind: "external"; readonly id: Uint8Array; readonly nonce: Uint8Array }
  | {
      readonly kind: "resumption";
      readonly usage: ResumptionPskUsage;
      readonly groupId: Uint8Array;
      readonly epoch: bigint;
      readonly nonce: Uint8Array;
    };

export function readPreSharedKeyId(reader: Reader): PreSharedKeyId {
  const type = reader.u8();
  if (type === pskType.external) return { kind: "external", id: readOpaque(reader), nonce: readOpaque(reader) };
  if (type !== pskType.resumption) throw reader.error("unknown-psk-type");
  return {
    kind: "resumption",
    usage: readUsage(reader),
    groupId: readOpaque(reader),
    epoch: reader.u64(),
    nonce: readOpaque(reader),
  };
}

export function writePreSharedKeyId(writer: Writer, psk: PreSharedKeyId): void {
  if (psk.kind === "external") {
    writer.u8(pskType.external).vector(psk.id);
  } else {
    writer.u8(pskType.resumption).u8(resumptionPskUsage[psk.usage]).vector(psk.groupId).u64(psk.epoch);
  }
  writer.vector(psk.nonce);
}

function readUsage(reader: Reader): ResumptionPskUsage {
  const usage = reader.u8();
  switch (usage) {
    case resumptionPskUsage.application:
      return "application";
    case resumptionPskUsage.reinit:
      return "reinit";
    case resumptionPskUsage.branch:
      return "branch";
    default:
      throw reader.error("unknown-resumption-usage");
  }
}

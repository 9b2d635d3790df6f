/** What an MLS application message carries. docs/protocol.md, "Content". */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { DecodeError, toUtf8 } from "@quicprochat/bytes";
import { ContentSchema, limits as protocolLimits, type Content as WireContent } from "@quicprochat/protocol";
import { limits } from "../limits.ts";

export type TextBody = { readonly kind: "text"; readonly text: string };

export type Content<Body = TextBody | { readonly kind: "unknown" }> = {
  /** 16 random bytes. */
  readonly id: Uint8Array;
  /** The conversation's Lamport clock. */
  readonly counter: bigint;
  /** Ids of the newest messages that the sender had seen. */
  readonly parents: readonly Uint8Array[];
  /** Milliseconds since 1970 by the sender's clock, for display only. */
  readonly sentAt: number;
  /** `unknown`: of a newer program. */
  readonly body: Body;
};

export function encodeContent({ id, counter, parents, sentAt, body }: Content<TextBody>): Uint8Array {
  const text = { case: "text", value: { text: body.text } } as const;
  return toBinary(
    ContentSchema,
    create(ContentSchema, { id, counter, parents: [...parents], sentAtMs: BigInt(sentAt), body: text }),
  );
}

/** Throws `DecodeError`. */
export function decodeContent(bytes: Uint8Array): Content {
  const { id, counter, parents, sentAtMs, body } = parse(bytes);
  if ([id, ...parents].some(({ length }) => length !== protocolLimits.messageIdBytes)) throw new DecodeError("bad-id");
  if (parents.length > limits.parentsMax) throw new DecodeError("too-many-parents");
  if (sentAtMs > BigInt(Number.MAX_SAFE_INTEGER)) throw new DecodeError("bad-time");
  const fields = { id, counter, parents, sentAt: Number(sentAtMs) };
  if (body.case !== "text") return { ...fields, body: { kind: "unknown" } };
  const { text } = body.value;
  if (toUtf8(text).length > protocolLimits.textBytesMax) throw new DecodeError("too-long");
  return { ...fields, body: { kind: "text", text } };
}

/** The library's own errors vary with what is wrong; a peer's bytes must not. */
function parse(bytes: Uint8Array): WireContent {
  try {
    return fromBinary(ContentSchema, bytes);
  } catch {
    throw new DecodeError("not-content");
  }
}

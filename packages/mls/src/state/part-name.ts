/** The parts that a stored state consists of, and their names. */
import { DecodeError } from "@quicprochat/bytes";

export type Part =
  | { readonly kind: "group" }
  /** A node of the ratchet tree that is not blank. */
  | { readonly kind: "node"; readonly index: number }
  | { readonly kind: "epoch"; readonly epoch: bigint }
  /** Some senders' message keys of an epoch. */
  | { readonly kind: "shard"; readonly epoch: bigint; readonly shard: number }
  /** By the hex of its ProposalRef. */
  | { readonly kind: "proposal"; readonly reference: string };

export function partName(part: Part): string {
  switch (part.kind) {
    case "group":
      return "group";
    case "node":
      return `node:${part.index}`;
    case "epoch":
      return `epoch:${part.epoch}`;
    case "shard":
      return `epoch:${part.epoch}:${part.shard}`;
    case "proposal":
      return `proposal:${part.reference}`;
  }
}

/** Throws `DecodeError` on a name that `partName` does not make. */
export function parsePartName(name: string): Part {
  const [kind, first, second] = name.split(":");
  const part = partOf(kind, first, second);
  if (part === undefined || partName(part) !== name) throw new DecodeError("unknown-part");
  return part;
}

function partOf(kind: string | undefined, first: string | undefined, second: string | undefined): Part | undefined {
  if (kind === "group") return { kind: "group" };
  if (first === undefined) return undefined;
  if (kind === "proposal" && /^[0-9a-f]+$/.test(first)) return { kind: "proposal", reference: first };
  if (!/^[0-9]{1,20}$/.test(first)) return undefined;
  if (kind === "node") return { kind: "node", index: Number(first) };
  if (kind !== "epoch") return undefined;
  if (second === undefined) return { kind: "epoch", epoch: BigInt(first) };
  return /^[0-9]{1,10}$/.test(second) ? { kind: "shard", epoch: BigInt(first), shard: Number(second) } : undefined;
}

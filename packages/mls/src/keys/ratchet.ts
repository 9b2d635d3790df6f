/** A sender's symmetric ratchet, RFC 9420 section 9.1, with the keys of the generations that it skipped. */
import { encodeWith } from "@quicprochat/bytes";
import { erase } from "@quicprochat/crypto";
import { limits } from "../limits.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { expandWithLabel } from "../suite/labels.ts";

export type MessageKey = { readonly key: Uint8Array; readonly nonce: Uint8Array };

export type Ratchet = {
  /** Of `generation`, which is the next that was not used. */
  readonly secret: Uint8Array;
  readonly generation: number;
  /** Key and nonce only: whoever steals them cannot derive a neighbour. Ascending, at most `limits.skippedGenerationsMax`. */
  readonly skipped: ReadonlyMap<number, MessageKey>;
};

export type RatchetStep =
  | { readonly kind: "key"; readonly generation: number; readonly messageKey: MessageKey; readonly ratchet: Ratchet }
  | { readonly kind: "consumed" }
  | { readonly kind: "too-far" };

const NO_KEYS: ReadonlyMap<number, MessageKey> = new Map();
const GENERATION_MAX = 0xffff_ffff;

export const newRatchet = (secret: Uint8Array): Ratchet => ({ secret, generation: 0, skipped: NO_KEYS });

/** The key of the next own message. */
export const nextKey = (suite: CipherSuite, ratchet: Ratchet): RatchetStep =>
  keyOfGeneration(suite, ratchet, ratchet.generation);

/** The key of a generation that a peer names; the ratchet returned no longer has it. */
export function keyOfGeneration(suite: CipherSuite, ratchet: Ratchet, generation: number): RatchetStep {
  if (generation < ratchet.generation) return takeSkipped(ratchet, generation);
  if (generation - ratchet.generation > limits.skippedGenerationsMax || generation >= GENERATION_MAX) {
    return { kind: "too-far" };
  }
  if (generation === ratchet.generation) {
    const { messageKey, secret } = advance(suite, ratchet.secret, generation);
    return { kind: "key", generation, messageKey, ratchet: { ...ratchet, secret, generation: generation + 1 } };
  }
  const skipped = new Map(ratchet.skipped);
  let { secret } = ratchet;
  for (let at = ratchet.generation; ; at++) {
    const step = advance(suite, secret, at);
    if (secret !== ratchet.secret) erase(secret);
    secret = step.secret;
    if (at === generation) {
      dropOldest(skipped);
      return { kind: "key", generation, messageKey: step.messageKey, ratchet: { secret, generation: at + 1, skipped } };
    }
    skipped.set(at, step.messageKey);
  }
}

function takeSkipped(ratchet: Ratchet, generation: number): RatchetStep {
  const messageKey = ratchet.skipped.get(generation);
  if (messageKey === undefined) return { kind: "consumed" };
  const skipped = new Map(ratchet.skipped);
  skipped.delete(generation);
  return { kind: "key", generation, messageKey, ratchet: { ...ratchet, skipped } };
}

function dropOldest(skipped: Map<number, MessageKey>): void {
  for (const generation of skipped.keys()) {
    if (skipped.size <= limits.skippedGenerationsMax) return;
    skipped.delete(generation);
  }
}

function advance(
  suite: CipherSuite,
  secret: Uint8Array,
  generation: number,
): { readonly messageKey: MessageKey; readonly secret: Uint8Array } {
  const derive = (label: string, length: number): Uint8Array =>
    deriveTreeSecret(suite, { secret, label, generation, length });
  const messageKey = { key: derive("key", suite.keyBytes), nonce: derive("nonce", suite.nonceBytes) };
  return { messageKey, secret: derive("secret", suite.hashBytes) };
}

type TreeSecret = {
  readonly secret: Uint8Array;
  readonly label: string;
  readonly generation: number;
  readonly length: number;
};

export const deriveTreeSecret = (suite: CipherSuite, { secret, label, generation, length }: TreeSecret): Uint8Array =>
  expandWithLabel(suite, { secret, label, context: encodeWith((writer) => writer.u32(generation)), length });

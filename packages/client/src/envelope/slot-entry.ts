/** Slot names and entries: how a commit lies on the server. docs/protocol.md, "Slots". */
import { DecodeError, decodeWhole, encodeWith } from "@quicprochat/bytes";
import { erase, kdf, type Random, type SigningKeyPair, signingKeyPairFromSeed } from "@quicprochat/crypto";
import { entrySizeFor, validEntrySize } from "@quicprochat/protocol";
import { limits } from "../limits.ts";
import { open, seal, sealedOverheadBytes } from "./sealed.ts";

/** Not a kind of cell: an entry in a cell's place opens as nothing, and the other way round. */
const ENTRY_KIND = 0;
const EMPTY = new Uint8Array(0);

export type SlotKeys = {
  /** Its public key is the slot's name, its private key signs what is put there. */
  readonly name: SigningKeyPair;
  readonly entrySecret: Uint8Array;
};

/** Of epoch n's slot by gate_n; `attempt` k counts the void entries before. */
export function slotKeys(gate: Uint8Array, attempt: number): SlotKeys {
  const secret = kdf(
    gate,
    "attempt",
    encodeWith((writer) => writer.u32(attempt)),
  );
  const keys = {
    name: signingKeyPairFromSeed(kdf(secret, "name", EMPTY)),
    entrySecret: kdf(secret, "entry", EMPTY),
  };
  erase(secret);
  return keys;
}

/** `messages`: the referenced proposals, then the commit. `undefined` when that passes 3 MiB. */
export function sealSlotEntry(
  { entrySecret }: SlotKeys,
  messages: readonly Uint8Array[],
  random: Random,
): Uint8Array | undefined {
  const body = encodeWith((writer) => {
    for (const message of messages) writer.vector32(message);
  });
  const size = entrySizeFor(body.length + sealedOverheadBytes);
  return size === undefined ? undefined : seal(entrySecret, { kind: ENTRY_KIND, body, size, random });
}

/** At least one message; `undefined` when it does not open or is not exactly such a list. */
export function openSlotEntry({ entrySecret }: SlotKeys, entry: Uint8Array): Uint8Array[] | undefined {
  if (!validEntrySize(entry.length)) return undefined;
  try {
    const framed = open(entrySecret, entry);
    return framed?.kind === ENTRY_KIND ? decodeMessages(framed.body) : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

function decodeMessages(body: Uint8Array): Uint8Array[] {
  return decodeWhole(body, (reader) => {
    const messages: Uint8Array[] = [];
    do {
      if (messages.length >= limits.entryMessagesMax) throw reader.error("too-many-messages");
      messages.push(reader.vector32(body.length));
    } while (reader.remaining > 0);
    return messages;
  });
}

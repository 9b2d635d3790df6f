/** 210 slot.put: the first entry of a slot wins, and the server signs what it answers. docs/protocol.md, "Slots". */
import { sha256, signingKeyBytes } from "@quicprochat/crypto";
import {
  type methods,
  limits as protocolLimits,
  RefusalError,
  signReceipt,
  validEntrySize,
  verifySlot,
} from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { expiryHour } from "../../hours.ts";
import { spend } from "../../rate-limit/rates.ts";
import { requireLength } from "../../require.ts";
import { slotEntry } from "./get.ts";

const HOURS_PER_DAY = 24;

export const slotPut: Handler<typeof methods.slotPut> = async ({ name, entry, signature }, { server, peer }) => {
  requireLength(name, signingKeyBytes);
  if (!validEntrySize(entry.length)) throw new RefusalError("wrong_size");
  if (!verifySlot(name, entry, signature)) throw new RefusalError("bad_proof");
  spend(server.rates.storedBytes, peer.prefix, server.now(), entry.length);
  const expiresHour = expiryHour(server.calendar.hour(), protocolLimits.slotKeptDays * HOURS_PER_DAY);
  const outcome = await server.store.putSlot({ name, entry, signature, expiresHour });
  if (outcome.kind === "won") {
    return { outcome: { case: "won", value: signReceipt(server.statementKey, name, sha256(entry)) } };
  }
  return { outcome: { case: "taken", value: slotEntry(server, name, outcome) } };
};

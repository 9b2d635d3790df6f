/** A cell that somebody sealed to one of our KeyPackages: today, a Welcome. docs/protocol.md, "Door cell". */
import { equalBytes } from "@quicprochat/bytes";
import { openDoorCell } from "../envelope/door-cell.ts";
import type { Draft } from "../step/draft.ts";
import { joinGroup } from "../step/join-group.ts";
import type { Self } from "../step/self.ts";
import type { DoorKeys } from "./door-keys.ts";

/** False when no KeyPackage of ours opens it. */
export function receiveDoorCell(draft: Draft, self: Self, cell: Uint8Array, doorKeys: DoorKeys): boolean {
  const { address } = doorKeys;
  for (const { reference, initPrivateKey } of doorKeys.candidates()) {
    if (draft.hasServed(reference)) continue;
    const opened = openDoorCell(cell, { address, reference, initPrivateKey });
    if (opened === undefined) continue;
    const own = doorKeys.load(reference);
    if (own === undefined || !equalBytes(opened.credential.serverId, self.serverId)) return true;
    if (opened.kind !== "welcome") return true;
    // Joined or declined: its init key has served.
    if (!own.lastResort) draft.consumed.push(reference);
    draft.act({ kind: "restock" });
    joinGroup(draft, self, { welcome: opened.payload, inviter: opened.credential, own });
    return true;
  }
  return false;
}

/** Write-once slots: the first entry stays until it expires. */
import type { DatabaseSync } from "node:sqlite";
import type { SlotEntry, Store } from "../store.ts";
import { blob } from "./columns.ts";
import type { Operation } from "./operation.ts";

export function slotOperations(sqlite: DatabaseSync) {
  const find = sqlite.prepare("SELECT entry, signature FROM slot WHERE name = ?");
  const insert = sqlite.prepare("INSERT INTO slot (name, expires_hour, signature, entry) VALUES (?, ?, ?, ?)");

  const slot = (name: Uint8Array): SlotEntry | null => {
    const row = find.get(name);
    return row === undefined ? null : { entry: blob(row, "entry"), signature: blob(row, "signature") };
  };

  const putSlot: Operation<Store["putSlot"]> = ({ name, entry, signature, expiresHour }) => {
    const known = slot(name);
    if (known === null) {
      insert.run(name, expiresHour, signature, entry);
      return { kind: "won" };
    }
    return Buffer.compare(known.entry, entry) === 0 ? { kind: "won" } : { kind: "taken", ...known };
  };

  return { slot, putSlot };
}

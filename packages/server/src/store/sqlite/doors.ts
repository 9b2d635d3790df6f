/** Doors of devices: an address that may change, and two lanes. */
import type { DatabaseSync } from "node:sqlite";
import type { Store } from "../store.ts";
import { blob } from "./columns.ts";
import { insertMailbox } from "./mailboxes.ts";
import type { Operation } from "./operation.ts";

export function doorOperations(sqlite: DatabaseSync) {
  const findAddress = sqlite.prepare("SELECT address FROM door WHERE username = ? AND device_id = ?");
  const findMailbox = sqlite.prepare("SELECT 1 FROM mailbox WHERE address = ?");
  const move = sqlite.prepare("UPDATE mailbox SET address = ? WHERE address = ?");
  const put = sqlite.prepare(
    "INSERT INTO door (username, device_id, address, key_hash, open) VALUES (?, ?, ?, ?, ?) ON CONFLICT (username, device_id) " +
      "DO UPDATE SET address = excluded.address, key_hash = excluded.key_hash, open = excluded.open",
  );

  const doorAddress: Operation<Store["doorAddress"]> = ({ username, deviceId }) => {
    const row = findAddress.get(username, deviceId);
    return row === undefined ? null : blob(row, "address");
  };

  const putDoor: Operation<Store["putDoor"]> = ({ username, deviceId, address, keyHash, open }) => {
    const current = doorAddress({ username, deviceId });
    const moves = current === null || Buffer.compare(current, address) !== 0;
    if (moves && findMailbox.get(address) !== undefined) return "address_taken";
    if (current === null) insertMailbox(sqlite, { address, isDoor: true });
    // The queue moves with its door: what waits there was accepted.
    else if (moves) move.run(address, current);
    put.run(username, deviceId, address, keyHash, open ? 1 : 0);
    return "stored";
  };

  return { doorAddress, putDoor };
}

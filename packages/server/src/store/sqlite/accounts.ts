/** Accounts and their device lists. */
import type { DatabaseSync } from "node:sqlite";
import type { Account, DeviceOf, NewDeviceList, Store } from "../store.ts";
import { blob, blobOrNull, integer } from "./columns.ts";
import { deleteMailbox } from "./mailboxes.ts";
import type { Operation } from "./operation.ts";

export function accountOperations(sqlite: DatabaseSync) {
  const find = sqlite.prepare(
    "SELECT opaque_record, identity, device_list, list_counter FROM account WHERE username = ?",
  );
  const insert = sqlite.prepare("INSERT INTO account (username, opaque_record, identity) VALUES (?, ?, ?)");
  const count = sqlite.prepare("SELECT count(*) AS count FROM account");
  const setList = sqlite.prepare("UPDATE account SET device_list = ?, list_counter = ? WHERE username = ?");

  const createAccount: Operation<Store["createAccount"]> = ({ username, opaqueRecord, identity }) => {
    const known = account(username);
    if (known === null) {
      insert.run(username, opaqueRecord, identity);
      return "created";
    }
    return sameBytes(known.opaqueRecord, opaqueRecord) && sameBytes(known.identity, identity)
      ? "created"
      : "name_taken";
  };

  const account = (username: string): Account | null => {
    const row = find.get(username);
    if (row === undefined) return null;
    const deviceList = blobOrNull(row, "device_list");
    return { username, opaqueRecord: blob(row, "opaque_record"), identity: blob(row, "identity"), deviceList };
  };

  const accountCount: Operation<Store["accountCount"]> = () => integer(count.get() ?? {}, "count");

  const putDeviceList: Operation<Store["putDeviceList"]> = (list) => {
    const row = find.get(list.username);
    if (row === undefined) return "stale";
    const before = blobOrNull(row, "device_list");
    if (before !== null && sameBytes(before, list.deviceList)) return "stored";
    if (before !== null && BigInt(integer(row, "list_counter")) >= list.counter) return "stale";
    setList.run(list.deviceList, list.counter, list.username);
    replaceDevices(sqlite, list);
    return "stored";
  };

  return { createAccount, account, accountCount, putDeviceList };
}

function replaceDevices(sqlite: DatabaseSync, { username, deviceIds }: NewDeviceList): void {
  const before = sqlite.prepare("SELECT device_id FROM device WHERE username = ?").all(username);
  for (const row of before) {
    const deviceId = blob(row, "device_id");
    if (!deviceIds.some((id) => sameBytes(id, deviceId))) removeDevice(sqlite, { username, deviceId });
  }
  const insert = sqlite.prepare("INSERT INTO device (username, device_id) VALUES (?, ?) ON CONFLICT DO NOTHING");
  for (const deviceId of deviceIds) insert.run(username, deviceId);
}

/** With what belongs to it: its packages, its door and what waits there. */
function removeDevice(sqlite: DatabaseSync, { username, deviceId }: DeviceOf): void {
  const door = sqlite.prepare("SELECT address FROM door WHERE username = ? AND device_id = ?").get(username, deviceId);
  if (door !== undefined) deleteMailbox(sqlite, blob(door, "address"));
  for (const table of ["door", "key_package", "claimed_package", "last_resort", "device"]) {
    sqlite.prepare(`DELETE FROM ${table} WHERE username = ? AND device_id = ?`).run(username, deviceId);
  }
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

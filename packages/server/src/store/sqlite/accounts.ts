/** Accounts and their device lists. */
import type { Account, DeviceOf, NewDeviceList, Store } from "../store.ts";
import type { Database } from "./database.ts";
import { deleteMailbox } from "./mailboxes.ts";
import type { Operation } from "./operation.ts";

export function accountOperations({ sqlite, plain }: Database) {
  const createAccount: Operation<Store["createAccount"]> = async ({ username, opaqueRecord, identity }) => {
    const known = await account(username);
    if (known !== null) {
      return sameBytes(known.opaqueRecord, opaqueRecord) && sameBytes(known.identity, identity)
        ? "created"
        : "name_taken";
    }
    await plain.insertInto("account").values({ username, opaque_record: opaqueRecord, identity }).execute();
    return "created";
  };

  async function account(username: string): Promise<Account | null> {
    const row = await plain.selectFrom("account").selectAll().where("username", "=", username).executeTakeFirst();
    if (row === undefined) return null;
    const { opaque_record: opaqueRecord, identity, device_list: deviceList } = row;
    return { username, opaqueRecord, identity, deviceList };
  }

  const accountCount: Operation<Store["accountCount"]> = async () => {
    const row = await plain
      .selectFrom("account")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirst();
    return row?.count ?? 0;
  };

  const putDeviceList: Operation<Store["putDeviceList"]> = async (list) => {
    const { username, deviceList, counter } = list;
    const row = await plain
      .selectFrom("account")
      .select(["device_list", "list_counter"])
      .where("username", "=", username)
      .executeTakeFirst();
    if (row === undefined) return "stale";
    if (row.device_list !== null && sameBytes(row.device_list, deviceList)) return "stored";
    if (row.list_counter !== null && BigInt(row.list_counter) >= counter) return "stale";
    const change = { device_list: deviceList, list_counter: counter };
    await plain.updateTable("account").set(change).where("username", "=", username).execute();
    await replaceDevices({ sqlite, plain }, list);
    return "stored";
  };

  return { createAccount, account, accountCount, putDeviceList };
}

async function replaceDevices({ sqlite, plain }: Database, { username, deviceIds }: NewDeviceList): Promise<void> {
  const before = await plain.selectFrom("device").select("device_id").where("username", "=", username).execute();
  for (const { device_id } of before) {
    if (!deviceIds.some((id) => sameBytes(id, device_id)))
      await removeDevice({ sqlite, plain }, { username, deviceId: device_id });
  }
  for (const device_id of deviceIds) {
    await plain
      .insertInto("device")
      .values({ username, device_id })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

/** With what belongs to it: its packages, its door and what waits there. */
async function removeDevice({ sqlite, plain }: Database, { username, deviceId }: DeviceOf): Promise<void> {
  const door = await plain
    .selectFrom("door")
    .select("address")
    .where("username", "=", username)
    .where("device_id", "=", deviceId)
    .executeTakeFirst();
  if (door !== undefined) deleteMailbox(sqlite, door.address);
  for (const table of ["door", "key_package", "claimed_package", "last_resort", "device"] as const) {
    await plain.deleteFrom(table).where("username", "=", username).where("device_id", "=", deviceId).execute();
  }
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

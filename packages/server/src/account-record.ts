/** Accounts of the store with their messages decoded, and device lists on their way into it. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type DeviceList, DeviceListSchema, type Identity, IdentitySchema, RefusalError } from "@quicprochat/protocol";
import type { ServerContext } from "./call-context.ts";
import type { Store } from "./store/store.ts";

export type AccountRecord = { readonly identity: Identity; readonly devices: DeviceList | null };

export async function accountOf(store: Store, username: string): Promise<AccountRecord | null> {
  const account = await store.account(username);
  if (account === null) return null;
  const { identity, deviceList } = account;
  return {
    identity: fromBinary(IdentitySchema, identity),
    devices: deviceList === null ? null : fromBinary(DeviceListSchema, deviceList),
  };
}

/** Stores a verified list; devices that it no longer names lose their connections. */
export async function publishDeviceList(server: ServerContext, username: string, list: DeviceList): Promise<void> {
  const deviceIds = list.devices.map(({ id }) => id);
  const deviceList = toBinary(DeviceListSchema, list);
  const outcome = await server.store.putDeviceList({ username, deviceList, counter: list.counter, deviceIds });
  // An older list, or another one with the same counter, would bring back what was revoked.
  if (outcome === "stale") throw new RefusalError("bad_proof");
  server.sessions.closeOthers(username, deviceIds);
}

/** A connection gets the session of a device that has proved itself. */
import { equalBytes } from "@quicprochat/bytes";
import { RefusalError } from "@quicprochat/protocol";
import { accountOf } from "./account-record.ts";
import type { ServerContext } from "./call-context.ts";
import type { Peer } from "./peer.ts";
import type { DeviceOf } from "./store/store.ts";

type Opening = { readonly server: Pick<ServerContext, "store" | "sessions">; readonly peer: Peer };

/**
 * Looks at the list once more behind it: while the device proved itself, its account may have taken it off the list, and
 * then the connections of such devices were closed before this one had a session.
 */
export async function openSession({ server, peer }: Opening, device: DeviceOf): Promise<void> {
  server.sessions.open(peer, device);
  const account = await accountOf(server.store, device.username);
  if (account?.devices?.devices.some(({ id }) => equalBytes(id, device.deviceId))) return;
  server.sessions.forget(peer);
  throw new RefusalError("no_session");
}

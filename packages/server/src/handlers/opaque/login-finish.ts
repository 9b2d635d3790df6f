/** 103 opaque.login-finish: proves the password on this very connection, and may add the device that logs in. */
import { equalBytes } from "@quicprochat/bytes";
import {
  bindLogin,
  type DeviceList,
  type methods,
  limits as protocolLimits,
  RefusalError,
} from "@quicprochat/protocol";
import { accountOf, publishDeviceList } from "../../account-record.ts";
import type { Handler, ServerContext } from "../../call-context.ts";
import { openSession } from "../../open-session.ts";
import { requireDeviceList, requireLength } from "../../require.ts";

export const loginFinish: Handler<typeof methods.loginFinish> = async (request, { server, peer }) => {
  const { login } = peer;
  // One try for each start: guesses have to ask for a new KE2.
  peer.login = undefined;
  if (login === undefined) throw new RefusalError("bad_login");
  const sessionKey = server.opaque.finishLogin(login.serverLoginState, request.ke3);
  if (!equalBytes(bindLogin(sessionKey, peer.exporter), request.bind)) throw new RefusalError("bad_login");
  requireLength(request.deviceId, protocolLimits.deviceIdBytes);
  const { username } = login;
  const listed = await devicesOf(server, username, request.devices);
  const isListed = listed?.devices.some(({ id }) => equalBytes(id, request.deviceId)) ?? false;
  if (listed === null || !isListed) throw new RefusalError("no_session");
  if (request.devices !== undefined) await publishDeviceList(server, username, listed);
  await openSession({ server, peer }, { username, deviceId: request.deviceId });
  return {};
};

/** The list that comes with the log-in when it is the account's own, else the one that is published. */
async function devicesOf(
  server: ServerContext,
  username: string,
  devices: DeviceList | undefined,
): Promise<DeviceList | null> {
  const account = await accountOf(server.store, username);
  if (account === null) throw new RefusalError("bad_login");
  if (devices === undefined) return account.devices;
  return requireDeviceList({ serverId: server.serverId, username, identity: account.identity, devices });
}

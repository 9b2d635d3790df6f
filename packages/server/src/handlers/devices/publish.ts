/** 901 devices.publish: a newer list, signed by the account's identity. */
import { type methods, RefusalError } from "@quicprochat/protocol";
import { accountOf, publishDeviceList } from "../../account-record.ts";
import type { Handler } from "../../call-context.ts";
import { requireDeviceList } from "../../require.ts";

export const devicesPublish: Handler<typeof methods.devicesPublish> = async ({ devices }, { server, peer }) => {
  const { username } = peer.device;
  const account = await accountOf(server.store, username);
  if (account === null) throw new RefusalError("no_session");
  const { identity } = account;
  await publishDeviceList(
    server,
    username,
    requireDeviceList({ serverId: server.serverId, username, identity, devices }),
  );
  return {};
};

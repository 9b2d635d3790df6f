/** 900 session.open: a device proves its session key on this very connection. docs/protocol.md, "Sessions". */
import { equalBytes } from "@quicprochat/bytes";
import { type methods, limits as protocolLimits, RefusalError, verifySession } from "@quicprochat/protocol";
import { accountOf } from "../../account-record.ts";
import type { Handler } from "../../call-context.ts";
import { openSession } from "../../open-session.ts";
import { requireLength, requireUsername } from "../../require.ts";

/** The base point: a valid key whose signatures nobody is asked for. Unknown devices cost a verification, too. */
const nobody = Uint8Array.from({ length: 32 }, (_, index) => (index === 0 ? 0x58 : 0x66));

export const sessionOpen: Handler<typeof methods.sessionOpen> = async (request, { server, peer }) => {
  const { deviceId, signature } = request;
  const username = requireUsername(request.username);
  requireLength(deviceId, protocolLimits.deviceIdBytes);
  const account = await accountOf(server.store, username);
  const device = account?.devices?.devices.find(({ id }) => equalBytes(id, deviceId));
  const session = { serverId: server.serverId, username, deviceId, exporter: peer.exporter };
  const proven = verifySession(device?.sessionKey ?? nobody, session, signature);
  if (device === undefined || !proven) throw new RefusalError("no_session");
  await openSession({ server, peer }, { username, deviceId });
  return {};
};

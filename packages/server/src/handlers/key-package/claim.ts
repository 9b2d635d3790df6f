/** 301 key-package.claim: one package for each device of the account, or none at all. */
import { fromBinary } from "@bufbuild/protobuf";
import { sha256 } from "@quicprochat/crypto";
import {
  DeviceListSchema,
  IdentitySchema,
  type methods,
  limits as protocolLimits,
  RefusalError,
} from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { expiryHour } from "../../hours.ts";
import { requireLength, requireUsername } from "../../require.ts";
import { requireSuite } from "./publish.ts";

/** Without the door key only the upper half of the stock is given: strangers cannot use up what contacts need. */
const reserve = protocolLimits.keyPackagesPerDeviceMax / 2;

export const keyPackageClaim: Handler<typeof methods.keyPackageClaim> = async (request, { server, peer }) => {
  const { cipherSuite, doorKey } = request;
  const username = requireUsername(request.username);
  requireLength(doorKey, 0, protocolLimits.doorKeyBytes);
  requireSuite(server, cipherSuite);
  peer.devoteTo({ kind: "name", username });
  const claimed = await server.store.claimKeyPackages({
    username,
    cipherSuite,
    doorKeyHash: doorKey.length === 0 ? null : sha256(doorKey),
    reserve,
    rememberedUntilHour: expiryHour(server.calendar.hour(), server.limits.claimedPackageKeptHours),
  });
  if (claimed.kind === "none") throw new RefusalError("no_package");
  return {
    identity: fromBinary(IdentitySchema, claimed.identity),
    devices: fromBinary(DeviceListSchema, claimed.deviceList),
    keyPackages: claimed.packages.map(({ deviceId, body, lastResort }) => ({ deviceId, keyPackage: body, lastResort })),
  };
};

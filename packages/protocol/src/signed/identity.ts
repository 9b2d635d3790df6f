/** Root, identity, device: the chain that leads from a key on no device to the keys that sign. docs/protocol.md, "Identities". */
import { create } from "@bufbuild/protobuf";
import { compareBytes, encodeWith, toUtf8 } from "@quicprochat/bytes";
import { signLabelled, verifyLabelled } from "@quicprochat/crypto";
import {
  type Device,
  type DeviceList,
  DeviceListSchema,
  DeviceSchema,
  type Identity,
  IdentitySchema,
} from "../gen/qpc/v1/account_pb.ts";
import { limits } from "../limits.ts";

const KEY_BYTES = 32;

/** Whose chain: the same name on another server is somebody else. */
export type Owner = { readonly serverId: Uint8Array; readonly username: string };

type IdentityFields = { readonly rootKey: Uint8Array; readonly identityKey: Uint8Array; readonly version: number };

export function signIdentity(rootPrivateKey: Uint8Array, fields: Owner & IdentityFields): Identity {
  const { rootKey, identityKey, version } = fields;
  const signature = signLabelled(rootPrivateKey, "identity", identityBody(fields, fields));
  return create(IdentitySchema, { rootKey, identityKey, version, signature });
}

export function verifyIdentity(owner: Owner, identity: Identity): boolean {
  if (identity.rootKey.length !== KEY_BYTES || identity.identityKey.length !== KEY_BYTES) return false;
  return verifyLabelled(identity.rootKey, "identity", identityBody(owner, identity), identity.signature);
}

type DeviceFields = { readonly id: Uint8Array; readonly leafKey: Uint8Array; readonly sessionKey: Uint8Array };

export function signDevice(
  identityPrivateKey: Uint8Array,
  fields: Owner & DeviceFields & { readonly identityVersion: number },
): Device {
  const { id, leafKey, sessionKey } = fields;
  const signature = signLabelled(identityPrivateKey, "device", deviceBody(fields, fields.identityVersion, fields));
  return create(DeviceSchema, { id, leafKey, sessionKey, signature });
}

export function verifyDevice(owner: Owner, identity: Identity, device: Device): boolean {
  const { id, leafKey, sessionKey, signature } = device;
  if (id.length !== limits.deviceIdBytes || leafKey.length !== KEY_BYTES || sessionKey.length !== KEY_BYTES)
    return false;
  return verifyLabelled(identity.identityKey, "device", deviceBody(owner, identity.version, device), signature);
}

type DeviceListFields = { readonly counter: bigint; readonly devices: readonly Device[] };

export function signDeviceList(
  identityPrivateKey: Uint8Array,
  fields: Owner & DeviceListFields & { readonly identityVersion: number },
): DeviceList {
  const { counter, devices } = fields;
  const signature = signLabelled(identityPrivateKey, "devices", deviceListBody(fields, fields.identityVersion, fields));
  return create(DeviceListSchema, { counter, devices: [...devices], signature });
}

/** The list and every device in it; ids are distinct and there are not too many. */
export function verifyDeviceList(owner: Owner, identity: Identity, list: DeviceList): boolean {
  const { devices } = list;
  if (devices.length > limits.devicesPerAccountMax) return false;
  const distinct = devices.every((one, at) => devices.findIndex(({ id }) => compareBytes(id, one.id) === 0) === at);
  if (!distinct || !devices.every((device) => verifyDevice(owner, identity, device))) return false;
  const body = deviceListBody(owner, identity.version, list);
  return verifyLabelled(identity.identityKey, "devices", body, list.signature);
}

const identityBody = ({ serverId, username }: Owner, { identityKey, version }: IdentityFields): Uint8Array =>
  encodeWith((writer) => writer.fixed(serverId).vector32(toUtf8(username)).fixed(identityKey).u32(version));

const deviceBody = ({ serverId, username }: Owner, identityVersion: number, device: DeviceFields): Uint8Array =>
  encodeWith((writer) =>
    writer
      .fixed(serverId)
      .vector32(toUtf8(username))
      .u32(identityVersion)
      .fixed(device.id)
      .fixed(device.leafKey)
      .fixed(device.sessionKey),
  );

const deviceListBody = ({ serverId, username }: Owner, identityVersion: number, list: DeviceListFields): Uint8Array =>
  encodeWith((writer) => {
    writer.fixed(serverId).vector32(toUtf8(username)).u32(identityVersion).u64(list.counter).u32(list.devices.length);
    for (const { id, leafKey, sessionKey, signature } of list.devices) {
      writer.fixed(id).fixed(leafKey).fixed(sessionKey).fixed(signature);
    }
  });

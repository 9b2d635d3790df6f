/** Who this device is on its server: names, keys and addresses, as plain values. docs/protocol.md, "Identities". */
import { create } from "@bufbuild/protobuf";
import { generateSigningKeyPair, type Random, type SigningKeyPair, signingKeyPairFromSeed } from "@quicprochat/crypto";
import {
  type Address,
  type Device,
  type DeviceId,
  type DeviceList,
  type Identity,
  IdentitySchema,
  mailboxAddress,
  parseAddress,
  parseDeviceId,
  parseUsername,
  limits as protocolLimits,
  signDevice,
  signDeviceList,
  signIdentity,
  type Username,
} from "@quicprochat/protocol";
import type { VerifiedServer } from "@quicprochat/transport";
import { encodeCredential } from "../envelope/credential.ts";
import type { AccountRecord } from "./account-record.ts";

export type Account = {
  /** Where the server answers. */
  readonly server: { readonly host: string; readonly port: number };
  /** Who it was when last seen; its statement key signs receipts. */
  readonly pin: VerifiedServer;
  /** What this account's chain of keys is bound to: the server's id when the account was made. */
  readonly serverId: Uint8Array;
  readonly username: Username;
  readonly rootKey: Uint8Array;
  readonly identity: Identity;
  readonly identityKeyPair: SigningKeyPair;
  readonly deviceId: DeviceId;
  /** Of every leaf of this device. */
  readonly leafKeyPair: SigningKeyPair;
  readonly sessionKeyPair: SigningKeyPair;
  readonly device: Device;
  /** The identity of the MLS BasicCredential. */
  readonly credential: Uint8Array;
  /** The key admits to the door's keyed lane: for contacts. */
  readonly door: { readonly address: Address; readonly key: Uint8Array };
  readonly mailbox: { readonly address: Address; readonly readerKeyPair: SigningKeyPair };
};

const IDENTITY_VERSION = 1;

type NewAccount = {
  readonly host: string;
  readonly port: number;
  readonly serverId: Uint8Array;
  readonly username: Username;
  readonly rootKeyPair: SigningKeyPair;
  readonly random: Random;
};

/** The first device of an account, with all its keys; nobody knows of it yet. */
export function createAccountRecord(options: NewAccount): AccountRecord {
  const { host, port, serverId, username, rootKeyPair, random } = options;
  const rootKey = rootKeyPair.publicKey;
  const identityPair = generateSigningKeyPair(random);
  const identityKey = identityPair.publicKey;
  const fields = { serverId, username, rootKey, identityKey, version: IDENTITY_VERSION };
  return {
    host,
    port,
    username,
    serverId,
    rootKey,
    identityVersion: IDENTITY_VERSION,
    identitySignature: signIdentity(rootKeyPair.privateKey, fields).signature,
    identitySeed: identityPair.privateKey,
    deviceId: random(protocolLimits.deviceIdBytes),
    leafSeed: generateSigningKeyPair(random).privateKey,
    sessionSeed: generateSigningKeyPair(random).privateKey,
    doorAddress: random(protocolLimits.addressBytes),
    doorKey: random(protocolLimits.doorKeyBytes),
    readerSeed: generateSigningKeyPair(random).privateKey,
  };
}

/** With everything that follows from what is kept. */
export function accountFrom(record: AccountRecord, pin: VerifiedServer): Account {
  const { host, port, serverId, rootKey, identityVersion } = record;
  const username = parseUsername(record.username);
  const [identityKeyPair, leafKeyPair, sessionKeyPair, readerKeyPair] = [
    signingKeyPairFromSeed(record.identitySeed),
    signingKeyPairFromSeed(record.leafSeed),
    signingKeyPairFromSeed(record.sessionSeed),
    signingKeyPairFromSeed(record.readerSeed),
  ];
  const identityFields = {
    rootKey,
    identityKey: identityKeyPair.publicKey,
    version: identityVersion,
    signature: record.identitySignature,
  };
  const deviceId = parseDeviceId(record.deviceId);
  const keys = { id: deviceId, leafKey: leafKeyPair.publicKey, sessionKey: sessionKeyPair.publicKey };
  const device = signDevice(identityKeyPair.privateKey, { serverId, username, identityVersion, ...keys });
  const credential = encodeCredential({
    serverId,
    username,
    identity: identityFields,
    deviceId,
    sessionKey: device.sessionKey,
    deviceSignature: device.signature,
  });
  return {
    server: { host, port },
    pin,
    serverId,
    username,
    rootKey,
    identity: create(IdentitySchema, identityFields),
    identityKeyPair,
    deviceId,
    leafKeyPair,
    sessionKeyPair,
    device,
    credential,
    door: { address: parseAddress(record.doorAddress), key: record.doorKey },
    mailbox: { address: mailboxAddress(readerKeyPair.publicKey), readerKeyPair },
  };
}

/** The list with this one device. */
export function firstDeviceList({ serverId, username, identity, identityKeyPair, device }: Account): DeviceList {
  const fields = { serverId, username, identityVersion: identity.version, counter: 1n, devices: [device] };
  return signDeviceList(identityKeyPair.privateKey, fields);
}

/** The identity in an MLS BasicCredential: the chain from an account's root key to one device. docs/protocol.md, "Identities". */
import { create } from "@bufbuild/protobuf";
import { DecodeError, decodeWhole, encodeWith, fromUtf8, type Reader, toUtf8 } from "@quicprochat/bytes";
import { signatureBytes, signingKeyBytes } from "@quicprochat/crypto";
import {
  DeviceSchema,
  IdentitySchema,
  parseUsername,
  limits as protocolLimits,
  UsernameError,
  verifyDevice,
  verifyIdentity,
} from "@quicprochat/protocol";

/** The leaf key is not in it: the leaf itself, or the door cell, names it beside. */
export type Credential = {
  readonly serverId: Uint8Array;
  readonly username: string;
  readonly identity: {
    readonly rootKey: Uint8Array;
    readonly identityKey: Uint8Array;
    readonly version: number;
    readonly signature: Uint8Array;
  };
  readonly deviceId: Uint8Array;
  readonly sessionKey: Uint8Array;
  readonly deviceSignature: Uint8Array;
};

const VERSION = 1;

export const encodeCredential = ({ serverId, username, identity, ...device }: Credential): Uint8Array =>
  encodeWith((writer) => {
    writer.u8(VERSION).fixed(serverId).vector32(toUtf8(username));
    writer.fixed(identity.rootKey).fixed(identity.identityKey).u32(identity.version).fixed(identity.signature);
    writer.fixed(device.deviceId).fixed(device.sessionKey).fixed(device.deviceSignature);
  });

/** Throws `DecodeError`. Says what is claimed; whether to believe it is `verifyCredential`. */
export const decodeCredential = (bytes: Uint8Array): Credential => decodeWhole(bytes, readCredential);

/** Whether root signed identity, and identity this device with this leaf key. */
export function verifyCredential(credential: Credential, leafKey: Uint8Array): boolean {
  const { deviceId: id, sessionKey, deviceSignature: signature } = credential;
  const identity = create(IdentitySchema, credential.identity);
  const device = create(DeviceSchema, { id, leafKey, sessionKey, signature });
  return verifyIdentity(credential, identity) && verifyDevice(credential, identity, device);
}

function readCredential(reader: Reader): Credential {
  if (reader.u8() !== VERSION) throw reader.error("unknown-version");
  return {
    serverId: reader.fixed(signingKeyBytes),
    username: readUsername(reader),
    identity: {
      rootKey: reader.fixed(signingKeyBytes),
      identityKey: reader.fixed(signingKeyBytes),
      version: reader.u32(),
      signature: reader.fixed(signatureBytes),
    },
    deviceId: reader.fixed(protocolLimits.deviceIdBytes),
    sessionKey: reader.fixed(signingKeyBytes),
    deviceSignature: reader.fixed(signatureBytes),
  };
}

function readUsername(reader: Reader): string {
  const text = fromUtf8(reader.vector32(protocolLimits.usernameLengthMax));
  try {
    return parseUsername(text);
  } catch (error) {
    throw error instanceof UsernameError ? new DecodeError("bad-username", reader.offset) : error;
  }
}

/** An account as the vault keeps it: secrets and what cannot be derived from them. */
import { decodeWhole, encodeWith, fromUtf8, type Reader, toUtf8, type Writer } from "@quicprochat/bytes";
import { signatureBytes, signingKeyBytes } from "@quicprochat/crypto";
import { limits as protocolLimits } from "@quicprochat/protocol";
import type { VerifiedServer } from "@quicprochat/transport";

export type AccountRecord = {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** What the chain of keys is bound to: the server's id when the account was made. */
  readonly serverId: Uint8Array;
  readonly rootKey: Uint8Array;
  readonly identityVersion: number;
  /** By the root key, whose private half is on no device. */
  readonly identitySignature: Uint8Array;
  readonly identitySeed: Uint8Array;
  readonly deviceId: Uint8Array;
  readonly leafSeed: Uint8Array;
  readonly sessionSeed: Uint8Array;
  readonly doorAddress: Uint8Array;
  readonly doorKey: Uint8Array;
  readonly readerSeed: Uint8Array;
};

const VERSION = 1;
const HOST_BYTES_MAX = 1_024;

export const encodeAccountRecord = (record: AccountRecord): Uint8Array =>
  encodeWith((writer) => {
    writer.u8(VERSION).vector32(toUtf8(record.host)).u16(record.port).vector32(toUtf8(record.username));
    writer.fixed(record.serverId).fixed(record.rootKey).u32(record.identityVersion).fixed(record.identitySignature);
    writer.fixed(record.identitySeed).fixed(record.deviceId).fixed(record.leafSeed).fixed(record.sessionSeed);
    writer.fixed(record.doorAddress).fixed(record.doorKey).fixed(record.readerSeed);
  });

/** Throws `DecodeError`. Copies: the vault's buffer may go. */
export const decodeAccountRecord = (bytes: Uint8Array): AccountRecord => decodeWhole(bytes.slice(), readAccount);

function readAccount(reader: Reader): AccountRecord {
  if (reader.u8() !== VERSION) throw reader.error("unknown-version");
  return {
    host: fromUtf8(reader.vector32(HOST_BYTES_MAX)),
    port: reader.u16(),
    username: fromUtf8(reader.vector32(protocolLimits.usernameLengthMax)),
    serverId: reader.fixed(signingKeyBytes),
    rootKey: reader.fixed(signingKeyBytes),
    identityVersion: reader.u32(),
    identitySignature: reader.fixed(signatureBytes),
    identitySeed: reader.fixed(signingKeyBytes),
    deviceId: reader.fixed(protocolLimits.deviceIdBytes),
    leafSeed: reader.fixed(signingKeyBytes),
    sessionSeed: reader.fixed(signingKeyBytes),
    doorAddress: reader.fixed(protocolLimits.addressBytes),
    doorKey: reader.fixed(protocolLimits.doorKeyBytes),
    readerSeed: reader.fixed(signingKeyBytes),
  };
}

export const encodeServer = (server: VerifiedServer): Uint8Array =>
  encodeWith((writer) => writeServer(writer.u8(VERSION), server));

/** Throws `DecodeError`. */
export const decodeServer = (bytes: Uint8Array): VerifiedServer => decodeWhole(bytes.slice(), readServer);

function writeServer(writer: Writer, { serverId, currentKey, statementKey, counter }: VerifiedServer): void {
  writer.fixed(serverId).fixed(currentKey).fixed(statementKey).u64(BigInt(counter));
}

function readServer(reader: Reader): VerifiedServer {
  if (reader.u8() !== VERSION) throw reader.error("unknown-version");
  const [serverId, currentKey, statementKey] = [
    reader.fixed(signingKeyBytes),
    reader.fixed(signingKeyBytes),
    reader.fixed(signingKeyBytes),
  ];
  return { serverId, currentKey, statementKey, counter: Number(reader.u64()) };
}

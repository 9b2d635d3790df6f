/** Welcome and GroupSecrets, RFC 9420 section 12.4.3.1. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { type HpkeCiphertext, readHpkeCiphertext, writeHpkeCiphertext } from "./hpke-ciphertext.ts";
import { type PreSharedKeyId, readPreSharedKeyId, writePreSharedKeyId } from "./pre-shared-key-id.ts";
import { readList, readOpaque, readOptional, writeList, writeOptional } from "./presentation.ts";

export type EncryptedGroupSecrets = {
  /** The KeyPackageRef of the joiner. */
  readonly newMember: Uint8Array;
  readonly encryptedGroupSecrets: HpkeCiphertext;
};

export type Welcome = {
  readonly cipherSuite: number;
  readonly secrets: readonly EncryptedGroupSecrets[];
  readonly encryptedGroupInfo: Uint8Array;
};

export type GroupSecrets = {
  readonly joinerSecret: Uint8Array;
  readonly pathSecret: Uint8Array | undefined;
  readonly psks: readonly PreSharedKeyId[];
};

export const readWelcome = (reader: Reader): Welcome => ({
  cipherSuite: reader.u16(),
  secrets: readList(reader, readEncryptedGroupSecrets),
  encryptedGroupInfo: reader.vector(),
});

export function writeWelcome(writer: Writer, welcome: Welcome): void {
  writer.u16(welcome.cipherSuite);
  writeList(writer, welcome.secrets, writeEncryptedGroupSecrets);
  writer.vector(welcome.encryptedGroupInfo);
}

export const readGroupSecrets = (reader: Reader): GroupSecrets => ({
  joinerSecret: readOpaque(reader),
  pathSecret: readOptional(reader, readOpaque),
  psks: readList(reader, readPreSharedKeyId),
});

export function writeGroupSecrets(writer: Writer, secrets: GroupSecrets): void {
  writer.vector(secrets.joinerSecret);
  writeOptional(writer, secrets.pathSecret, (inner, pathSecret) => void inner.vector(pathSecret));
  writeList(writer, secrets.psks, writePreSharedKeyId);
}

const readEncryptedGroupSecrets = (reader: Reader): EncryptedGroupSecrets => ({
  newMember: readOpaque(reader),
  encryptedGroupSecrets: readHpkeCiphertext(reader),
});

function writeEncryptedGroupSecrets(writer: Writer, entry: EncryptedGroupSecrets): void {
  writer.vector(entry.newMember);
  writeHpkeCiphertext(writer, entry.encryptedGroupSecrets);
}

/** HKDF with TLS labels, Initial secrets and packet keys: RFC 8446 section 7.1, RFC 9001 sections 5.1 and 5.2. */
import { createHmac } from "node:crypto";
import { concatBytes, toUtf8 } from "@quicprochat/bytes";
import { CipherSuite, type CipherSuiteId } from "./tls-handshake.ts";
import { type Version, versionFacts } from "./version.ts";

type HashName = "sha256" | "sha384";

type SuiteFacts = { readonly hash: HashName; readonly keyBytes: number; readonly secretBytes: number };

export function suiteFacts(suite: CipherSuiteId): SuiteFacts {
  if (suite === CipherSuite.aes256GcmSha384) return { hash: "sha384", keyBytes: 32, secretBytes: 48 };
  return { hash: "sha256", keyBytes: suite === CipherSuite.aes128GcmSha256 ? 16 : 32, secretBytes: 32 };
}

const IV_BYTES = 12;
const EMPTY = new Uint8Array(0);

export type LabelOptions = {
  readonly hash: HashName;
  readonly secret: Uint8Array;
  readonly label: string;
  readonly length: number;
};

/** HKDF-Expand-Label with an empty context, for outputs of at most one hash. */
export function hkdfExpandLabel({ hash, secret, label, length }: LabelOptions): Uint8Array {
  const name = toUtf8(`tls13 ${label}`);
  const info = concatBytes(Uint8Array.of(length >>> 8, length & 0xff, name.length), name, EMPTY, Uint8Array.of(0, 1));
  return new Uint8Array(createHmac(hash, secret).update(info).digest().subarray(0, length));
}

export type PacketKeys = { readonly key: Uint8Array; readonly iv: Uint8Array };

export type SecretOptions = { readonly suite: CipherSuiteId; readonly version: Version; readonly secret: Uint8Array };

export function packetKeys({ suite, version, secret }: SecretOptions): PacketKeys {
  const { hash, keyBytes } = suiteFacts(suite);
  const prefix = versionFacts(version).labelPrefix;
  return {
    key: hkdfExpandLabel({ hash, secret, label: `${prefix}key`, length: keyBytes }),
    iv: hkdfExpandLabel({ hash, secret, label: `${prefix}iv`, length: IV_BYTES }),
  };
}

export function headerProtectionKey({ suite, version, secret }: SecretOptions): Uint8Array {
  const { hash, keyBytes } = suiteFacts(suite);
  return hkdfExpandLabel({ hash, secret, label: `${versionFacts(version).labelPrefix}hp`, length: keyBytes });
}

/** The secret of the next key phase: RFC 9001 section 6.1. */
export function nextSecret({ suite, version, secret }: SecretOptions): Uint8Array {
  const { hash, secretBytes } = suiteFacts(suite);
  return hkdfExpandLabel({ hash, secret, label: `${versionFacts(version).labelPrefix}ku`, length: secretBytes });
}

/** From the destination connection id of the client's first Initial packet. */
export function initialSecrets(version: Version, connectionId: Uint8Array): { client: Uint8Array; server: Uint8Array } {
  const initial = createHmac("sha256", versionFacts(version).initialSalt).update(connectionId).digest();
  const derive = (label: string): Uint8Array => hkdfExpandLabel({ hash: "sha256", secret: initial, label, length: 32 });
  return { client: derive("client in"), server: derive("server in") };
}

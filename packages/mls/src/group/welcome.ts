/** Making a Welcome, RFC 9420 section 12.4.3.1. */
import { encodeWith } from "@quicprochat/bytes";
import { erase, type Random } from "@quicprochat/crypto";
import { deriveWelcomeKeys } from "../keys/key-schedule.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { encryptWithLabel } from "../suite/labels.ts";
import { makeKeyPackageRef } from "../suite/references.ts";
import { type GroupInfo, writeGroupInfo } from "../wire/group-info.ts";
import type { KeyPackage } from "../wire/key-package.ts";
import type { PreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import { encode } from "../wire/presentation.ts";
import { type EncryptedGroupSecrets, type Welcome, writeGroupSecrets } from "../wire/welcome.ts";

export type Joiner = { readonly keyPackage: KeyPackage; readonly pathSecret: Uint8Array | undefined };

type Welcoming = {
  readonly joiners: readonly Joiner[];
  readonly groupInfo: GroupInfo;
  readonly joinerSecret: Uint8Array;
  readonly pskSecret: Uint8Array;
  readonly psks: readonly PreSharedKeyId[];
  readonly random: Random;
};

/** The KeyPackage's place in the list when its init key cannot be used. */
export function makeWelcome(suite: CipherSuite, welcoming: Welcoming): Welcome | { readonly badJoiner: number } {
  const { joinerSecret, psks, random } = welcoming;
  const keys = deriveWelcomeKeys(suite, joinerSecret, welcoming.pskSecret);
  const encryptedGroupInfo = suite.seal({ ...keys, aad: EMPTY }, encode(writeGroupInfo, welcoming.groupInfo));
  erase(keys.key);
  const secrets: EncryptedGroupSecrets[] = [];
  for (const [at, { keyPackage, pathSecret }] of welcoming.joiners.entries()) {
    const plaintext = encodeWith((writer) => writeGroupSecrets(writer, { joinerSecret, pathSecret, psks }));
    const encryptedGroupSecrets = encryptWithLabel(suite, {
      publicKey: keyPackage.initKey,
      label: "Welcome",
      context: encryptedGroupInfo,
      plaintext,
      random,
    });
    erase(plaintext);
    if (encryptedGroupSecrets === undefined) return { badJoiner: at };
    secrets.push({ newMember: makeKeyPackageRef(suite, keyPackage), encryptedGroupSecrets });
  }
  return { cipherSuite: suite.id, secrets, encryptedGroupInfo };
}

const EMPTY = new Uint8Array(0);

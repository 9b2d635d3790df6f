/** welcome.json: a Welcome opened with nothing but the joiner's init key. */
import assert from "node:assert/strict";
import { equalBytes } from "@quicprochat/bytes";
import { verifyGroupInfo } from "../../src/group/group-info.ts";
import { encodeContext } from "../../src/group/next-epoch.ts";
import { deriveEpoch, deriveWelcomeKeys } from "../../src/keys/key-schedule.ts";
import { derivePskSecret } from "../../src/keys/psk-secret.ts";
import { confirmationTagOf } from "../../src/keys/transcript-hash.ts";
import type { CipherSuite } from "../../src/suite/cipher-suite.ts";
import { decryptWithLabel } from "../../src/suite/labels.ts";
import { makeKeyPackageRef } from "../../src/suite/references.ts";
import { readGroupInfo } from "../../src/wire/group-info.ts";
import { decodeMlsMessage } from "../../src/wire/mls-message.ts";
import { decode } from "../../src/wire/presentation.ts";
import { readGroupSecrets } from "../../src/wire/welcome.ts";
import { bytes, type Json } from "./json.ts";

export function welcome(suite: CipherSuite, vector: Json): void {
  const message = decodeMlsMessage(bytes(vector["welcome"]));
  const own = decodeMlsMessage(bytes(vector["key_package"]));
  assert(message.kind === "welcome" && own.kind === "key-package");
  const reference = makeKeyPackageRef(suite, own.keyPackage);
  const { secrets, encryptedGroupInfo } = message.welcome;
  const entry = secrets.find(({ newMember }) => equalBytes(newMember, reference));
  assert(entry !== undefined, "no entry for the KeyPackage");
  const opened = decryptWithLabel(suite, {
    privateKey: bytes(vector["init_priv"]),
    label: "Welcome",
    context: encryptedGroupInfo,
    sealed: entry.encryptedGroupSecrets,
  });
  assert(opened !== undefined);
  const { joinerSecret } = decode(readGroupSecrets, opened);
  const pskSecret = derivePskSecret(suite, []);
  const keys = deriveWelcomeKeys(suite, joinerSecret, pskSecret);
  const plaintext = suite.open({ ...keys, aad: new Uint8Array(0) }, encryptedGroupInfo);
  assert(plaintext !== undefined);
  const info = decode(readGroupInfo, plaintext);
  assert(verifyGroupInfo(suite, info, bytes(vector["signer_pub"])), "signature");
  const encodedContext = encodeContext(info.groupContext);
  const { confirmationKey } = deriveEpoch(suite, { joinerSecret, pskSecret, encodedContext });
  const confirmed = info.groupContext.confirmedTranscriptHash;
  assert.deepEqual(confirmationTagOf(suite, confirmationKey, confirmed), info.confirmationTag);
}

/** key-schedule.json, psk_secret.json and transcript-hashes.json. */
import assert from "node:assert/strict";
import { encodeContext } from "../../src/group/next-epoch.ts";
import {
  deriveEpoch,
  deriveExternalKeyPair,
  deriveJoinerSecret,
  type EpochEntry,
  mlsExporter,
} from "../../src/keys/key-schedule.ts";
import { derivePskSecret } from "../../src/keys/psk-secret.ts";
import { confirmationTagOf, confirmedTranscriptHash, interimTranscriptHash } from "../../src/keys/transcript-hash.ts";
import type { CipherSuite } from "../../src/suite/cipher-suite.ts";
import { deriveSecret } from "../../src/suite/labels.ts";
import { readAuthenticatedContent } from "../../src/wire/framed-content.ts";
import { decode } from "../../src/wire/presentation.ts";
import { bytes, equal, integer, type Json, record, records, text } from "./json.ts";

export function keySchedule(suite: CipherSuite, vector: Json): void {
  const groupId = bytes(vector["group_id"]);
  let initSecret = bytes(vector["initial_init_secret"]);
  for (const [at, expected] of records(vector["epochs"]).entries()) {
    const encodedContext = encodeContext({
      version: 1,
      cipherSuite: suite.id,
      groupId,
      epoch: BigInt(at),
      treeHash: bytes(expected["tree_hash"]),
      confirmedTranscriptHash: bytes(expected["confirmed_transcript_hash"]),
      extensions: [],
    });
    equal(encodedContext, expected["group_context"], "group_context");
    const commitSecret = bytes(expected["commit_secret"]);
    const joinerSecret = deriveJoinerSecret(suite, { initSecret, commitSecret, encodedContext });
    equal(joinerSecret, expected["joiner_secret"], "joiner_secret");
    const pskSecret = bytes(expected["psk_secret"]);
    const welcomeSecret = deriveSecret(suite, suite.extract(joinerSecret, pskSecret), "welcome");
    equal(welcomeSecret, expected["welcome_secret"], "welcome_secret");
    const entry = deriveEpoch(suite, { joinerSecret, pskSecret, encodedContext });
    checkSecrets(suite, entry, expected);
    initSecret = entry.secrets.initSecret;
  }
}

function checkSecrets(suite: CipherSuite, entry: EpochEntry, expected: Json): void {
  const { secrets } = entry;
  equal(secrets.initSecret, expected["init_secret"], "init_secret");
  equal(entry.senderDataSecret, expected["sender_data_secret"], "sender_data_secret");
  equal(entry.encryptionSecret, expected["encryption_secret"], "encryption_secret");
  equal(secrets.exporterSecret, expected["exporter_secret"], "exporter_secret");
  equal(secrets.epochAuthenticator, expected["epoch_authenticator"], "epoch_authenticator");
  equal(secrets.externalSecret, expected["external_secret"], "external_secret");
  equal(entry.confirmationKey, expected["confirmation_key"], "confirmation_key");
  equal(secrets.membershipKey, expected["membership_key"], "membership_key");
  equal(secrets.resumptionPsk, expected["resumption_psk"], "resumption_psk");
  equal(deriveExternalKeyPair(suite, secrets.externalSecret).publicKey, expected["external_pub"], "external_pub");
  const exporter = record(expected["exporter"]);
  const exported = mlsExporter(suite, secrets.exporterSecret, {
    label: text(exporter["label"]),
    context: bytes(exporter["context"]),
    length: integer(exporter["length"]),
  });
  equal(exported, exporter["secret"], "exporter");
}

export function pskSecret(suite: CipherSuite, vector: Json): void {
  const psks = records(vector["psks"]).map((psk) => ({
    id: { kind: "external", id: bytes(psk["psk_id"]), nonce: bytes(psk["psk_nonce"]) } as const,
    psk: bytes(psk["psk"]),
  }));
  equal(derivePskSecret(suite, psks), vector["psk_secret"], "psk_secret");
}

export function transcriptHashes(suite: CipherSuite, vector: Json): void {
  const { wireFormat, framed, auth } = decode(readAuthenticatedContent, bytes(vector["authenticated_content"]));
  const interimBefore = bytes(vector["interim_transcript_hash_before"]);
  const confirmed = confirmedTranscriptHash(suite, interimBefore, { wireFormat, framed, signature: auth.signature });
  equal(confirmed, vector["confirmed_transcript_hash_after"], "confirmed_transcript_hash");
  const tag = auth.confirmationTag;
  assert(tag !== undefined);
  assert.deepEqual(confirmationTagOf(suite, bytes(vector["confirmation_key"]), confirmed), tag);
  equal(
    interimTranscriptHash(suite, confirmed, tag),
    vector["interim_transcript_hash_after"],
    "interim_transcript_hash",
  );
}

/** crypto-basics.json: the labelled functions, as their users call them and the other way round. */
import assert from "node:assert/strict";
import { systemRandom } from "@quicprochat/crypto";
import { deriveTreeSecret } from "../../src/keys/ratchet.ts";
import type { CipherSuite } from "../../src/suite/cipher-suite.ts";
import {
  decryptWithLabel,
  deriveSecret,
  encryptWithLabel,
  expandWithLabel,
  refHash,
  signWithLabel,
  verifyWithLabel,
} from "../../src/suite/labels.ts";
import { bytes, equal, integer, type Json, record, text } from "./json.ts";

export function cryptoBasics(suite: CipherSuite, vector: Json): void {
  const ref = record(vector["ref_hash"]);
  equal(refHash(suite, text(ref["label"]), bytes(ref["value"])), ref["out"], "ref_hash");
  derivations(suite, vector);
  signing(suite, record(vector["sign_with_label"]));
  encryption(suite, record(vector["encrypt_with_label"]));
}

function derivations(suite: CipherSuite, vector: Json): void {
  const expand = record(vector["expand_with_label"]);
  const expansion = {
    secret: bytes(expand["secret"]),
    label: text(expand["label"]),
    context: bytes(expand["context"]),
    length: integer(expand["length"]),
  };
  equal(expandWithLabel(suite, expansion), expand["out"], "expand_with_label");
  const derive = record(vector["derive_secret"]);
  equal(deriveSecret(suite, bytes(derive["secret"]), text(derive["label"])), derive["out"], "derive_secret");
  const tree = record(vector["derive_tree_secret"]);
  const wanted = {
    secret: bytes(tree["secret"]),
    label: text(tree["label"]),
    generation: integer(tree["generation"]),
    length: integer(tree["length"]),
  };
  equal(deriveTreeSecret(suite, wanted), tree["out"], "derive_tree_secret");
}

function signing(suite: CipherSuite, vector: Json): void {
  const content = { label: text(vector["label"]), content: bytes(vector["content"]) };
  const publicKey = bytes(vector["pub"]);
  assert(verifyWithLabel(suite, publicKey, { ...content, signature: bytes(vector["signature"]) }), "signature");
  const signature = signWithLabel(suite, bytes(vector["priv"]), content);
  assert(verifyWithLabel(suite, publicKey, { ...content, signature }), "own signature");
}

function encryption(suite: CipherSuite, vector: Json): void {
  const at = { privateKey: bytes(vector["priv"]), label: text(vector["label"]), context: bytes(vector["context"]) };
  const sealed = { kemOutput: bytes(vector["kem_output"]), ciphertext: bytes(vector["ciphertext"]) };
  equal(decryptWithLabel(suite, { ...at, sealed }), vector["plaintext"], "decrypt");
  const own = encryptWithLabel(suite, {
    publicKey: bytes(vector["pub"]),
    label: at.label,
    context: at.context,
    plaintext: bytes(vector["plaintext"]),
    random: systemRandom,
  });
  assert(own !== undefined);
  equal(decryptWithLabel(suite, { ...at, sealed: own }), vector["plaintext"], "decrypt what was encrypted here");
}

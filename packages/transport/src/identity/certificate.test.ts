import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { generateSigningKeyPair, systemRandom } from "@quicprochat/crypto";
import { selfSignedCertificate, tlsKeyHash, tlsKeyHashOf } from "./certificate.ts";

test("a certificate is one to Node, signs itself and carries the key", () => {
  const pair = generateSigningKeyPair(systemRandom);
  const certificate = new X509Certificate(selfSignedCertificate(pair));
  assert.equal(certificate.subject, "CN=quicprochat");
  assert.equal(certificate.issuer, "CN=quicprochat");
  assert.ok(certificate.verify(certificate.publicKey));
  const raw = certificate.publicKey.export({ format: "raw-public" });
  assert.deepEqual(new Uint8Array(raw), pair.publicKey);
  assert.ok(certificate.validToDate.getUTCFullYear() === 9999);
});

test("another key does not verify a certificate", () => {
  const certificate = new X509Certificate(selfSignedCertificate(generateSigningKeyPair(systemRandom)));
  const other = new X509Certificate(selfSignedCertificate(generateSigningKeyPair(systemRandom)));
  assert.equal(certificate.verify(other.publicKey), false);
});

test("the hash is of the SubjectPublicKeyInfo, from the key as from the certificate", () => {
  const pair = generateSigningKeyPair(systemRandom);
  const der = selfSignedCertificate(pair);
  const info = new X509Certificate(der).publicKey.export({ type: "spki", format: "der" });
  const expected = new Uint8Array(createHash("sha256").update(info).digest());
  assert.deepEqual(tlsKeyHash(pair.publicKey), expected);
  assert.deepEqual(tlsKeyHashOf(der), expected);
});

test("what is no certificate has no hash", () => {
  for (const bytes of [new Uint8Array(0), systemRandom(300)]) assert.equal(tlsKeyHashOf(bytes), null);
});

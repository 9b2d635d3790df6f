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

test("lengths are written in as few bytes as they take, as strict parsers insist", () => {
  const lengths = lengthsIn(selfSignedCertificate(generateSigningKeyPair(systemRandom)));
  for (const { length, bytes } of lengths) assert.equal(bytes, length < 0x80 ? 1 : length < 0x100 ? 2 : 3, `${length}`);
  assert.ok(lengths.some(({ bytes }) => bytes === 2));
});

type Length = { readonly length: number; readonly bytes: number };

/** Of all values in it, however deep. */
function lengthsIn(der: Uint8Array): Length[] {
  const found: Length[] = [];
  for (let at = 0; at < der.length; ) {
    const [type = 0, first = 0] = der.subarray(at);
    const more = first < 0x80 ? 0 : first & 0x7f;
    const length = more === 0 ? first : Buffer.from(der).readUIntBE(at + 2, more);
    const start = at + 2 + more;
    found.push({ length, bytes: 1 + more });
    const isConstructed = (type & 0x20) !== 0;
    if (isConstructed) found.push(...lengthsIn(der.subarray(start, start + length)));
    at = start + length;
  }
  return found;
}

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

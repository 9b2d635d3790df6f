/** The self-signed TLS certificate (RFC 5280) of an Ed25519 key (RFC 8410): a shell around the key, which the statement vouches for. */
import { X509Certificate } from "node:crypto";
import { concatBytes, fromHex, toUtf8 } from "@quicprochat/bytes";
import { type SigningKeyPair, sha256, sign } from "@quicprochat/crypto";

const tag = {
  integer: 0x02,
  bitString: 0x03,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
};
const EXPLICIT_VERSION = 0xa0;

const ed25519 = der(tag.sequence, fromHex("06032b6570"));
const commonName = fromHex("0603550403");
const name = der(tag.sequence, der(tag.set, der(tag.sequence, commonName, der(tag.utf8String, toUtf8("quicprochat")))));
// Nobody reads the dates: statements have their own, which can be renewed without a new certificate. Up to 2049 they have
// two digits of the year, then four (section 4.1.2.5).
const notBefore = der(tag.utcTime, toUtf8("000101000000Z"));
const notAfter = der(tag.generalizedTime, toUtf8("99991231235959Z"));
const validity = der(tag.sequence, notBefore, notAfter);

/** DER. The same for the same key. */
export function selfSignedCertificate({ publicKey, privateKey }: SigningKeyPair): Uint8Array {
  const serial = Uint8Array.of(0x01, ...sha256(publicKey).subarray(0, 15));
  const toBeSigned = der(
    tag.sequence,
    der(EXPLICIT_VERSION, der(tag.integer, Uint8Array.of(2))),
    der(tag.integer, serial),
    ed25519,
    name,
    validity,
    name,
    subjectPublicKeyInfo(publicKey),
  );
  return der(tag.sequence, toBeSigned, ed25519, bitString(sign(privateKey, toBeSigned)));
}

/** SHA-256 of the SubjectPublicKeyInfo. */
export const tlsKeyHash = (publicKey: Uint8Array): Uint8Array => sha256(subjectPublicKeyInfo(publicKey));

/** The same of somebody's certificate, whatever its algorithm; `null` when it is none. */
export function tlsKeyHashOf(certificate: Uint8Array): Uint8Array | null {
  try {
    const { publicKey } = new X509Certificate(certificate);
    return sha256(publicKey.export({ type: "spki", format: "der" }));
  } catch {
    return null;
  }
}

const subjectPublicKeyInfo = (publicKey: Uint8Array): Uint8Array => der(tag.sequence, ed25519, bitString(publicKey));

function bitString(bytes: Uint8Array): Uint8Array {
  const unusedBits = Uint8Array.of(0);
  return der(tag.bitString, unusedBits, bytes);
}

function der(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  return concatBytes(Uint8Array.of(type, ...lengthOf(content.length)), content);
}

/** In as few bytes as it takes: DER allows no other way. */
function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

/** A self-signed P-256 certificate and its key: what other implementations take. DER, and PEM for those. */
import { generateKeyPairSync, sign } from "node:crypto";
import { concatBytes, fromHex } from "@quicprochat/bytes";

const SEQUENCE = 0x30;
const ecdsaSha256 = der(SEQUENCE, fromHex("06082a8648ce3d040302"));
// CN=127.0.0.1, dates that hold for as long as certificates can, and the address as its alternative name.
const name = fromHex("30143112301006035504030c093132372e302e302e31");
const validity = fromHex("3022180f32303030303130313030303030305a180f39393939313233313233353935395a");
const extensions = der(
  0xa3,
  der(SEQUENCE, der(SEQUENCE, fromHex("0603551d11"), der(0x04, fromHex("300687047f000001")))),
);

export function testCertificate() {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const body = der(
    SEQUENCE,
    fromHex("a003020102020101"),
    ecdsaSha256,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    extensions,
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = der(SEQUENCE, body, ecdsaSha256, der(0x03, Uint8Array.of(0), signature));
  return {
    certificate,
    privateKey: new Uint8Array(privateKey.export({ type: "pkcs8", format: "der" })),
    certificatePem: `-----BEGIN CERTIFICATE-----\n${Buffer.from(certificate).toString("base64")}\n-----END CERTIFICATE-----\n`,
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >>> 8, length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...(length < 0x80 ? [length] : long)), content);
}

/** A self-signed Ed25519 certificate and its key, as DER. */
import { generateKeyPairSync, sign } from "node:crypto";
import { concatBytes, fromHex } from "@quicprochat/bytes";

export type Credentials = { readonly certificate: Uint8Array; readonly privateKey: Uint8Array };

const SEQUENCE = 0x30;
const ed25519 = der(SEQUENCE, fromHex("06032b6570"));
// CN=test, and dates that hold for as long as certificates can.
const name = fromHex("300f310d300b06035504030c0474657374");
const validity = fromHex("3022180f32303030303130313030303030305a180f39393939313233313233353935395a");

/** `padding`: bytes of an extension that nobody knows, to make it large. */
export function selfSigned(padding = 0): Credentials {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const body = der(
    SEQUENCE,
    fromHex("a003020102020101"),
    ed25519,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    ...(padding > 0 ? [extensions(padding)] : []),
  );
  const signature = sign(null, body, privateKey);
  return {
    certificate: der(SEQUENCE, body, ed25519, der(0x03, Uint8Array.of(0), signature)),
    privateKey: new Uint8Array(privateKey.export({ type: "pkcs8", format: "der" })),
  };
}

const extensions = (padding: number): Uint8Array =>
  der(0xa3, der(SEQUENCE, der(SEQUENCE, fromHex("06032a0304"), der(0x04, der(0x04, new Uint8Array(padding))))));

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >>> 8, length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...(length < 0x80 ? [length] : long)), content);
}

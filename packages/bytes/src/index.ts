/** Reader, writer, varint, text encodings, brands, constant-time equality. */
export { type Brand, brand } from "./brand.ts";
export { DecodeError } from "./decode-error.ts";
export { compareBytes, concatBytes, equalBytes } from "./equal.ts";
export { decodeWhole, Reader } from "./reader.ts";
export { fromBase64Url, fromHex, fromUtf8, toBase64Url, toHex, toUtf8 } from "./text.ts";
export { readVarint, varintSize, writeVarint } from "./varint.ts";
export { encodeWith, Writer } from "./writer.ts";

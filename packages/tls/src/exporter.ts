/** The exporter of RFC 8446 section 7.5, from the exporter secret. */
import { createHash, createHmac } from "node:crypto";
import { concatBytes, toUtf8 } from "@quicprochat/bytes";
import { EXPORTED_BYTES_MAX } from "./limits.ts";

export type ExporterHash = "sha256" | "sha384";

export type ExportOptions = { readonly label: string; readonly context: Uint8Array; readonly length: number };

export function exportKeyingMaterial(hash: ExporterHash, secret: Uint8Array, options: ExportOptions): Uint8Array {
  const { label, context, length } = options;
  if (length > EXPORTED_BYTES_MAX) throw new RangeError(`at most ${EXPORTED_BYTES_MAX} bytes can be exported`);
  const digest = (bytes: Uint8Array): Uint8Array => createHash(hash).update(bytes).digest();
  const empty = digest(new Uint8Array(0));
  const derived = expandLabel(hash, secret, { label, context: empty, length: empty.length });
  const exported = expandLabel(hash, derived, { label: "exporter", context: digest(context), length });
  derived.fill(0);
  return exported;
}

/** HKDF-Expand-Label, section 7.1. */
function expandLabel(hash: ExporterHash, secret: Uint8Array, { label, context, length }: ExportOptions): Uint8Array {
  const name = toUtf8(`tls13 ${label}`);
  const info = concatBytes(
    Uint8Array.of(length >>> 8, length & 0xff, name.length),
    name,
    Uint8Array.of(context.length),
    context,
  );
  const output = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += block.length, counter++) {
    block = createHmac(hash, secret).update(block).update(info).update(Uint8Array.of(counter)).digest();
    output.set(block.subarray(0, length - at), at);
  }
  return output;
}

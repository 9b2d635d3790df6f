/** LabeledExtract and LabeledExpand of RFC 9180 section 4. */
import { concatBytes, encodeWith, toUtf8 } from "@quicprochat/bytes";
import { hkdfExpand, hkdfExtract } from "./hash.ts";
import { erase } from "./secret.ts";

const version = toUtf8("HPKE-v1");

type Labeled = { readonly suiteId: Uint8Array; readonly label: string };

export function labeledExtract(
  options: Labeled & { readonly salt: Uint8Array; readonly inputKey: Uint8Array },
): Uint8Array {
  const { suiteId, label, salt, inputKey } = options;
  const labeledKey = concatBytes(version, suiteId, toUtf8(label), inputKey);
  const prk = hkdfExtract(salt, labeledKey);
  erase(labeledKey);
  return prk;
}

export function labeledExpand(
  options: Labeled & { readonly prk: Uint8Array; readonly info: Uint8Array; readonly length: number },
): Uint8Array {
  const { suiteId, label, prk, info, length } = options;
  const labeledInfo = encodeWith((writer) =>
    writer.u16(length).fixed(version).fixed(suiteId).fixed(toUtf8(label)).fixed(info),
  );
  return hkdfExpand(prk, labeledInfo, length);
}

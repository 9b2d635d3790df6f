/** Pre-shared keys, RFC 9420 section 8.4: many keys into one secret for the key schedule. */
import { encodeWith } from "@quicprochat/bytes";
import { erase } from "@quicprochat/crypto";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { expandWithLabel } from "../suite/labels.ts";
import { type PreSharedKeyId, writePreSharedKeyId } from "../wire/pre-shared-key-id.ts";

export type PreSharedKey = { readonly id: PreSharedKeyId; readonly psk: Uint8Array };

/** In the order of their proposals; zeros when there are none. */
export function derivePskSecret(suite: CipherSuite, psks: readonly PreSharedKey[]): Uint8Array {
  const zeros = new Uint8Array(suite.hashBytes);
  let secret: Uint8Array = zeros;
  for (const [index, { id, psk }] of psks.entries()) {
    const extracted = suite.extract(zeros, psk);
    const context = encodeWith((writer) => {
      writePreSharedKeyId(writer, id);
      writer.u16(index).u16(psks.length);
    });
    const label = "derived psk";
    const input = expandWithLabel(suite, { secret: extracted, label, context, length: suite.hashBytes });
    const next = suite.extract(input, secret);
    erase(extracted, input);
    if (secret !== zeros) erase(secret);
    secret = next;
  }
  return secret;
}

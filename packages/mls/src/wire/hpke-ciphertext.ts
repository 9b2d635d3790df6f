/** HPKECiphertext, RFC 9420 section 7.6. */
import type { Reader, Writer } from "@quicprochat/bytes";

export type HpkeCiphertext = { readonly kemOutput: Uint8Array; readonly ciphertext: Uint8Array };

/** Views of the message: nothing keeps a ciphertext longer than the step that reads it. */
export const readHpkeCiphertext = (reader: Reader): HpkeCiphertext => ({
  kemOutput: reader.vector(),
  ciphertext: reader.vector(),
});

export function writeHpkeCiphertext(writer: Writer, sealed: HpkeCiphertext): void {
  writer.vector(sealed.kemOutput).vector(sealed.ciphertext);
}

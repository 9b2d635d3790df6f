/** Decoders throw; steps answer. This is where the one becomes the other. */
import { DecodeError } from "@quicprochat/bytes";

/** `undefined` where a decoder refused. */
export function unlessMalformed<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Counters and times in statements: u64 on the wire, exact numbers here. */
import type { Reader, Writer } from "@quicprochat/bytes";

export const writeCounter = (writer: Writer, value: number): Writer => writer.u64(BigInt(value));

/** Refuses what a number does not hold exactly: `DecodeError("number-too-large")`. */
export function readCounter(reader: Reader): number {
  const value = Number(reader.u64());
  if (!Number.isSafeInteger(value)) throw reader.error("number-too-large");
  return value;
}

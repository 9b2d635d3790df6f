/** The one check of every writer: writing past the end is a bug of ours, never a peer's doing. */
import assert from "node:assert";

export function assertRoom(fits: boolean): void {
  if (!fits) assert.fail("a packet was written past its end");
}

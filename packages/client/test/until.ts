/** Waits for something that other code will bring about. */
import { setTimeout as sleep } from "node:timers/promises";

/** Looks again and again; a test that waits in vain fails by its runner's patience, or here. */
export async function until(holds: () => boolean): Promise<void> {
  for (let looks = 0; !holds(); looks++) {
    if (looks > 20_000) throw new Error(`waited in vain for ${holds.toString()}`);
    await sleep(1);
  }
}

/** Gives back the memory that starting took and that nobody needs any more: an idle server would keep it for hours. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Reading and compiling the program is over by then, and nobody has called yet. */
const AFTER_MS = 2_000;

/** Once, a little later. The collector of an idle process has no reason of its own to run. */
export function giveMemoryBackSoon(): void {
  setTimeout(giveMemoryBack, AFTER_MS).unref();
}

export function giveMemoryBack(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })");
}

/** Bytes of the heap that are in use, after everything that can go has gone. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

export function heapBytes(): number {
  if (typeof collect !== "function") throw new Error("this Node has no garbage collector to call");
  for (let round = 0; round < 3; round++) Reflect.apply(collect, undefined, []);
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

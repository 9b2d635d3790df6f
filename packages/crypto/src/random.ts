/** Where randomness comes in: an argument, so that a simulation can replay it. */
import { randomBytes } from "node:crypto";

/** Returns `length` fresh bytes that the caller may keep and erase. */
export type Random = (length: number) => Uint8Array;

/** OpenSSL's generator. */
export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length));

/** Native memory that every connection shares: nothing in it outlives the call that filled it. */
import { limits } from "../limits.ts";
import { NativeMemory } from "./openssl.ts";

type Scratch = {
  /** Bytes on their way into or out of OpenSSL. */
  readonly chunk: NativeMemory;
  /** Where OpenSSL puts counts and codes. */
  readonly out: NativeMemory;
};

let shared: Scratch | undefined;

export function scratch(): Scratch {
  shared ??= { chunk: new NativeMemory(limits.chunkBytes), out: new NativeMemory(64) };
  return shared;
}

/** A size_t that OpenSSL has written to `scratch().out`; none of ours exceeds 32 bits. */
export const outCount = ({ out }: Scratch): number => out.view.getUint32(0, true);

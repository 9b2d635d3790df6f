/** Memory with an address that C may be told. It belongs to JavaScript: whoever owns it keeps it until C has let go. */
import { getRawPointer } from "node:ffi";

export class NativeMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  /** Of the first byte. An `ArrayBuffer` that is neither detached nor resized never moves. */
  readonly address: bigint;

  constructor(length: number) {
    const buffer = new ArrayBuffer(length);
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.address = getRawPointer(buffer);
  }

  static of(bytes: Uint8Array): NativeMemory {
    const memory = new NativeMemory(bytes.length);
    memory.bytes.set(bytes);
    return memory;
  }

  erase(): void {
    this.bytes.fill(0);
  }
}

/** Addresses of memory that others made. Only weakly held: it is found anew with the next packet. */
const addresses = new WeakMap<ArrayBufferLike, bigint>();
let lastBuffer: ArrayBufferLike | undefined;
let lastAddress = 0n;

/**
 * Address of the first byte behind `bytes`, whosever memory it is. Good for the call that follows and for no longer;
 * the caller checks every position against `bytes.length`, which is 0 once the memory was given away.
 */
export function addressOf(bytes: Uint8Array): bigint {
  const { buffer } = bytes;
  if (buffer !== lastBuffer) {
    let address = addresses.get(buffer);
    if (address === undefined) {
      address = getRawPointer(new Uint8Array(buffer));
      addresses.set(buffer, address);
    }
    lastBuffer = buffer;
    lastAddress = address;
  }
  return lastAddress + BigInt(bytes.byteOffset);
}

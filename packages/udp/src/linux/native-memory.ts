/** Memory with an address that the kernel may be told. Whoever owns it keeps it until the kernel has let go. */
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
}

/** An array of `mmsghdr`, recvmmsg(2), with what its entries point to: addresses, one `iovec` each, control messages. */
import { CONTROL_BYTES, type Control, readControl, writeControl } from "./control-messages.ts";
import { NativeMemory } from "./native-memory.ts";
import { SOCKADDR_BYTES } from "./socket-address.ts";

const HEADER_BYTES = 64;
const IOVEC_BYTES = 16;
const NAME_BYTES = 32;
/** Offsets in `mmsghdr`. */
const At = { name: 0, nameLength: 8, iovec: 16, iovecCount: 24, control: 32, controlLength: 40, flags: 48, length: 56 };

export class MessageVector {
  readonly capacity: number;
  readonly #headers: NativeMemory;
  readonly #iovecs: NativeMemory;
  readonly #names: NativeMemory;
  readonly #controls: NativeMemory;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#headers = new NativeMemory(capacity * HEADER_BYTES);
    this.#iovecs = new NativeMemory(capacity * IOVEC_BYTES);
    this.#names = new NativeMemory(capacity * NAME_BYTES);
    this.#controls = new NativeMemory(capacity * CONTROL_BYTES);
    const { view } = this.#headers;
    for (let index = 0; index < capacity; index++) {
      const at = index * HEADER_BYTES;
      view.setBigUint64(at + At.name, this.#names.address + BigInt(index * NAME_BYTES), true);
      view.setBigUint64(at + At.iovec, this.#iovecs.address + BigInt(index * IOVEC_BYTES), true);
      view.setUint32(at + At.iovecCount, 1, true);
      view.setBigUint64(at + At.control, this.#controls.address + BigInt(index * CONTROL_BYTES), true);
    }
  }

  /** Of the first entry, for a system call. */
  get address(): bigint {
    return this.#headers.address;
  }

  /** A message to send. */
  setOutgoing(
    index: number,
    message: { memory: bigint; length: number; sockaddr: Uint8Array; control: Control },
  ): void {
    const { memory, length, sockaddr, control } = message;
    const { view } = this.#headers;
    const at = index * HEADER_BYTES;
    this.#setBytes(index, memory, length);
    this.#names.bytes.set(sockaddr, index * NAME_BYTES);
    view.setUint32(at + At.nameLength, sockaddr.length, true);
    view.setUint32(at + At.controlLength, writeControl(this.#controls.view, index * CONTROL_BYTES, control), true);
  }

  /** Room for a message to come. Needed again before each call: the kernel overwrites the lengths. */
  setIncoming(index: number): void {
    const { view } = this.#headers;
    const at = index * HEADER_BYTES;
    view.setUint32(at + At.nameLength, SOCKADDR_BYTES, true);
    view.setUint32(at + At.controlLength, CONTROL_BYTES, true);
  }

  /** Where messages to come are written to, each `length` bytes long. */
  setIncomingMemory(memory: bigint, length: number): void {
    for (let index = 0; index < this.capacity; index++) this.#setBytes(index, memory + BigInt(index * length), length);
  }

  receivedLength(index: number): number {
    return this.#headers.view.getUint32(index * HEADER_BYTES + At.length, true);
  }

  receivedFlags(index: number): number {
    return this.#headers.view.getInt32(index * HEADER_BYTES + At.flags, true);
  }

  receivedControl(index: number): Omit<Control, "family"> {
    const length = this.#headers.view.getUint32(index * HEADER_BYTES + At.controlLength, true);
    return readControl(this.#controls.view, index * CONTROL_BYTES, Math.min(length, CONTROL_BYTES));
  }

  /** Where the `sockaddr` of a received message lies. */
  receivedFrom(index: number): { readonly view: DataView; readonly at: number } {
    return { view: this.#names.view, at: index * NAME_BYTES };
  }

  #setBytes(index: number, memory: bigint, length: number): void {
    this.#iovecs.view.setBigUint64(index * IOVEC_BYTES, memory, true);
    this.#iovecs.view.setUint32(index * IOVEC_BYTES + 8, length, true);
  }
}

/** Bytes of a stream by offset, in blocks: memory stays within the span between what was consumed and what was written. */

/** A full block. Small ones are made for short streams and grow. */
const BLOCK_BYTES = 16 * 1024;
const SMALL_BYTES = 256;
const GROW_AT_ONCE_BYTES = 4 * 1024;

/** Full blocks of buffers whose bytes nobody else holds, to be used again. */
const spare: Uint8Array[] = [];
const SPARE_MAX = 64;

const newBlock = (): Uint8Array => spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);

/** Writers and readers keep the account of which bytes are there; this only stores them. */
export class BlockBuffer {
  readonly #recycles: boolean;
  readonly #blocks = new Map<number, Uint8Array>();
  /** Blocks below are gone. */
  #firstBlock = 0;

  /** `recycles`: no view of it is ever given away. */
  constructor(options: { readonly recycles: boolean }) {
    this.#recycles = options.recycles;
  }

  write(offset: number, bytes: Uint8Array): void {
    let done = 0;
    while (done < bytes.length) {
      const index = Math.floor((offset + done) / BLOCK_BYTES);
      const within = offset + done - index * BLOCK_BYTES;
      const count = Math.min(bytes.length - done, BLOCK_BYTES - within);
      const part = done === 0 && count === bytes.length ? bytes : bytes.subarray(done, done + count);
      this.#block(index, within + count).set(part, within);
      done += count;
    }
  }

  /** Copies `[offset, offset + length)`, which was written and not discarded, into `into` at `at`. */
  copy(offset: number, length: number, into: Uint8Array, at: number): void {
    let done = 0;
    while (done < length) {
      const view = this.view(offset + done, length - done);
      into.set(view, at + done);
      done += view.length;
    }
  }

  /** Up to `length` written bytes from `offset` on, as a view: those of one block. */
  view(offset: number, length: number): Uint8Array {
    const index = Math.floor(offset / BLOCK_BYTES);
    const within = offset - index * BLOCK_BYTES;
    const block = this.#blocks.get(index);
    if (block === undefined) throw new RangeError("these bytes are gone");
    return block.subarray(within, Math.min(block.length, within + length));
  }

  /** Forgets what lies below `offset`. When nothing is kept from there on (`empty`), all memory goes. */
  discard(offset: number, empty: boolean): void {
    const firstKept = Math.floor(offset / BLOCK_BYTES);
    for (; this.#firstBlock < firstKept; this.#firstBlock++) {
      if (this.#blocks.size === 0) this.#firstBlock = firstKept - 1;
      else this.#drop(this.#firstBlock);
    }
    if (empty) for (const index of this.#blocks.keys()) this.#drop(index);
  }

  #drop(index: number): void {
    const block = this.#blocks.get(index);
    if (block === undefined) return;
    this.#blocks.delete(index);
    if (this.#recycles && block.length === BLOCK_BYTES && spare.length < SPARE_MAX) spare.push(block);
  }

  #block(index: number, bytesNeeded: number): Uint8Array {
    const block = this.#blocks.get(index);
    if (block !== undefined && block.length >= bytesNeeded) return block;
    let size = SMALL_BYTES;
    while (size < bytesNeeded) size *= 2;
    const grown = size > GROW_AT_ONCE_BYTES ? newBlock() : new Uint8Array(size);
    if (block !== undefined) grown.set(block);
    this.#blocks.set(index, grown);
    return grown;
  }
}

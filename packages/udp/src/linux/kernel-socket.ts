/** The socket of Linux: batched system calls with segmentation offload, outside of `node:dgram`. */
import type { SendOptions, UdpCapabilities, UdpHandlers, UdpSocket } from "../udp-socket.ts";
import { type Kernel, loadKernel } from "./kernel.ts";
import { Receiver } from "./receiver.ts";
import { SendQueue } from "./send-queue.ts";
import { type OpenSocket, openSocket } from "./socket-options.ts";
import { Watcher } from "./watcher.ts";

export class KernelSocket implements UdpSocket {
  readonly capabilities: UdpCapabilities;
  readonly #kernel: Kernel;
  readonly #socket: OpenSocket;
  readonly #handlers: UdpHandlers;
  readonly #queue: SendQueue;
  readonly #receiver: Receiver;
  readonly #watcher: Watcher;
  #refusedRoom = false;
  #closed = false;

  /** Throws `UdpBindError`, and whatever else tells that this machine cannot do it. */
  constructor(where: { readonly family: 4 | 6; readonly address: string }, handlers: UdpHandlers) {
    this.#kernel = loadKernel();
    this.#handlers = handlers;
    const { onRefused } = handlers;
    this.#socket = openSocket(this.#kernel, { ...where, reportsErrors: onRefused !== undefined });
    const parts = onRefused === undefined ? this.#socket : { ...this.#socket, onRefused };
    const { segmentation, ecn, dontFragment, descriptor } = this.#socket;
    this.capabilities = { engine: "kernel", segmentation, ecn, dontFragment };
    this.#queue = new SendQueue(this.#kernel, parts);
    this.#receiver = new Receiver(this.#kernel, parts);
    this.#watcher = new Watcher(this.#kernel, descriptor, ({ readable, writable, failed }) => {
      if (writable) this.#onWritable();
      if (readable) this.#receiver.drain(this.#handlers.onReceive, () => !this.#closed);
      // Behind: this would also take the error that receiving reports.
      if (failed && !this.#closed) this.#receiver.drainErrors();
    });
  }

  get address(): string {
    return this.#socket.address;
  }

  get receiveBufferBytes(): number {
    return this.#socket.receiveBufferBytes;
  }

  get sendBufferBytes(): number {
    return this.#socket.sendBufferBytes;
  }

  reserve(): Uint8Array | undefined {
    if (this.#closed) return undefined;
    const room = this.#queue.reserve();
    if (room === undefined) {
      this.#refusedRoom = true;
      this.#watcher.wantWritable();
    }
    return room;
  }

  commit(length: number, options: SendOptions): void {
    if (!this.#closed) this.#queue.commit(length, options);
  }

  flush(): void {
    if (!this.#closed && this.#queue.flush() === "blocked") this.#watcher.wantWritable();
  }

  unref(): void {
    this.#watcher.unref();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watcher.close();
    this.#kernel.functions.close(this.#socket.descriptor);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onWritable(): void {
    this.flush();
    if (this.#queue.isEmpty && this.#refusedRoom) {
      this.#refusedRoom = false;
      this.#handlers.onWritable?.();
    }
  }
}

/** A bound socket that keeps what it receives. */
import { type BindOptions, bind, type Datagram, type SendOptions, type UdpSocket } from "../src/index.ts";

export type Kept = { readonly bytes: Uint8Array; readonly from: string; readonly ecn: number };

export class Inbox implements AsyncDisposable {
  readonly kept: Kept[] = [];
  /** Times that there was room again. */
  writable = 0;
  /** Times that nobody listened where we sent. */
  refused = 0;
  #socket: UdpSocket | undefined;
  #waiting: (() => void)[] = [];

  static async bind(options: Partial<BindOptions> & { readonly notesRefusal?: boolean } = {}): Promise<Inbox> {
    const inbox = new Inbox();
    inbox.#socket = await bind(
      { host: "127.0.0.1", port: 0, ...options },
      {
        onReceive: (batch) => inbox.#keep(batch),
        onWritable: () => {
          inbox.writable++;
          inbox.#wake();
        },
        ...(options.notesRefusal === true ? { onRefused: () => inbox.#noteRefusal() } : {}),
      },
    );
    return inbox;
  }

  get socket(): UdpSocket {
    if (this.#socket === undefined) throw new Error("not bound");
    return this.#socket;
  }

  send(bytes: Uint8Array, options: Pick<SendOptions, "to"> & Partial<SendOptions>): void {
    const room = this.socket.reserve();
    if (room === undefined) throw new Error("no room");
    room.set(bytes);
    this.socket.commit(bytes.length, { segmentBytes: bytes.length, ecn: 0, ...options });
    this.socket.flush();
  }

  /** The datagrams so far, once there are so many. */
  async received(count: number): Promise<readonly Kept[]> {
    await this.until(() => this.kept.length >= count);
    return this.kept;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #noteRefusal(): void {
    this.refused++;
    this.#wake();
  }

  #keep(batch: readonly Datagram[]): void {
    for (const { bytes, from, ecn } of batch) {
      this.kept.push({ bytes: bytes.slice(), from, ecn });
      // Whoever gets the memory may overwrite it.
      bytes.fill(0);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket?.close();
  }
}

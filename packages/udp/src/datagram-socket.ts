/** The socket of everywhere else: `node:dgram`, a call for each datagram, and nothing but their bytes. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv4 } from "node:net";
import { formatAddress, parseAddress } from "./address.ts";
import { MESSAGE_BYTES_MAX, SEGMENTS_MAX, SEND_MESSAGES_MAX, SOCKET_BUFFER_BYTES } from "./limits.ts";
import { UdpBindError } from "./udp-bind-error.ts";
import type { Datagram, SendOptions, UdpCapabilities, UdpHandlers, UdpSocket } from "./udp-socket.ts";

export class DatagramSocket implements UdpSocket {
  readonly capabilities: UdpCapabilities = {
    engine: "dgram",
    segmentation: false,
    ecn: false,
    dontFragment: false,
  };
  readonly address: string;
  readonly #socket: Socket;
  readonly #family: 4 | 6;
  readonly #handlers: UdpHandlers;
  readonly #room = new Uint8Array(MESSAGE_BYTES_MAX);
  #outgoing: { readonly bytes: Buffer; readonly host: string; readonly port: number }[] = [];
  #incoming: Datagram[] = [];
  /** Given to Node, which has not said yet that they are gone. */
  #underWay = 0;
  #refusedRoom = false;
  #closed: Promise<void> | undefined;

  /** Throws `UdpBindError`. */
  static async bind(where: { family: 4 | 6; address: string }, handlers: UdpHandlers): Promise<DatagramSocket> {
    const { host, port } = parseAddress(where.address);
    const family = where.family;
    const socket = createSocket({
      type: family === 4 ? "udp4" : "udp6",
      // Only numeric addresses come here: nothing is to be looked up.
      lookup: (name, _options, done) => done(null, name, family),
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", (cause) => {
        socket.close();
        const code = "code" in cause && typeof cause.code === "string" ? cause.code : "EUNKNOWN";
        reject(new UdpBindError(code, where.address, { cause }));
      });
      socket.bind(port, host, resolve);
    });
    return new DatagramSocket(socket, { family, handlers });
  }

  private constructor(socket: Socket, { family, handlers }: { family: 4 | 6; handlers: UdpHandlers }) {
    this.#socket = socket;
    this.#family = family;
    this.#handlers = handlers;
    const { address, port } = socket.address();
    this.address = formatAddress({ host: address, port });
    socket.removeAllListeners("error");
    // Nothing that a network reports ends the socket.
    socket.on("error", () => {});
    socket.on("message", (bytes, from) => this.#receive(bytes, from));
    for (const enlarge of [
      () => socket.setRecvBufferSize(SOCKET_BUFFER_BYTES),
      () => socket.setSendBufferSize(SOCKET_BUFFER_BYTES),
    ]) {
      try {
        enlarge();
      } catch {
        // A system that grants less works too.
      }
    }
  }

  get receiveBufferBytes(): number {
    return this.#socket.getRecvBufferSize();
  }

  get sendBufferBytes(): number {
    return this.#socket.getSendBufferSize();
  }

  reserve(): Uint8Array | undefined {
    if (this.#closed !== undefined) return undefined;
    const waiting = this.#underWay + this.#outgoing.length;
    if (waiting + SEGMENTS_MAX <= SEND_MESSAGES_MAX) return this.#room;
    this.#refusedRoom = true;
    this.flush();
    return undefined;
  }

  commit(length: number, { to, segmentBytes }: SendOptions): void {
    const good = segmentBytes > 0 && length > 0 && length <= MESSAGE_BYTES_MAX && length <= SEGMENTS_MAX * segmentBytes;
    if (!good) throw new RangeError("more than was reserved");
    const { host: given, port } = parseAddress(to);
    const host = this.#family === 6 && isIPv4(given) ? `::ffff:${given}` : given;
    for (let at = 0; at < length; at += segmentBytes) {
      // A copy: Node may send it later.
      const bytes = Buffer.from(this.#room.subarray(at, Math.min(length, at + segmentBytes)));
      this.#outgoing.push({ bytes, host, port });
    }
  }

  flush(): void {
    for (const { bytes, host, port } of this.#outgoing.splice(0)) {
      if (this.#closed !== undefined) return;
      this.#underWay++;
      // Whether it was sent or lost, there is room again.
      this.#socket.send(bytes, port, host, () => this.#onSent());
    }
  }

  unref(): void {
    this.#socket.unref();
  }

  close(): Promise<void> {
    this.#closed ??= new Promise<void>((resolve) => {
      this.#socket.close(resolve);
    });
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onSent(): void {
    this.#underWay--;
    if (!this.#refusedRoom || this.#underWay > SEND_MESSAGES_MAX / 2 || this.#closed !== undefined) return;
    this.#refusedRoom = false;
    this.#handlers.onWritable?.();
  }

  /** Gathers what comes in one turn of the event loop. */
  #receive({ buffer, byteOffset, length }: Buffer, { address, port }: RemoteInfo): void {
    // No Buffer: its `slice` is not that of an Uint8Array.
    const bytes = new Uint8Array(buffer, byteOffset, length);
    if (this.#incoming.length === 0) setImmediate(() => this.#deliver());
    this.#incoming.push({ bytes, from: formatAddress({ host: address, port }), ecn: 0 });
    if (this.#incoming.length >= SEND_MESSAGES_MAX) this.#deliver();
  }

  #deliver(): void {
    const batch = this.#incoming;
    this.#incoming = [];
    if (batch.length > 0 && this.#closed === undefined) this.#handlers.onReceive(batch);
  }
}

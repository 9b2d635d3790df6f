/** Datagrams on their way out: laid behind each other in one piece of memory, sent by sendmmsg(2), kept while it has no room. */
import { MESSAGE_BYTES_MAX, SEGMENTS_MAX, SEND_BYTES_MAX, SEND_MESSAGES_MAX, SPARE_SEND_MEMORIES } from "../limits.ts";
import type { SendOptions } from "../udp-socket.ts";
import { type Kernel, Linux, MSG_DONTWAIT } from "./kernel.ts";
import { MessageVector } from "./message-vector.ts";
import { NativeMemory } from "./native-memory.ts";
import type { SocketAddresses } from "./socket-address.ts";

type Message = SendOptions & { readonly at: number; readonly length: number };

/** Memory of sockets that have nothing to send: most have nothing most of the time. */
const spare: NativeMemory[] = [];
let vector: MessageVector | undefined;

/** All sockets share it: it is filled and sent within one call. */
function outgoing(): MessageVector {
  vector ??= new MessageVector(SEND_MESSAGES_MAX);
  return vector;
}

export type SendSocket = {
  readonly descriptor: number;
  readonly addresses: SocketAddresses;
  readonly segmentation: boolean;
  readonly onRefused?: () => void;
};

export class SendQueue {
  readonly #kernel: Kernel;
  readonly #descriptor: bigint;
  readonly #addresses: SocketAddresses;
  readonly #onRefused: () => void;
  /** While there is something to be sent, or about to be. */
  #memory: NativeMemory | undefined;
  #segmentation: boolean;
  #messages: Message[] = [];
  #used = 0;

  constructor(kernel: Kernel, socket: SendSocket) {
    this.#kernel = kernel;
    this.#descriptor = BigInt(socket.descriptor);
    this.#addresses = socket.addresses;
    this.#segmentation = socket.segmentation;
    this.#onRefused = socket.onRefused ?? (() => {});
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  reserve(): Uint8Array | undefined {
    if (!this.#hasRoom && this.flush() === "blocked" && !this.#hasRoom) return undefined;
    this.#memory ??= spare.pop() ?? new NativeMemory(SEND_BYTES_MAX);
    return this.#memory.bytes.subarray(this.#used, this.#used + MESSAGE_BYTES_MAX);
  }

  get #hasRoom(): boolean {
    // One commit may become as many messages as it has segments.
    const messagesLeft = SEND_MESSAGES_MAX - this.#messages.length;
    return messagesLeft >= SEGMENTS_MAX && SEND_BYTES_MAX - this.#used >= MESSAGE_BYTES_MAX;
  }

  commit(length: number, options: SendOptions): void {
    const { segmentBytes } = options;
    const good = segmentBytes > 0 && length > 0 && length <= MESSAGE_BYTES_MAX && length <= SEGMENTS_MAX * segmentBytes;
    if (!good || this.#memory === undefined || this.#used + length > SEND_BYTES_MAX)
      throw new RangeError("more than was reserved");
    const message = { ...options, at: this.#used, length };
    this.#used += length;
    if (this.#segmentation) this.#messages.push(message);
    else this.#messages.push(...split(message));
  }

  /** `blocked`: the kernel has no room, and something is left. */
  flush(): "sent" | "blocked" {
    while (this.#messages.length > 0) {
      const result = this.#send();
      if (result === "blocked") return "blocked";
      this.#messages.splice(0, result);
    }
    this.#used = 0;
    if (this.#memory !== undefined && spare.length < SPARE_SEND_MEMORIES) spare.push(this.#memory);
    this.#memory = undefined;
    return "sent";
  }

  /** One system call. Yields how many messages are done with, sent or lost. */
  #send(): number | "blocked" {
    const count = Math.min(this.#messages.length, SEND_MESSAGES_MAX);
    let filled = 0;
    while (filled < count && this.#fill(filled)) filled++;
    // The one at the front cannot be sent from this socket at all.
    if (filled === 0) return 1;
    const { functions, errno } = this.#kernel;
    const sent = functions.sendmmsg(this.#descriptor, outgoing().address, BigInt(filled), MSG_DONTWAIT);
    if (sent > 0) return sent;
    const error = errno();
    if (error === Linux.EAGAIN) return "blocked";
    if (error === Linux.EINTR) return 0;
    // An answer to what was sent before, told once; this has not been sent yet.
    if (error === Linux.ECONNREFUSED) {
      this.#onRefused();
      return 0;
    }
    // An interface that cannot cut up messages says so only now.
    if (this.#segmentation && (error === Linux.EIO || error === Linux.EINVAL)) {
      this.#stopSegmentation();
      return 0;
    }
    // Too large for the path, no route, refused by a filter: lost, as datagrams may be.
    return 1;
  }

  #fill(index: number): boolean {
    const message = this.#messages[index];
    const peer = message === undefined ? undefined : this.#addresses.encode(message.to);
    if (message === undefined || peer === undefined || this.#memory === undefined) return false;
    const { at, length, segmentBytes, ecn } = message;
    outgoing().setOutgoing(index, {
      memory: this.#memory.address + BigInt(at),
      length,
      sockaddr: peer.sockaddr,
      control: { segmentBytes: length > segmentBytes ? segmentBytes : undefined, ecn, family: peer.family },
    });
    return true;
  }

  #stopSegmentation(): void {
    this.#segmentation = false;
    this.#messages = this.#messages.flatMap(split);
  }
}

function split(message: Message): Message[] {
  const { at, length, segmentBytes } = message;
  const pieces: Message[] = [];
  for (let done = 0; done < length; done += segmentBytes) {
    pieces.push({ ...message, at: at + done, length: Math.min(segmentBytes, length - done) });
  }
  return pieces;
}

/** Datagrams that have come: recvmmsg(2), and the segments of each message as datagrams of their own. */
import { RECEIVE_CALLS_MAX, RECEIVE_MESSAGE_BYTES, RECEIVE_MESSAGES } from "../limits.ts";
import type { Datagram } from "../udp-socket.ts";
import { type Kernel, Linux, MSG_DONTWAIT, MSG_ERRQUEUE } from "./kernel.ts";
import { MessageVector } from "./message-vector.ts";
import { NativeMemory } from "./native-memory.ts";
import type { SocketAddresses } from "./socket-address.ts";

const MESSAGES = BigInt(RECEIVE_MESSAGES);
const NULL = 0n;

export type ReceiveSocket = {
  readonly descriptor: number;
  readonly addresses: SocketAddresses;
  readonly onRefused?: () => void;
};

type Inbox = { readonly memory: NativeMemory; readonly vector: MessageVector };

let shared: Inbox | undefined;

/** All sockets share it: what a batch holds is gone before the next is read. */
function inbox(): Inbox {
  if (shared !== undefined) return shared;
  const memory = new NativeMemory(RECEIVE_MESSAGES * RECEIVE_MESSAGE_BYTES);
  const vector = new MessageVector(RECEIVE_MESSAGES);
  vector.setIncomingMemory(memory.address, RECEIVE_MESSAGE_BYTES);
  shared = { memory, vector };
  return shared;
}

export class Receiver {
  readonly #kernel: Kernel;
  readonly #descriptor: bigint;
  readonly #onRefused: () => void;
  readonly #addresses: SocketAddresses;
  readonly #memory: NativeMemory;
  readonly #vector: MessageVector;

  constructor(kernel: Kernel, { descriptor, addresses, onRefused = () => {} }: ReceiveSocket) {
    this.#onRefused = onRefused;
    this.#kernel = kernel;
    this.#descriptor = BigInt(descriptor);
    this.#addresses = addresses;
    const { memory, vector } = inbox();
    this.#memory = memory;
    this.#vector = vector;
  }

  /** Hands over what has come, batch by batch, while `isOpen`; each is gone when the next is read. */
  drain(onReceive: (batch: readonly Datagram[]) => void, isOpen: () => boolean): void {
    for (let calls = 0; calls < RECEIVE_CALLS_MAX && isOpen(); calls++) {
      const count = this.#receive();
      if (count < 0) continue;
      if (count > 0) onReceive(this.#datagrams(count));
      if (count < RECEIVE_MESSAGES) return;
    }
  }

  /** -1 when the call is worth repeating: an error that the network reported, which reading it has cleared. */
  #receive(): number {
    for (let index = 0; index < RECEIVE_MESSAGES; index++) this.#vector.setIncoming(index);
    const { functions, errno } = this.#kernel;
    const count = functions.recvmmsg(this.#descriptor, this.#vector.address, MESSAGES, MSG_DONTWAIT, NULL);
    if (count >= 0) return count;
    const error = errno();
    if (error === Linux.ECONNREFUSED) this.#onRefused();
    return error === Linux.EAGAIN ? 0 : -1;
  }

  /** Throws away what routers and hosts have reported: the socket would count as failed for as long as it is there. */
  drainErrors(): void {
    const { functions } = this.#kernel;
    const flags = MSG_DONTWAIT | MSG_ERRQUEUE;
    for (let calls = 0; calls < RECEIVE_CALLS_MAX; calls++) {
      for (let index = 0; index < RECEIVE_MESSAGES; index++) this.#vector.setIncoming(index);
      const count = functions.recvmmsg(this.#descriptor, this.#vector.address, MESSAGES, flags, NULL);
      if (count < RECEIVE_MESSAGES) return;
    }
  }

  #datagrams(count: number): Datagram[] {
    const datagrams: Datagram[] = [];
    for (let index = 0; index < count; index++) {
      const length = this.#vector.receivedLength(index);
      // Cut short, so it would not be what was sent.
      if ((this.#vector.receivedFlags(index) & Linux.MSG_TRUNC) !== 0) continue;
      const { view, at } = this.#vector.receivedFrom(index);
      const from = this.#addresses.decode(view, at);
      const { segmentBytes = length, ecn } = this.#vector.receivedControl(index);
      const step = Math.max(1, segmentBytes);
      const start = index * RECEIVE_MESSAGE_BYTES;
      for (let done = 0; done < length; done += step) {
        const bytes = this.#memory.bytes.subarray(start + done, start + Math.min(length, done + step));
        datagrams.push({ bytes, from, ecn });
      }
    }
    return datagrams;
  }
}

/** A UDP socket for many peers, which sends and receives in batches. */

/** Explicit congestion notification: the two low bits of RFC 3168, as a number. 0 is not capable, 3 congestion experienced. */
export type Ecn = 0 | 1 | 2 | 3;

/** `bytes` are the socket's memory: they may be changed, and are gone when the receiver returns. */
export type Datagram = {
  readonly bytes: Uint8Array;
  /** `192.0.2.1:5001` or `[2001:db8::1]:5001`; always the same text for the same peer. */
  readonly from: string;
  readonly ecn: Ecn;
};

export type SendOptions = {
  /** As in `Datagram.from`. */
  readonly to: string;
  /** The bytes are several datagrams of this size, the last of which may be shorter. At most 64. */
  readonly segmentBytes: number;
  readonly ecn: Ecn;
};

export type UdpCapabilities = {
  /** `kernel`: batched system calls; `dgram`: `node:dgram`, a call for each datagram. */
  readonly engine: "kernel" | "dgram";
  /** Many datagrams are one message to the kernel. */
  readonly segmentation: boolean;
  readonly ecn: boolean;
  /** Routers drop what is too large for them instead of cutting it up, as path MTU discovery needs. */
  readonly dontFragment: boolean;
};

/** Nothing that a peer or a network does ends it. What cannot be sent is lost, as datagrams may be. */
export interface UdpSocket extends AsyncDisposable {
  /** Where it is bound, as in `Datagram.from`. */
  readonly address: string;
  readonly capabilities: UdpCapabilities;
  /** Bytes that the kernel holds for it. */
  readonly receiveBufferBytes: number;
  readonly sendBufferBytes: number;

  /**
   * Room to write the next datagrams into, 1,500 bytes at least, until the next `flush`; `undefined` while too much waits
   * to be sent.
   */
  reserve(): Uint8Array | undefined;
  /** The first `length` bytes of what was reserved are to be sent. They leave with the next `flush`. */
  commit(length: number, options: SendOptions): void;
  /** Hands everything committed to the kernel, or keeps it until there is room. */
  flush(): void;
  /** The process may end although the socket is open. */
  unref(): void;
  /** Idempotent. What was committed and is not sent yet is lost. */
  close(): Promise<void>;
}

export type UdpHandlers = {
  /** Called outside of any promise; what it throws is an uncaught exception. */
  readonly onReceive: (batch: readonly Datagram[]) => void;
  /** `reserve`, which yielded nothing, yields again. */
  readonly onWritable?: () => void;
  /**
   * A host that we sent to has said that nobody listens there: for sockets with one peer. Where the system does not tell
   * (`node:dgram`), it is never called.
   */
  readonly onRefused?: () => void;
};

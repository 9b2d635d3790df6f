/** Whether batched system calls do here what is expected of them: found out on the loopback before anybody relies on it. */
import type { Datagram } from "../udp-socket.ts";
import { loadKernel } from "./kernel.ts";
import { Receiver } from "./receiver.ts";
import { SendQueue } from "./send-queue.ts";
import { openSocket } from "./socket-options.ts";

const SEGMENT_BYTES = 700;
const LENGTH = 1_500;
const ATTEMPTS = 50;

let result: boolean | undefined;

/** Sends itself three datagrams as one message, marked. Once per process. */
export function kernelSocketsWork(): boolean {
  result ??= process.platform === "linux" && (attempt(4, "127.0.0.1:0") || attempt(6, "[::1]:0"));
  return result;
}

function attempt(family: 4 | 6, address: string): boolean {
  try {
    const kernel = loadKernel();
    const socket = openSocket(kernel, { family, address, reportsErrors: false });
    try {
      const queue = new SendQueue(kernel, socket);
      const ecn = socket.ecn ? 2 : 0;
      queue.reserve()?.set(pattern());
      queue.commit(LENGTH, { to: socket.address, segmentBytes: SEGMENT_BYTES, ecn });
      queue.flush();
      const receiver = new Receiver(kernel, socket);
      const seen: Seen[] = [];
      for (let tries = 0; tries < ATTEMPTS && seen.length < 3; tries++) {
        if (tries > 0) sleep(1);
        receiver.drain(
          (batch) => seen.push(...batch.map(copy)),
          () => true,
        );
      }
      return isExpected(seen, { from: socket.address, ecn });
    } finally {
      kernel.functions.close(socket.descriptor);
    }
  } catch {
    return false;
  }
}

type Seen = { readonly bytes: Buffer; readonly from: string; readonly ecn: number };

const copy = ({ bytes, from, ecn }: Datagram): Seen => ({ bytes: Buffer.from(bytes), from, ecn });

const pattern = (): Uint8Array => Uint8Array.from({ length: LENGTH }, (_, index) => index % 251);

function isExpected(seen: readonly Seen[], { from, ecn }: { from: string; ecn: number }): boolean {
  const sizes = seen.map(({ bytes }) => bytes.length).join();
  const whole = Buffer.concat(seen.map(({ bytes }) => bytes)).equals(pattern());
  return sizes === "700,700,100" && whole && seen.every((datagram) => datagram.from === from && datagram.ecn === ecn);
}

const sleep = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};

/** The datagrams that OpenSSL wants to send: a bounded ring inside OpenSSL, emptied in batches. */
import { limits } from "../limits.ts";
import { must, NativeMemory, NONE, openSsl, type Pointer } from "./openssl.ts";
import { type AddressBook, nativeAddressBytes, type PeerAddress } from "./peer-address.ts";
import { outCount, scratch } from "./scratch.ts";

const BATCH = 64;
/** BIO_MSG: data, its length, peer, local, flags. */
const MESSAGE_BYTES = 40;
const SLOT_BYTES = 1_600;

const control = { setMtu: 42, enableLocalAddress: 84, setCapabilities: 87, setWriteBufferBytes: 136 } as const;
/** All of BIO_DGRAM_CAP_*: every datagram has its addresses. */
const ALL_CAPABILITIES = 15n;

/** The memory BIO for one direction of a listener or client. */
export function datagramMemory(bufferBytes: number): Pointer {
  const ssl = openSsl();
  const bio = must(ssl.BIO_new(ssl.BIO_s_dgram_mem()), "BIO_new");
  ssl.BIO_ctrl(bio, control.setCapabilities, ALL_CAPABILITIES, NONE);
  ssl.BIO_ctrl(bio, control.setMtu, BigInt(limits.datagramBytesMax - 28), NONE);
  must(ssl.BIO_ctrl(bio, control.setWriteBufferBytes, BigInt(bufferBytes), NONE), "the bound of a ring");
  must(ssl.BIO_ctrl(bio, control.enableLocalAddress, 1n, NONE), "addresses of datagrams");
  return bio;
}

export type Send = (datagram: Uint8Array, to: PeerAddress) => void;

/** Hands over what the BIO holds and returns how many datagrams that were. */
export function drainDatagrams(bio: Pointer, book: AddressBook, send: Send): number {
  const { messages, payloads, addresses } = batch();
  const ssl = openSsl();
  const shared = scratch();
  for (let total = 0; ; ) {
    for (let at = 0; at < BATCH; at++) messages.view.setUint32(at * MESSAGE_BYTES + 8, SLOT_BYTES, true);
    shared.out.view.setUint32(0, 0, true);
    const ok = ssl.BIO_recvmmsg(bio, messages.pointer, BigInt(MESSAGE_BYTES), BigInt(BATCH), 0n, shared.out.pointer);
    const count = ok === 1 ? outCount(shared) : 0;
    if (ok !== 1) ssl.ERR_clear_error();
    for (let at = 0; at < count; at++) {
      const length = messages.view.getUint32(at * MESSAGE_BYTES + 8, true);
      const start = at * SLOT_BYTES;
      send(Buffer.from(payloads.bytes.subarray(start, start + length)), book.read(addresses, at * nativeAddressBytes));
    }
    total += count;
    if (count < BATCH) return total;
  }
}

type Batch = { readonly messages: NativeMemory; readonly payloads: NativeMemory; readonly addresses: NativeMemory };

let shared: Batch | undefined;

function batch(): Batch {
  shared ??= makeBatch();
  return shared;
}

function makeBatch(): Batch {
  const messages = new NativeMemory(BATCH * MESSAGE_BYTES);
  const payloads = new NativeMemory(BATCH * SLOT_BYTES);
  const addresses = new NativeMemory(BATCH * nativeAddressBytes);
  for (let at = 0; at < BATCH; at++) {
    const message = at * MESSAGE_BYTES;
    messages.view.setBigUint64(message, payloads.pointer + BigInt(at * SLOT_BYTES), true);
    messages.view.setBigUint64(message + 24, addresses.pointer + BigInt(at * nativeAddressBytes), true);
  }
  return { messages, payloads, addresses };
}

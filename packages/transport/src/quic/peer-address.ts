/** Addresses of peers in OpenSSL's form and in Node's, both kept, since one peer sends many datagrams. */
import { limits } from "../limits.ts";
import { must, type NativeMemory, openSsl, type Pointer } from "./openssl.ts";
import { outCount, scratch } from "./scratch.ts";

export type PeerAddress = { readonly address: string; readonly port: number };

const AF_INET = 2;
const AF_INET6 = process.platform === "darwin" ? 30 : 10;
/** Room for a BIO_ADDR, and what of it tells two peers apart: struct sockaddr_in6. */
export const nativeAddressBytes = 128;
const SOCKADDR_BYTES = 28;

/** An IPv4 address that an IPv6 socket sees is written like any other. */
export function addressText({ address, port }: PeerAddress): string {
  const plain = /^::ffff:([0-9.]+)$/.exec(address)?.[1] ?? address;
  return plain.includes(":") ? `[${plain}]:${port}` : `${plain}:${port}`;
}

export class AddressBook implements Disposable {
  readonly #native = new Map<string, Pointer>();
  readonly #known = new Map<string, PeerAddress>();

  /** Valid until the next call of this. */
  native({ address, port }: PeerAddress): Pointer {
    const key = `${port} ${address}`;
    const known = this.#native.get(key);
    if (known !== undefined) return known;
    if (this.#native.size >= limits.addressesMax) this.#forgetOldest();
    const made = nativeAddress({ address, port });
    this.#native.set(key, made);
    return made;
  }

  /** `memory` holds a BIO_ADDR at `offset`. */
  read(memory: NativeMemory, offset: number): PeerAddress {
    const key = memory.bytes.toString("latin1", offset, offset + SOCKADDR_BYTES);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= limits.addressesMax) this.#known.clear();
    const read = readNative(memory.pointer + BigInt(offset));
    this.#known.set(key, read);
    return read;
  }

  #forgetOldest(): void {
    const [oldest] = this.#native;
    if (oldest === undefined) return;
    openSsl().BIO_ADDR_free(oldest[1]);
    this.#native.delete(oldest[0]);
  }

  [Symbol.dispose](): void {
    for (const pointer of this.#native.values()) openSsl().BIO_ADDR_free(pointer);
    this.#native.clear();
  }
}

function nativeAddress({ address, port }: PeerAddress): Pointer {
  const raw = rawAddress(address);
  const ssl = openSsl();
  const pointer = must(ssl.BIO_ADDR_new(), "BIO_ADDR_new");
  const family = raw.length === 4 ? AF_INET : AF_INET6;
  must(ssl.BIO_ADDR_rawmake(pointer, family, raw, BigInt(raw.length), networkOrder(port)), "BIO_ADDR_rawmake");
  return pointer;
}

function readNative(pointer: Pointer): PeerAddress {
  const shared = scratch();
  const ssl = openSsl();
  ssl.BIO_ADDR_rawaddress(pointer, shared.chunk.pointer, shared.out.pointer);
  const raw = shared.chunk.bytes.subarray(0, outCount(shared));
  const port = networkOrder(ssl.BIO_ADDR_rawport(pointer));
  if (raw.length === 4) return { address: raw.join("."), port };
  const groups = Array.from({ length: raw.length / 2 }, (_, at) => raw.readUInt16BE(at * 2).toString(16));
  return { address: groups.join(":"), port };
}

/** The 4 or 16 bytes of an address as Node writes it. */
export function rawAddress(address: string): Buffer {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
  const [plain = ""] = address.split("%");
  const [head = "", tail] = plain.split("::");
  const before = groupBytes(head);
  const after = groupBytes(tail ?? "");
  const zeros = Array.from({ length: Math.max(0, 16 - before.length - after.length) }, () => 0);
  return Buffer.from([...before, ...zeros, ...after]);
}

function groupBytes(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return group.split(".").map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

const networkOrder = (port: number): number => ((port & 0xff) << 8) | (port >> 8);

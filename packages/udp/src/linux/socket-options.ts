/** A bound descriptor with the options that QUIC wants: ip(7), ipv6(7), udp(7). */
import { getSystemErrorName } from "node:util";
import { SOCKET_BUFFER_BYTES } from "../limits.ts";
import { UdpBindError } from "../udp-bind-error.ts";
import { type Kernel, Linux } from "./kernel.ts";
import { NativeMemory } from "./native-memory.ts";
import { encodeLocal, SOCKADDR_BYTES, SocketAddresses } from "./socket-address.ts";

export type OpenSocket = {
  readonly descriptor: number;
  readonly addresses: SocketAddresses;
  /** As text, with the port that was given out. */
  readonly address: string;
  readonly segmentation: boolean;
  readonly ecn: boolean;
  readonly dontFragment: boolean;
  readonly receiveBufferBytes: number;
  readonly sendBufferBytes: number;
};

type Opening = {
  readonly family: 4 | 6;
  readonly address: string;
  /** Sending and receiving fail once with what hosts have said of earlier datagrams. */
  readonly reportsErrors: boolean;
};

/** Throws `UdpBindError`. */
export function openSocket(kernel: Kernel, { family, address, reportsErrors }: Opening): OpenSocket {
  const sockaddr = encodeLocal(family, address);
  const { functions, errno } = kernel;
  const type = Linux.SOCK_DGRAM | Linux.SOCK_NONBLOCK | Linux.SOCK_CLOEXEC;
  const descriptor = functions.socket(family === 4 ? Linux.AF_INET : Linux.AF_INET6, type, 0);
  if (descriptor < 0) throw new UdpBindError(getSystemErrorName(-errno()), address);
  const options = new SocketOptions(kernel, descriptor);
  if (family === 6) options.set(Linux.IPPROTO_IPV6, Linux.IPV6_V6ONLY, 0);
  if (functions.bind(descriptor, sockaddr, sockaddr.length) !== 0) {
    const error = getSystemErrorName(-errno());
    functions.close(descriptor);
    throw new UdpBindError(error, address);
  }
  if (reportsErrors) options.forBothFamilies(family, { ipv4: [Linux.IP_RECVERR, 1], ipv6: [Linux.IPV6_RECVERR, 1] });
  const addresses = new SocketAddresses(family);
  options.set(Linux.SOL_SOCKET, Linux.SO_RCVBUF, SOCKET_BUFFER_BYTES);
  options.set(Linux.SOL_SOCKET, Linux.SO_SNDBUF, SOCKET_BUFFER_BYTES);
  return {
    descriptor,
    addresses,
    address: boundAddress(kernel, descriptor, addresses),
    segmentation:
      options.get(Linux.IPPROTO_UDP, Linux.UDP_SEGMENT) !== undefined &&
      options.set(Linux.IPPROTO_UDP, Linux.UDP_GRO, 1),
    ecn: options.forBothFamilies(family, {
      ipv4: [Linux.IP_RECVTOS, 1],
      ipv6: [Linux.IPV6_RECVTCLASS, 1],
    }),
    dontFragment: options.forBothFamilies(family, {
      ipv4: [Linux.IP_MTU_DISCOVER, Linux.PMTUDISC_PROBE],
      ipv6: [Linux.IPV6_MTU_DISCOVER, Linux.PMTUDISC_PROBE],
    }),
    receiveBufferBytes: options.get(Linux.SOL_SOCKET, Linux.SO_RCVBUF) ?? 0,
    sendBufferBytes: options.get(Linux.SOL_SOCKET, Linux.SO_SNDBUF) ?? 0,
  };
}

type OptionPair = { readonly ipv4: readonly [number, number]; readonly ipv6: readonly [number, number] };

class SocketOptions {
  readonly #kernel: Kernel;
  readonly #descriptor: number;
  readonly #value = new NativeMemory(8);

  constructor(kernel: Kernel, descriptor: number) {
    this.#kernel = kernel;
    this.#descriptor = descriptor;
  }

  /** `false` when the kernel does not know it, or refuses. */
  set(level: number, name: number, value: number): boolean {
    this.#value.view.setInt32(0, value, true);
    return this.#kernel.functions.setsockopt(this.#descriptor, level, name, this.#value.address, 4) === 0;
  }

  get(level: number, name: number): number | undefined {
    const { view, address } = this.#value;
    view.setInt32(0, 0, true);
    view.setUint32(4, 4, true);
    const done = this.#kernel.functions.getsockopt(this.#descriptor, level, name, address, address + 4n);
    return done === 0 ? view.getInt32(0, true) : undefined;
  }

  /** An IPv6 socket also carries IPv4, which has options of its own. */
  forBothFamilies(family: 4 | 6, { ipv4, ipv6 }: OptionPair): boolean {
    const first = this.set(Linux.IPPROTO_IP, ...ipv4);
    return family === 4 ? first : this.set(Linux.IPPROTO_IPV6, ...ipv6) && first;
  }
}

function boundAddress({ functions }: Kernel, descriptor: number, addresses: SocketAddresses): string {
  const name = new NativeMemory(SOCKADDR_BYTES + 4);
  name.view.setUint32(SOCKADDR_BYTES, SOCKADDR_BYTES, true);
  functions.getsockname(descriptor, name.address, name.address + BigInt(SOCKADDR_BYTES));
  return addresses.decode(name.view, 0);
}

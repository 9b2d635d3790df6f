/** The functions of the C library and of libuv, which Node contains, that are called here: socket(7), udp(7), uv_poll. */
import { type DynamicLibrary, dlopen, toBuffer } from "node:ffi";

/**
 * An `int`, which a register holds like any pointer. Node 26 calls functions of nothing but pointers at once; others take
 * about fifteen times as long.
 */
const INT = "pointer";

const signatures = {
  socket: { return: "int32", arguments: ["int32", "int32", "int32"] },
  bind: { return: "int32", arguments: ["int32", "pointer", "uint32"] },
  close: { return: "int32", arguments: ["int32"] },
  getsockname: { return: "int32", arguments: ["int32", "pointer", "pointer"] },
  setsockopt: { return: "int32", arguments: ["int32", "int32", "int32", "pointer", "uint32"] },
  getsockopt: { return: "int32", arguments: ["int32", "int32", "int32", "pointer", "pointer"] },
  sendmmsg: { return: "int32", arguments: [INT, "pointer", INT, INT] },
  recvmmsg: { return: "int32", arguments: [INT, "pointer", INT, INT, "pointer"] },
  __errno_location: { return: "pointer" },
  uv_handle_size: { return: "uint64", arguments: ["int32"] },
  uv_poll_init: { return: "int32", arguments: ["pointer", "pointer", "int32"] },
  uv_poll_start: { return: "int32", arguments: ["pointer", "int32", "pointer"] },
  uv_poll_stop: { return: "int32", arguments: ["pointer"] },
  uv_unref: { return: "void", arguments: ["pointer"] },
  uv_close: { return: "void", arguments: ["pointer", "pointer"] },
} as const;

export type Kernel = {
  readonly functions: ReturnType<typeof dlopen<typeof signatures>>["functions"];
  readonly library: DynamicLibrary;
  /** Why the last call failed. It is this thread's `errno` itself: read it before anything else is done. */
  readonly errno: () => number;
};

let loaded: Kernel | undefined;

/** Throws where functions are missing or not permitted. */
export function loadKernel(): Kernel {
  if (loaded !== undefined) return loaded;
  const { functions, lib: library } = dlopen(null, signatures);
  const bytes = toBuffer(functions.__errno_location(), 4, false);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 4);
  loaded = { functions, library, errno: () => view.getInt32(0, true) };
  return loaded;
}

/** Flags of sendmmsg(2) and recvmmsg(2), in the form in which they are passed. */
export const MSG_DONTWAIT = 0x40n;
export const MSG_ERRQUEUE = 0x2000n;

/** Constants of Linux, the same on all of its architectures that Node supports. */
export const Linux = {
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x80000,
  SOL_SOCKET: 1,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  IPPROTO_IP: 0,
  IP_TOS: 1,
  IP_MTU_DISCOVER: 10,
  IP_RECVERR: 11,
  IP_RECVTOS: 13,
  IPPROTO_IPV6: 41,
  IPV6_MTU_DISCOVER: 23,
  IPV6_RECVERR: 25,
  IPV6_V6ONLY: 26,
  IPV6_RECVTCLASS: 66,
  IPV6_TCLASS: 67,
  /** Set "don't fragment", and let us send what we like. */
  PMTUDISC_PROBE: 3,
  IPPROTO_UDP: 17,
  UDP_SEGMENT: 103,
  UDP_GRO: 104,
  MSG_TRUNC: 0x20,
  EINTR: 4,
  EIO: 5,
  EAGAIN: 11,
  EINVAL: 22,
  ECONNREFUSED: 111,
} as const;

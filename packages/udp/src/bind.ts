/** Binds a UDP socket by the best means of this machine. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { formatAddress } from "./address.ts";
import { DatagramSocket } from "./datagram-socket.ts";
import { KernelSocket } from "./linux/kernel-socket.ts";
import { kernelSocketsWork } from "./linux/self-test.ts";
import { UdpBindError } from "./udp-bind-error.ts";
import type { UdpHandlers, UdpSocket } from "./udp-socket.ts";

export type BindOptions = {
  /** A numeric address or a name; `::` takes both families. */
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
  /** `best` unless a test wants the one that works everywhere. */
  readonly engine?: "best" | "dgram";
};

/** Throws `UdpBindError`. */
export async function bind(options: BindOptions, handlers: UdpHandlers): Promise<UdpSocket> {
  const { host, family } = await numeric(options.host);
  const where = { family, address: formatAddress({ host, port: options.port }) };
  if (options.engine !== "dgram" && kernelSocketsWork()) return new KernelSocket(where, handlers);
  return DatagramSocket.bind(where, handlers);
}

async function numeric(host: string): Promise<{ host: string; family: 4 | 6 }> {
  const given = isIP(host);
  if (given !== 0) return { host, family: given === 4 ? 4 : 6 };
  try {
    const { address, family } = await lookup(host);
    return { host: address, family: family === 4 ? 4 : 6 };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "ENOTFOUND";
    throw new UdpBindError(code, host, { cause });
  }
}

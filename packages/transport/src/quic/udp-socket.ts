/** A UDP socket of node:dgram, bound or connected, with buffers that a burst fits into. */
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { limits } from "../limits.ts";
import type { PeerAddress } from "./peer-address.ts";

export async function bindSocket({ host, port }: { readonly host: string; readonly port: number }): Promise<Socket> {
  const { address, family } = await lookup(host);
  const type = family === 6 ? "udp6" : "udp4";
  // All that is sent goes to addresses, which need no look-up and no turn of the loop for it.
  const socket = createSocket({ type, lookup: (known, _options, found) => found(null, known, family) });
  await settled(socket, "listening", () => socket.bind(port, address));
  enlargeBuffers(socket);
  return socket;
}

/** The system then tells us when nobody listens there, and drops what others send. */
export async function connectSocket({ address, port }: PeerAddress): Promise<Socket> {
  const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
  await settled(socket, "connect", () => socket.connect(port, address));
  enlargeBuffers(socket);
  return socket;
}

async function settled(socket: Socket, event: "listening" | "connect", start: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once("error", onError);
    socket.once(event, () => {
      socket.off("error", onError);
      resolve();
    });
    start();
  });
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(limits.socketBufferBytes);
    socket.setSendBufferSize(limits.socketBufferBytes);
  } catch {
    // A system that grants less works too.
  }
}

/** The peer that we compare with: node:tls over TCP with the same certificate and key exchange, echoing what it gets. */
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type TLSSocket } from "node:tls";
import { generateSigningKeyPair, systemRandom } from "@quicprochat/crypto";
import { selfSignedCertificate } from "../src/identity/certificate.ts";

const GROUP = "X25519MLKEM768";

export class TlsEcho implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<TlsEcho> {
    const pair = generateSigningKeyPair(systemRandom);
    const raw = { key: Buffer.from(pair.privateKey), format: "raw-private", asymmetricKeyType: "ed25519" } as const;
    const key = createPrivateKey(raw).export({ type: "pkcs8", format: "pem" });
    const der = Buffer.from(selfSignedCertificate(pair)).toString("base64");
    const cert = `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`;
    const server = createServer({ key, cert, ecdhCurve: GROUP, minVersion: "TLSv1.3" }, (socket) => {
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.pipe(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new TlsEcho(server);
  }

  async connect(): Promise<TLSSocket> {
    const address = this.#server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ecdhCurve: GROUP });
    socket.setNoDelay(true);
    await once(socket, "secureConnect");
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
  }
}

/** Sends one message after the other and waits for each to come back whole. */
export async function pingPong(socket: TLSSocket, message: Uint8Array, until: () => boolean): Promise<number> {
  let count = 0;
  for (; !until(); count++) {
    socket.write(message);
    for (let received = 0; received < message.length; ) {
      const [chunk]: Buffer[] = await once(socket, "data");
      received += chunk?.length ?? 0;
    }
  }
  return count;
}

/** Sends this many bytes while it reads them back. */
export async function bulk(socket: TLSSocket, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024);
  let received = 0;
  const all = new Promise<void>((resolve) => {
    socket.on("data", (data: Buffer) => {
      received += data.length;
      if (received >= bytes) resolve();
    });
  });
  for (let sent = 0; sent < bytes; sent += chunk.length) if (!socket.write(chunk)) await once(socket, "drain");
  await all;
}

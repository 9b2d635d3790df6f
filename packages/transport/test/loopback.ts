/** A real server on this machine's loopback, and clients that dial it, for tests. */
import type { Connection, Stream } from "@quicprochat/connection";
import { type SigningKeyPair, systemRandom } from "@quicprochat/crypto";
import { createServerIdentity, type ServerIdentity } from "../src/identity/server-identity.ts";
import { limits } from "../src/limits.ts";
import { type Dialled, type DialOptions, dialWith } from "../src/quic/dial.ts";
import { type ListenOptions, listen } from "../src/quic/listen.ts";
import { ServerListener } from "../src/quic/server-listener.ts";
import { serverTls } from "../src/quic/server-tls.ts";

export const newIdentity = (): ServerIdentity => createServerIdentity({ random: systemRandom });

export type Pair = Dialled & { readonly client: Connection; readonly accepted: Connection };

type ConnectOptions = Partial<DialOptions> & { readonly groups?: string };

export class Loopback implements AsyncDisposable {
  readonly listener: ServerListener;
  readonly host: string;
  readonly port: number;

  private constructor(listener: ServerListener, host: string) {
    this.listener = listener;
    this.host = host;
    this.port = portOf(listener.address);
  }

  static async start(options: Partial<ListenOptions> = {}): Promise<Loopback> {
    const host = options.host ?? "127.0.0.1";
    return new Loopback(await listen({ identity: newIdentity(), port: 0, ...options, host }), host);
  }

  dial(options: ConnectOptions = {}): Promise<Dialled> {
    return dialWith({ host: this.host, port: this.port, pin: null, ...options });
  }

  /** One connection, seen from both ends. */
  async connect(options: ConnectOptions = {}): Promise<Pair> {
    const [dialled, accepted] = await Promise.all([this.dial(options), this.listener.accept()]);
    if (accepted === null) throw new Error("the listener has stopped");
    return { ...dialled, client: dialled.connection, accepted };
  }

  /** Serves every connection from now on: each stream gets back what it sends. */
  async echo(): Promise<void> {
    for (let connection = await this.listener.accept(); connection !== null; ) {
      void echoStreams(connection);
      connection = await this.listener.accept();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.listener.close(0, "");
  }
}

/** A server with this TLS key that introduces itself in a way of its own. */
export async function introducing(
  tlsKey: SigningKeyPair,
  introduce: (connection: Connection) => Promise<void>,
): Promise<ServerListener> {
  const context = serverTls(tlsKey);
  const server = { tls: context.handshakes(), tokenKey: systemRandom(16), retry: "when-busy" } as const;
  return ServerListener.bind({
    host: "127.0.0.1",
    port: 0,
    context,
    introduce,
    limits,
    endpoint: { resetKey: systemRandom(32), server },
  });
}

export const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(":") + 1));

export async function echoStreams(connection: Connection): Promise<void> {
  for (let stream = await connection.accept(); stream !== null; stream = await connection.accept()) void echo(stream);
}

async function echo(stream: Stream): Promise<void> {
  try {
    for (let bytes = await stream.read(); bytes !== null; bytes = await stream.read()) await stream.write(bytes);
    await stream.end();
  } catch {
    stream.reset(0);
  }
}

/** What comes until the peer ends. */
export async function readAll(stream: Stream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for (let bytes = await stream.read(); bytes !== null; bytes = await stream.read()) chunks.push(bytes);
  return Buffer.concat(chunks);
}

/** Sends it on a stream of its own and reads what comes back. */
export async function ask(connection: Connection, bytes: Uint8Array): Promise<Buffer> {
  const stream = await connection.open();
  const [answer] = await Promise.all([readAll(stream), stream.write(bytes).then(() => stream.end())]);
  return answer;
}

/** The next stream of somebody who surely opens one. */
export async function acceptStream(connection: Connection): Promise<Stream> {
  const stream = await connection.accept();
  if (stream === null) throw new Error("the connection has ended");
  return stream;
}

/** A network between one client and a server that loses, changes or repeats datagrams as a test wants. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export type Way = "to-server" | "to-client";

export class Relay implements AsyncDisposable {
  /** What becomes of a datagram: it is replaced by these. */
  forward: (datagram: Buffer, way: Way) => readonly Buffer[] = (datagram) => [datagram];
  readonly #near: Socket;
  #far: Socket;
  #client: { readonly port: number; readonly address: string } | undefined;

  private constructor(near: Socket, far: Socket) {
    this.#near = near;
    this.#far = far;
    near.on("message", (datagram, from) => {
      this.#client = from;
      for (const one of this.forward(datagram, "to-server")) this.#far.send(one, ignoreLoss);
    });
    this.#listen(far);
  }

  /** Like a NAT that has forgotten its binding: from now on the server sees another port. */
  async rebind(): Promise<void> {
    const before = this.#far;
    const far = createSocket("udp4");
    far.connect(before.remoteAddress().port, "127.0.0.1");
    await once(far, "connect");
    this.#listen(far);
    this.#far = far;
    before.close();
  }

  #listen(far: Socket): void {
    far.on("message", (datagram) => {
      const { port, address } = this.#client ?? { port: 0, address: "" };
      if (port !== 0)
        for (const one of this.forward(datagram, "to-client")) this.#near.send(one, port, address, ignoreLoss);
    });
    far.on("error", ignoreLoss);
  }

  static async start(serverPort: number): Promise<Relay> {
    const [near, far] = [createSocket("udp4"), createSocket("udp4")];
    near.bind(0, "127.0.0.1");
    far.connect(serverPort, "127.0.0.1");
    await Promise.all([once(near, "listening"), once(far, "connect")]);
    return new Relay(near, far);
  }

  get port(): number {
    return this.#near.address().port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#near.close();
    this.#far.close();
  }
}

const ignoreLoss = (): void => {};

/** A network between two endpoints in virtual time: everything that real ones do to datagrams, from one seed. */
import type { Endpoint, PathAddress } from "../src/index.ts";
import type { SeededRandom } from "./seeded-random.ts";

export type LinkOptions = {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly loss: number;
  readonly duplication: number;
  readonly corruption: number;
  /** Datagrams above vanish. */
  readonly mtu: number;
  /** Bytes a millisecond; infinite for none. */
  readonly rate: number;
  /** Bytes that wait for the rate; more are dropped. */
  readonly queueBytes: number;
};

export const perfectLink: LinkOptions = {
  delayMs: 10,
  jitterMs: 0,
  loss: 0,
  duplication: 0,
  corruption: 0,
  mtu: 1500,
  rate: Number.POSITIVE_INFINITY,
  queueBytes: 1_000_000,
};

type Delivery = {
  readonly at: number;
  readonly order: number;
  readonly to: Node;
  readonly bytes: Uint8Array;
  readonly address: PathAddress;
};

export type Node = {
  readonly name: "client" | "server";
  readonly endpoint: Endpoint;
  /** Added to the time that the endpoint is told: clocks jump. */
  clockOffset: number;
};

export const SERVER_ADDRESS = "192.0.2.1:443";
const RUN_STEPS_MAX = 2_000_000;

export class Network {
  readonly #random: SeededRandom;
  readonly #link: { up: LinkOptions; down: LinkOptions };
  #nodes: { readonly client: Node; readonly server: Node };
  readonly #queue: Delivery[] = [];
  readonly #buffer = new Uint8Array(65_536);
  readonly #freeAt = { up: 0, down: 0 };
  #order = 0;
  #now = 0;
  /** The client as the server sees it; a NAT changes it. */
  #natPort = 5000;
  #clientPort = 1;
  #blackHoleUntil = 0;
  readonly #silent = { client: 0, server: 0 };
  /** What goes there is lost. */
  unreachable = "";
  /** Datagram bytes from and to the first client address, until `amplificationOver`. */
  readonly counted = { received: 0, sent: 0 };
  datagrams = 0;
  /** Called after every step. */
  check: () => void = () => {};
  /** Called with every datagram before it is sent, for mutation. */
  onSend: (from: "client" | "server", bytes: Uint8Array) => void = () => {};

  constructor(options: {
    readonly random: SeededRandom;
    readonly client: Endpoint;
    readonly server: Endpoint;
    readonly up: LinkOptions;
    readonly down: LinkOptions;
  }) {
    this.#random = options.random;
    this.#link = { up: options.up, down: options.down };
    this.#nodes = {
      client: { name: "client", endpoint: options.client, clockOffset: 0 },
      server: { name: "server", endpoint: options.server, clockOffset: 0 },
    };
  }

  get now(): number {
    return this.#now;
  }

  get client(): Node {
    return this.#nodes.client;
  }

  get server(): Node {
    return this.#nodes.server;
  }

  timeOf(node: Node): number {
    return this.#now + node.clockOffset;
  }

  /** The NAT forgets: the server sees another port, or another host. */
  rebind(): void {
    this.#natPort++;
  }

  blackHole(forMs: number): void {
    this.#blackHoleUntil = this.#now + forMs;
  }

  /** What one side sends is lost for a while. */
  blackHoleFrom(side: "client" | "server", forMs: number): void {
    this.#silent[side] = this.#now + forMs;
  }

  /** Another process answers at the server's address from now on. */
  replaceServer(endpoint: Endpoint): void {
    this.#nodes = { ...this.#nodes, server: { name: "server", endpoint, clockOffset: 0 } };
  }

  setMtu(mtu: number): void {
    this.#link.up = { ...this.#link.up, mtu };
    this.#link.down = { ...this.#link.down, mtu };
  }

  /** The client's own addresses: `migrate` uses the next one. */
  clientAddress(port: number): PathAddress {
    return { local: `10.0.0.1:${port}`, remote: SERVER_ADDRESS };
  }

  /** Sends what both have to send. */
  flush(): void {
    this.#transmit(this.#nodes.client);
    this.#transmit(this.#nodes.server);
  }

  /** Runs until `done`, or nothing is left to happen, or the time is over; returns whether `done`. */
  run(done: () => boolean, untilMs: number): boolean {
    for (let step = 0; step < RUN_STEPS_MAX; step++) {
      this.flush();
      this.check();
      if (done()) return true;
      if (!this.#advance(untilMs)) return false;
    }
    return false;
  }

  #advance(untilMs: number): boolean {
    const { client, server } = this.#nodes;
    const next = this.#queue[0];
    const clientAt = client.endpoint.deadline - client.clockOffset;
    const serverAt = server.endpoint.deadline - server.clockOffset;
    const at = Math.min(next?.at ?? Number.POSITIVE_INFINITY, clientAt, serverAt);
    if (at > untilMs) {
      this.#now = untilMs;
      return false;
    }
    this.#now = Math.max(this.#now, at);
    if (next !== undefined && next.at <= this.#now) this.#deliver();
    else if (clientAt <= this.#now) wakeAtDeadline(client, this.timeOf(client));
    else wakeAtDeadline(server, this.timeOf(server));
    return true;
  }

  #deliver(): void {
    const next = pop(this.#queue);
    if (next === undefined) return;
    const { to, bytes, address } = next;
    if (to.name === "server" && address.remote === "198.51.100.7:5000") this.counted.received += bytes.length;
    to.endpoint.receive(this.timeOf(to), bytes, { address });
  }

  #transmit(node: Node): void {
    for (;;) {
      const transmit = node.endpoint.transmit(this.timeOf(node), this.#buffer);
      if (transmit === undefined) return;
      for (let at = 0; at < transmit.length; at += transmit.segmentBytes) {
        const bytes = this.#buffer.slice(at, Math.min(transmit.length, at + transmit.segmentBytes));
        this.datagrams++;
        if (node.name === "client") this.#clientPort = Number(transmit.address.local.split(":")[1] ?? "1");
        if (transmit.address.remote === "198.51.100.7:5000") this.counted.sent += bytes.length;
        this.onSend(node.name, bytes);
        this.#carry(node, bytes, transmit.address);
      }
    }
  }

  #carry(from: Node, bytes: Uint8Array, address: PathAddress): void {
    const random = this.#random;
    const direction = from.name === "client" ? "up" : "down";
    const link = this.#link[direction];
    const silent = this.#now < Math.max(this.#blackHoleUntil, this.#silent[from.name]);
    const lost =
      silent || address.remote === this.unreachable || bytes.length + 28 > link.mtu || random.chance(link.loss);
    const depart = this.#queueFor(direction, bytes.length, link);
    if (lost || depart === undefined) return;
    const to = from.name === "client" ? this.#nodes.server : this.#nodes.client;
    const seen = this.#translate(from, address);
    if (seen === undefined) return;
    const copies = random.chance(link.duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const carried = bytes.slice();
      if (random.chance(link.corruption)) {
        const at = random.between(0, carried.length - 1);
        carried[at] = (carried[at] ?? 0) ^ (1 << random.between(0, 7));
      }
      const at = depart + link.delayMs + random.unit() * link.jitterMs;
      push(this.#queue, { at, order: this.#order++, to, bytes: carried, address: seen });
    }
  }

  /** The time at which the last byte is out; `undefined` when the queue is full. */
  #queueFor(direction: "up" | "down", bytes: number, link: LinkOptions): number | undefined {
    if (link.rate === Number.POSITIVE_INFINITY) return this.#now;
    const start = Math.max(this.#now, this.#freeAt[direction]);
    if ((start - this.#now) * link.rate > link.queueBytes) return undefined;
    this.#freeAt[direction] = start + bytes / link.rate;
    return this.#freeAt[direction];
  }

  /** The NAT: every address of the client gets a port of its own; what goes to a forgotten one is lost. */
  #translate(from: Node, address: PathAddress): PathAddress | undefined {
    if (from.name === "client") {
      const port = this.#natPort + 100 * (this.#clientPort - 1);
      return { local: SERVER_ADDRESS, remote: `198.51.100.7:${port}` };
    }
    const port = Number(address.remote.split(":")[1] ?? "0") - this.#natPort;
    if (port < 0 || port % 100 !== 0) return undefined;
    return this.clientAddress(1 + port / 100);
  }
}

/** Adding and taking away an offset may lose the last bit of a time. */
const wakeAtDeadline = ({ endpoint }: Node, now: number): void => endpoint.onDeadline(Math.max(now, endpoint.deadline));

const before = (a: Delivery, b: Delivery): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap, since jitter reorders. */
function push(heap: Delivery[], delivery: Delivery): void {
  heap.push(delivery);
  let index = heap.length - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(delivery, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = delivery;
}

function pop(heap: Delivery[]): Delivery | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    const child = right !== undefined && left !== undefined && before(right, left) ? right : left;
    if (child === undefined || !before(child, last)) break;
    const childIndex = child === left ? 2 * index + 1 : 2 * index + 2;
    heap[index] = child;
    index = childIndex;
  }
  heap[index] = last;
  return first;
}

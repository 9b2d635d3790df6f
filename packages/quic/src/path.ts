/** One path, a pair of addresses, with all that is measured on it: RFC 9000 sections 8, 9 and 14, RFC 9002. */
import { Bbr } from "./congestion/bbr.ts";
import type { CongestionAlgorithm, CongestionController } from "./congestion/congestion-controller.ts";
import { Cubic } from "./congestion/cubic.ts";
import { DeliveryRate } from "./delivery-rate.ts";
import { DATAGRAM_BYTES_MIN, PATH_RESPONSES_MAX } from "./limits.ts";
import { MtuDiscovery } from "./mtu-discovery.ts";
import { Pacer } from "./pacer.ts";
import { PathValidation } from "./path-validation.ts";
import type { RemoteId } from "./remote-ids.ts";
import { Rtt } from "./rtt.ts";

/** Both ends of a path as `host:port`; an endpoint on one unconnected socket may leave `local` empty. */
export type PathAddress = { readonly local: string; readonly remote: string };

export const samePath = (a: PathAddress, b: PathAddress): boolean => a.remote === b.remote && a.local === b.local;

/** Only the port differs, as after a NAT has forgotten its binding (RFC 9000 section 9.4). */
export const sameHost = (a: PathAddress, b: PathAddress): boolean => hostOf(a.remote) === hostOf(b.remote);

const hostOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf(":")));

export type PathOptions = {
  readonly algorithm: CongestionAlgorithm;
  readonly datagramBytesMax: number;
  readonly initialRttMs: number;
  readonly ecn: boolean;
};

/** Section 8.1: what an address may get before it has answered. */
const AMPLIFICATION_FACTOR = 3;

export class Path {
  readonly address: PathAddress;
  readonly congestion: CongestionController;
  readonly rtt: Rtt;
  readonly pacer = new Pacer(DATAGRAM_BYTES_MIN);
  readonly mtu: MtuDiscovery;
  readonly rate = new DeliveryRate();
  readonly validation = new PathValidation();
  /** PATH_CHALLENGE data to be answered on this path. */
  readonly responses: Uint8Array[] = [];
  /** What packets on this path are addressed to. */
  remoteId: RemoteId;
  /** The peer has shown that it receives at this address. */
  validated: boolean;
  bytesInFlight = 0;
  /** RFC 9000 section 13.4.2: packets are marked until the path turns out to garble marks. */
  ecn: boolean;
  ectSent = 0;
  #received = 0;
  #sent = 0;
  readonly #leastBytes: number;

  /** `leastBytes`: with less allowance nothing is sent; the first path's packets are of no use to a handshake in pieces. */
  constructor(
    address: PathAddress,
    remoteId: RemoteId,
    options: PathOptions & { readonly validated: boolean; readonly leastBytes: number },
  ) {
    this.#leastBytes = options.leastBytes;
    this.address = address;
    this.remoteId = remoteId;
    this.rtt = new Rtt(options.initialRttMs);
    this.mtu = new MtuDiscovery(options.datagramBytesMax);
    this.congestion = options.algorithm === "bbr" ? new Bbr(DATAGRAM_BYTES_MIN) : new Cubic(DATAGRAM_BYTES_MIN);
    this.validated = options.validated;
    this.ecn = options.ecn;
  }

  /** Bytes that may be sent to this address, validated or not. */
  get allowance(): number {
    return this.validated ? Number.POSITIVE_INFINITY : AMPLIFICATION_FACTOR * this.#received - this.#sent;
  }

  get maySend(): boolean {
    return this.allowance >= this.#leastBytes;
  }

  get sentBytes(): number {
    return this.#sent;
  }

  get receivedBytes(): number {
    return this.#received;
  }

  onDatagramReceived(bytes: number): void {
    this.#received += bytes;
  }

  onDatagramSent(bytes: number): void {
    this.#sent += bytes;
  }

  /** Bytes that congestion control lets go now. */
  get windowRoom(): number {
    return this.congestion.window - this.bytesInFlight;
  }

  challenge(data: Uint8Array): void {
    if (this.responses.length < PATH_RESPONSES_MAX) this.responses.push(data.slice());
  }

  setDatagramBytes(): void {
    this.congestion.onDatagramBytes(this.mtu.current);
  }
}

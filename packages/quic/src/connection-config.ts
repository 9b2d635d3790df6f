/** What an application chooses of a connection; everything has a default. */
import type { CongestionAlgorithm } from "./congestion/congestion-controller.ts";
import {
  CONNECTION_WINDOW_BYTES,
  CONNECTION_WINDOW_BYTES_MAX,
  CONNECTION_WRITE_BYTES_MAX,
  DATAGRAM_BYTES_MAX,
  STREAM_WINDOW_BYTES,
  STREAM_WINDOW_BYTES_MAX,
  STREAMS_MAX,
} from "./limits.ts";
import { nodeCipherProvider } from "./node-ciphers.ts";
import type { CipherProvider } from "./packet-protection.ts";
import type { StreamLimits } from "./streams.ts";
import { Version } from "./version.ts";

export type ConnectionConfig = StreamLimits & {
  readonly ciphers: CipherProvider;
  /** Those we speak, best first. A client starts with the first. */
  readonly versions: readonly Version[];
  readonly congestion: CongestionAlgorithm;
  /** Largest UDP payload that path MTU discovery tries. */
  readonly datagramBytesMax: number;
  /** Assumed of a path before it is measured. RFC 9002 recommends 333; a third of a second more for a lost first flight is long. */
  readonly initialRttMs: number;
  readonly handshakeTimeoutMs: number;
  /** 0: never. */
  readonly idleTimeoutMs: number;
  /** A PING after so much silence; 0: none. */
  readonly keepAliveMs: number;
  readonly maxAckDelayMs: number;
  /** Mark packets ECT(0) and read marks; only where the socket can. */
  readonly ecn: boolean;
  /** RFC 9221: largest DATAGRAM frame that we take; 0: none. */
  readonly datagramFrameBytesMax: number;
  /** RFC 9287: tell the peer that the fixed bit may vary, and vary it if the peer said so. */
  readonly greaseFixedBit: boolean;
  readonly disableActiveMigration: boolean;
  /** Hears by how many bytes the written ones have grown, or shrunk, that are kept until the peer acknowledges them. */
  readonly onHeldBytes: (change: number) => void;
};

export const defaultConnectionConfig: ConnectionConfig = {
  ciphers: nodeCipherProvider,
  versions: [Version.one, Version.two],
  congestion: "bbr",
  datagramBytesMax: DATAGRAM_BYTES_MAX,
  initialRttMs: 150,
  handshakeTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  keepAliveMs: 0,
  maxAckDelayMs: 25,
  ecn: false,
  datagramFrameBytesMax: 0,
  greaseFixedBit: true,
  disableActiveMigration: false,
  onHeldBytes: () => {},
  streamsMax: STREAMS_MAX,
  unidirectionalStreamsMax: STREAMS_MAX,
  streamWindowBytes: STREAM_WINDOW_BYTES,
  streamWindowBytesMax: STREAM_WINDOW_BYTES_MAX,
  connectionWindowBytes: CONNECTION_WINDOW_BYTES,
  connectionWindowBytesMax: CONNECTION_WINDOW_BYTES_MAX,
  connectionWriteBytesMax: CONNECTION_WRITE_BYTES_MAX,
};

/** Figures of a connection, for benches, logs and people. */
import type { ConnectionState } from "./connection-state.ts";
import type { Path } from "./path.ts";

export type ConnectionStats = {
  readonly roundTripMs: number;
  readonly leastRoundTripMs: number;
  readonly congestion: string;
  readonly windowBytes: number;
  readonly bytesInFlight: number;
  /** On the active path. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Until then a server sends no more than three times what it received. */
  readonly addressValidated: boolean;
  readonly datagramBytes: number;
  readonly streams: number;
  readonly keyUpdates: number;
  readonly version: number;
  /** Stream bytes counted by flow control, and the limit that we gave. */
  readonly streamBytesReceived: number;
  readonly receiveLimit: number;
};

export const connectionStats = (state: ConnectionState, path: Path): ConnectionStats => ({
  roundTripMs: path.rtt.smoothed,
  leastRoundTripMs: path.rtt.minimum,
  congestion: path.congestion.name,
  windowBytes: path.congestion.window,
  bytesInFlight: path.bytesInFlight,
  sentBytes: path.sentBytes,
  receivedBytes: path.receivedBytes,
  addressValidated: path.validated,
  datagramBytes: path.mtu.current,
  streams: state.streams.count,
  keyUpdates: state.oneRtt?.updates ?? 0,
  version: state.version,
  streamBytesReceived: state.streams.receivedBytes,
  receiveLimit: state.streams.receiveLimit,
});

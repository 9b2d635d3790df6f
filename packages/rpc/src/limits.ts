/** Every limit of RPC. */
export const rpcLimits = {
  /** Calls that one connection may have in flight at a server. */
  concurrentCallsMax: 100,
  /** A request must have arrived whole by then: a peer that dribbles loses its stream. */
  requestArrivalMs: 20_000,
  /** What one push may carry. */
  pushBytesMax: 64 * 1024,
} as const;

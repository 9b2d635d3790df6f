/** The interfaces between transports and RPC, and an in-memory pair that implements them. */
export { type CloseReason, type Connection, type Listener, type Stream, StreamError } from "./connection.ts";
export { MemoryListener } from "./memory-listener.ts";
export { type MemoryPairOptions, memoryPair } from "./memory-pair.ts";

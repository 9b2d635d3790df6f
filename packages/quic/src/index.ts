/** QUIC without I/O: RFC 9000, 9001, 9002, 9221, 8899, 9287, 9368, 9369 and 9438 as functions of datagrams and time. */
export type { CongestionAlgorithm } from "./congestion/congestion-controller.ts";
export { QuicConnection } from "./connection.ts";
export { type ConnectionConfig, defaultConnectionConfig } from "./connection-config.ts";
export type { ConnectionEnd, ConnectionEvent } from "./connection-event.ts";
export type { Random } from "./connection-state.ts";
export type { ConnectionStats } from "./connection-stats.ts";
export { type ConnectOptions, Endpoint, type EndpointOptions, type ReceiveOptions } from "./endpoint.ts";
export { headerProtectionKey, nextSecret, packetKeys } from "./key-schedule.ts";
export { nodeCipherProvider } from "./node-ciphers.ts";
export type { CipherProvider, PacketProtector, PacketProtectorOptions } from "./packet-protection.ts";
export type { PathAddress } from "./path.ts";
export type { QlogSink } from "./qlog.ts";
export type { ReadResult } from "./receive-stream.ts";
export type { EcnCodepoint } from "./received-packets.ts";
export type { ServerOptions } from "./server-door.ts";
export {
  CipherSuite,
  type CipherSuiteId,
  type TlsFacts,
  type TlsHandshake,
  type TlsHandshakeFactory,
  type TlsLevel,
  type TlsOutput,
  type TlsSecret,
  type TlsStep,
} from "./tls-handshake.ts";
export type { Transmit } from "./transmitter.ts";
export { TransportErrorCode } from "./transport-error.ts";
export { Version } from "./version.ts";

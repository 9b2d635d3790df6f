/** QUIC without I/O: RFC 9000, 9001, 9002, 9221, 8899, 9287, 9368, 9369 and 9438 as functions of datagrams and time. */
export type { CipherProvider, PacketProtector, PacketProtectorOptions } from "./packet-protection.ts";
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
export { Version } from "./version.ts";

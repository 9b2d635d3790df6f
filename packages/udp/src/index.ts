/** UDP sockets for QUIC: batches, segmentation offload and ECN where the kernel has them, `node:dgram` elsewhere. */
export { formatAddress, type HostAndPort, parseAddress } from "./address.ts";
export { type BindOptions, bind } from "./bind.ts";
export { UdpBindError } from "./udp-bind-error.ts";
export type { Datagram, Ecn, SendOptions, UdpCapabilities, UdpHandlers, UdpSocket } from "./udp-socket.ts";

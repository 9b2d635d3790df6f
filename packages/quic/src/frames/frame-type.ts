/** Frame types: RFC 9000 section 12.4, table 3, and RFC 9221 section 4. */

export const FrameType = {
  padding: 0x00,
  ping: 0x01,
  ack: 0x02,
  ackEcn: 0x03,
  resetStream: 0x04,
  stopSending: 0x05,
  crypto: 0x06,
  newToken: 0x07,
  stream: 0x08,
  streamLast: 0x0f,
  maxData: 0x10,
  maxStreamData: 0x11,
  maxStreamsBidirectional: 0x12,
  maxStreamsUnidirectional: 0x13,
  dataBlocked: 0x14,
  streamDataBlocked: 0x15,
  streamsBlockedBidirectional: 0x16,
  streamsBlockedUnidirectional: 0x17,
  newConnectionId: 0x18,
  retireConnectionId: 0x19,
  pathChallenge: 0x1a,
  pathResponse: 0x1b,
  connectionClose: 0x1c,
  applicationClose: 0x1d,
  handshakeDone: 0x1e,
  datagram: 0x30,
  datagramWithLength: 0x31,
} as const;

/** Frames that Initial and Handshake packets may carry. */
export const allowedInHandshake = (type: number): boolean =>
  type <= FrameType.ackEcn || type === FrameType.crypto || type === FrameType.connectionClose;

/** Frames that leave a path "probing" (RFC 9000 section 9.1): any other one moves the connection to it. */
export const isProbing = (type: number): boolean =>
  type === FrameType.padding ||
  type === FrameType.newConnectionId ||
  type === FrameType.pathChallenge ||
  type === FrameType.pathResponse;

export const isAckEliciting = (type: number): boolean =>
  type !== FrameType.padding &&
  type !== FrameType.ack &&
  type !== FrameType.ackEcn &&
  type !== FrameType.connectionClose &&
  type !== FrameType.applicationClose;

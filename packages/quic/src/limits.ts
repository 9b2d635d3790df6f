/** Every bound of the transport, and what happens at it. Memory and work of a connection follow from these. */

/** RFC 9000 section 14: every path carries datagrams of this size. */
export const DATAGRAM_BYTES_MIN = 1200;
/** The largest that path MTU discovery tries by default: Ethernet, IPv6 and UDP headers taken off. */
export const DATAGRAM_BYTES_MAX = 1452;

/** Our connection ids: random, one length, so that short headers can be read. */
export const CONNECTION_ID_BYTES = 8;
/** Connection ids that we let the peer hold, and hold of the peer. Beyond: CONNECTION_ID_LIMIT_ERROR. */
export const CONNECTION_IDS_MAX = 4;
/** Retirements that may wait for an acknowledgement. Beyond: CONNECTION_ID_LIMIT_ERROR. */
export const RETIREMENTS_PENDING_MAX = 32;

/** Out-of-order handshake bytes. Beyond: CRYPTO_BUFFER_EXCEEDED. */
export const CRYPTO_BUFFER_BYTES_MAX: number = 64 * 1024;
/** Session tickets that a server may send in vain. Beyond: CRYPTO_BUFFER_EXCEEDED. */
export const TICKET_BYTES_MAX: number = 64 * 1024;
/** Ranges with gaps between them in one stream or handshake. Beyond: INTERNAL_ERROR. */
export const STREAM_RANGES_MAX = 4096;
/** Ranges of packet numbers remembered and acknowledged; the lowest are forgotten. */
export const ACK_RANGES_MAX = 64;

/** Packets kept until the keys for them come; more are dropped. */
export const UNDECRYPTABLE_PACKETS_MAX = 10;
/** Coalesced packets that are read from one datagram; the rest is ignored. */
export const COALESCED_PACKETS_MAX = 8;

/** Streams that the peer may have open at once, of each kind. Beyond: STREAM_LIMIT_ERROR. */
export const STREAMS_MAX = 100;
/** What the peer may send before we read it: where a stream and a connection start, and where tuning stops. */
export const STREAM_WINDOW_BYTES: number = 256 * 1024;
export const STREAM_WINDOW_BYTES_MAX: number = 4 * 1024 * 1024;
export const CONNECTION_WINDOW_BYTES: number = 512 * 1024;
export const CONNECTION_WINDOW_BYTES_MAX: number = 8 * 1024 * 1024;
/** Bytes of a stream that wait to be sent for the first time; a write takes no more. */
export const SEND_BUFFER_BYTES: number = 64 * 1024;
/** Bytes of all streams of a connection that were written and not acknowledged; a write takes no more. */
export const CONNECTION_WRITE_BYTES_MAX: number = 8 * 1024 * 1024;
/** Bytes that congestion control may have in flight. */
export const CONGESTION_WINDOW_BYTES_MAX: number = 16 * 1024 * 1024;

/** Datagrams of RFC 9221 that wait to be sent or read; the oldest give way. */
export const DATAGRAMS_QUEUED_MAX = 64;
/** Events that wait for the application besides those of streams; a peer that causes more: INTERNAL_ERROR. */
export const EVENTS_QUEUED_MAX = 8192;
/** Control frames that wait to be sent. Beyond: INTERNAL_ERROR. */
export const CONTROL_FRAMES_MAX = 4096;

/** Paths besides the active one that are being probed; for further ones the oldest gives way. */
export const PATHS_MAX = 4;
/** Times that a peer's address may change within the window below; later changes wait for the next window. */
export const ADDRESS_CHANGES_MAX = 32;
export const ADDRESS_CHANGES_WINDOW_MS = 10_000;
/** PATH_RESPONSE frames that wait on one path; further challenges are ignored. */
export const PATH_RESPONSES_MAX = 4;
export const PATH_CHALLENGES_MAX = 8;

/** Lost packets remembered to tell spurious losses. */
export const LOST_PACKETS_REMEMBERED_MAX = 1024;
/** PTO doublings, and the longest pause between probes while the round trip is shorter. */
export const PTO_BACKOFF_MAX = 10;
export const PROBE_INTERVAL_MS_MAX = 1500;
/** Segments of one batch: what Linux takes for UDP_SEGMENT. */
export const BATCH_DATAGRAMS_MAX = 64;
/** And its bytes: one UDP payload, over IPv6. */
export const BATCH_BYTES_MAX = 65_487;

/** RFC 9001 section 6.6 (and appendix B): packets sealed and failed to open under one key. */
export const AES_GCM_SEALED_MAX: number = 2 ** 23;
export const CHACHA20_SEALED_MAX: number = 2 ** 40;
export const AES_GCM_FORGED_MAX: number = 2 ** 52;
export const CHACHA20_FORGED_MAX: number = 2 ** 36;

/** Connections of an endpoint, and those of them whose handshake goes on. Beyond: CONNECTION_REFUSED. */
export const CONNECTIONS_MAX = 65_536;
export const HANDSHAKES_MAX = 4096;
/** Handshakes at once from which a server demands a Retry. */
export const RETRY_FROM_HANDSHAKES = 512;
/** Stateless answers (version negotiation, Retry, reset, refusal) that wait to be sent; more are not made. */
export const STATELESS_QUEUED_MAX = 256;
/** Stateless resets sent in a second. */
export const STATELESS_RESETS_PER_SECOND = 100;
/** Lifetime of tokens: of a Retry, and of NEW_TOKEN for later connections. */
export const RETRY_TOKEN_MS = 15_000;
export const NEW_TOKEN_MS: number = 24 * 3600 * 1000;
export const TOKEN_BYTES_MAX = 512;

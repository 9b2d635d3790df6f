/** The bounds of a socket. */

/** What the kernel is asked to hold for a socket, each way. It may grant less. */
export const SOCKET_BUFFER_BYTES: number = 4 * 1024 * 1024;
/** The largest UDP payload over IPv4, and so the most that segments of one message may be together. */
export const MESSAGE_BYTES_MAX = 65_507;
/** Segments of one message: what Linux takes for UDP_SEGMENT. */
export const SEGMENTS_MAX = 64;

/** Bytes and messages that wait to be sent. Beyond: `reserve` yields nothing until `onWritable`. */
export const SEND_BYTES_MAX: number = 512 * 1024;
export const SEND_MESSAGES_MAX = 256;
/** Pieces of memory of that size that are kept for the next socket which has something to send. */
export const SPARE_SEND_MEMORIES = 4;

/** Messages that one system call receives, with their sizes with and without segmentation offload. */
export const RECEIVE_MESSAGES = 16;
export const RECEIVE_MESSAGE_BYTES: number = 64 * 1024;
/** System calls of one wake, so that a flood leaves time for others. */
export const RECEIVE_CALLS_MAX = 8;

/** Addresses remembered in both forms, text and `sockaddr`; at the bound all are forgotten. */
export const ADDRESSES_REMEMBERED_MAX = 8192;
/** Wait before a socket that the event loop has given up is watched again. */
export const WATCH_AGAIN_MS = 10;

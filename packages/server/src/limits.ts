/** Every limit of the server, in counts, bytes, milliseconds, hours. `startServer` takes others for an operator who needs them. */
import { limits as protocolLimits } from "@quicprochat/protocol";

const { mailboxCellsMax, mailboxBytesMax, doorOpenCellsMax, doorKeyedCellsMax } = protocolLimits;

export const limits = {
  /** What one mailbox and each lane of one door hold. */
  mailboxCellsMax,
  mailboxBytesMax,
  doorOpenCellsMax,
  doorKeyedCellsMax,
  /** Connections at once: of all peers, and of one address prefix. */
  connectionsMax: 4_096,
  connectionsPerPrefixMax: 1_024,
  /** Of one prefix, once half of all places are taken. */
  connectionsPerPrefixWhenBusyMax: 64,
  /** A connection must have said its class by then. */
  helloMs: 10_000,
  /** An errand is over by then. */
  errandMs: 60_000,
  /** Calls of one connection under way at once. */
  callsPerConnectionMax: 32,
  /** Payload bytes of all calls of one connection that are under way. */
  requestBytesPerConnectionMax: 5 * 1024 * 1024,
  /** Bytes of requests and responses under way: of all connections, of one prefix, and of one once half of all is taken. */
  callBytesMax: 256 * 1024 * 1024,
  callBytesPerPrefixMax: 64 * 1024 * 1024,
  callBytesPerPrefixWhenBusyMax: 8 * 1024 * 1024,
  /** Calls within a sliding second. */
  callsPerSecondPerPrefix: 50,
  callsPerSecondPerConnection: 50,
  enqueuesPerSecondPerMailbox: 200,
  /** Log-ins to one name, known or not, and registrations from one address prefix, within a sliding minute. */
  loginsPerMinutePerName: 20,
  registrationsPerMinutePerPrefix: 30,
  /** Private mailboxes made, and bytes stored (a cell counts for each of its addresses), from one prefix in a sliding minute. */
  mailboxesPerMinutePerPrefix: 120,
  storedBytesPerMinutePerPrefix: 256 * 1024 * 1024,
  /** Calls refused for their rate within a sliding minute before the connection is closed: whoever waits as told has few. */
  rateRefusalsPerMinute: 3_000,
  /** Addresses, names and prefixes that a rate limit remembers. */
  rateEntriesMax: 100_000,
  /** Private mailboxes that one connection reads. */
  attachedMailboxesMax: 64,
  /** Cell bytes in one answer to a fetch: more follow with the next. */
  fetchBytesMax: 1024 * 1024,
  /** Answers that tell nothing by their time are held to the next multiple of this. */
  answerStepMs: 5,
  /** What a caller is told to wait when the disk is full or the queue of the store is. */
  retryAfterMs: 1_000,
  /** What one operation counts for at most among the bytes that wait. */
  storeOperationBytesMax: 16 * 1024 * 1024,
  /** Operations that share one fsync, and operations and bytes that may wait for their turn. */
  storeBatchMax: 128,
  storeQueueMax: 8_192,
  storeQueueBytesMax: 64 * 1024 * 1024,
  /** Rows that one step of the upkeep deletes, pages that it gives back, steps of one round, and how often it runs. */
  expireRowsMax: 500,
  vacuumPagesMax: 2_000,
  upkeepStepsMax: 1_000,
  upkeepMs: 10 * 60 * 1000,
  /** How long a claimed package is remembered, so that publishing it again does not give it twice. */
  claimedPackageKeptHours: 90 * 24,
  /** A database up to this size is checked whole when it is opened. */
  checkedDatabaseBytesMax: 128 * 1024 * 1024,
  /** The calls in flight have this long to end when the server stops. */
  drainMs: 30_000,
  controlConnectionsMax: 8,
  controlRequestBytesMax: 1_024,
  controlMs: 5_000,
} as const;

export type ServerLimits = { readonly [Name in keyof typeof limits]: number };

export type Caps = Pick<ServerLimits, "mailboxCellsMax" | "mailboxBytesMax" | "doorOpenCellsMax" | "doorKeyedCellsMax">;

/** Every limit of a client, in bytes, counts and milliseconds. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const limits = {
  // Envelopes
  credentialBytesMax: 1_024,
  /** A commit and the proposals that it refers to. */
  entryMessagesMax: 1_024,
  /** UTF-8 bytes of a group's title. */
  titleBytesMax: 256,
  /** Ids of messages seen that one message names. */
  parentsMax: 8,

  // Vault
  vaultKeyBytesMax: 255,
  /** Hashes of buckets that are remembered: each write asks for one twice. */
  vaultBucketsKnownMax: 1_024,
  /** A header that asks for more than that is damaged, and not a reason to use up the machine. */
  vaultMemoryKiBMax: 4 * 1024 * 1024,
  vaultPassesMax: 64,
  vaultLanesMax: 64,
  /** Writes under scopes after which the log goes: used ratchets are not left in it until the epoch ends. */
  vaultScopedWritesMax: 64,

  // Connections
  dialMs: 10 * SECOND,
  /** Pauses between attempts to connect double from the first to the second, each shortened at random. */
  reconnectMsMin: 500,
  reconnectMsMax: 30 * SECOND,
  /** A `send` connection without calls is closed after a random time between these. */
  sendIdleMsMin: 60 * SECOND,
  sendIdleMsMax: 120 * SECOND,
  errandMs: 60 * SECOND,
  /** Every source is looked at that often, should a push have been lost. */
  wakeMs: 60 * SECOND,

  // Account
  keyPackageLifetimeMs: 90 * DAY,
  /** Peers' clocks may be behind. */
  keyPackageSkewMs: 24 * HOUR,
  lastResortRenewMs: 7 * DAY,
  /** An earlier last resort is answered for so long. */
  lastResortKeptMs: 37 * DAY,
  /** One-time KeyPackages with their secrets, claimed ones too: who claims without end must not fill the disk. */
  keyPackagesKeptMax: 500,
  /** KeyPackages in one publishing call: each is some 3 KiB, and a whole stock fits. */
  keyPackagesPerCall: 128,
  /** Key stretching that a server may ask for. */
  stretchingMemoryKiBMax: 1024 * 1024,
  stretchingPassesMax: 16,
  stretchingLanesMax: 16,

  // Groups
  groupIdBytes: 32,
  /** Ids drawn to come below one: each beginning anew halves what is left. */
  groupIdDrawsMax: 4_096,
  /** Epochs whose messages are still read, and for how long after they have ended. */
  pastEpochsMax: 5,
  pastEpochMsMax: 7 * DAY,
  /** How often epochs are looked for whose time is over. */
  upkeepMs: HOUR,
  /** After so long without a connection every group's slots are looked at, and after the second none can be followed. */
  absenceMs: DAY,
  absenceMsMax: 60 * DAY,
  /** After as many void entries in a row nobody waits for a better one. */
  voidAttemptsMax: 16,
  /** What is left of the largest cell for a Welcome: HPKE, credential and signature come beside it. */
  welcomeBytesMax: 62_000,
  /** Slots that one intent may lose to others before it is given up for now. */
  commitAttemptsMax: 64,
  /** After a commit that failed for good its group is left alone for so long. */
  commitRestMs: MINUTE,
  /** A joiner brings keys of its own within a minute; several that join at once spread over this time. */
  refreshAfterJoinMsMax: 20 * SECOND,
  /** In a group of more leaves than this, over a day. */
  smallGroupLeaves: 32,
  refreshLargeGroupMsMax: DAY,
  /** Slots read in one walk. */
  walkSlotsMax: 1_000,
  walkPauseMs: 5 * SECOND,

  /** Names that are looked up one after the other; the rest wait for the next tick. */
  namesAtOnce: 8,

  // Messages
  /** How far a received counter may be ahead of the highest that was seen. */
  counterStepMax: 2n ** 32n,
  heldCellsMax: 64,
  heldMsMax: 7 * DAY,
  /** Cells at the door that are tried before anything else may go on. */
  doorCellsPerStep: 2,
  /** Addresses to which cells are sent at once. */
  deliveriesAtOnce: 8,
  /** Cells for one address that are read from the vault at once. */
  batchRowsMax: 64,
  /** Cells on their way to one address at once. */
  enqueuesAtOnce: 8,
  /** A full mailbox is tried again after that. */
  fullMailboxRestMs: MINUTE,
  /** Pauses before a call is tried again. */
  retryMsMin: 250,
  retryMsMax: 30 * SECOND,
  callAttemptsMax: 20,
  /** A message that the server has not taken by then stays in the outbox, and its sender is told. */
  sendMs: 30 * SECOND,
  /** What is still to be done when an engine closes has this long. */
  closeMs: 5 * SECOND,
  /** How often the engine looks for what has become due. */
  tickMs: SECOND,
  historyMax: 1_000_000,
  /** Rows of the history that are looked through at once. */
  historyPage: 256,
} as const;

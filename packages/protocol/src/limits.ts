/** Every limit of the protocol, in bytes, counts and milliseconds. */

export const limits = {
  /** Payload of one frame. */
  payloadBytesMax: 4 * 1024 * 1024,
  /** The four sizes that a cell may have. */
  cellBytes: [1_024, 4_096, 16_384, 65_536],
  doorCellBytesMin: 4_096,
  /** Slot entries: 4 KiB, 16 KiB, then whole multiples of 64 KiB up to this. */
  slotEntryBytesMax: 3 * 1024 * 1024,
  slotKeptDays: 90,
  addressBytes: 32,
  messageIdBytes: 16,
  deviceIdBytes: 16,
  doorKeyBytes: 16,
  tokenBytes: 104,
  enqueueAddressesMax: 1_024,
  fetchCellsMax: 64,
  mailboxCellsMax: 20_000,
  mailboxBytesMax: 256 * 1024 * 1024,
  mailboxTtlHours: 30 * 24,
  doorOpenCellsMax: 256,
  doorKeyedCellsMax: 4_096,
  keyPackagesPerDeviceMax: 100,
  keyPackageBytesMax: 16 * 1024,
  devicesPerAccountMax: 16,
  usernameLengthMin: 2,
  usernameLengthMax: 32,
  /** UTF-8 bytes of one text message: what fits the largest cell with MLS and envelope around it. */
  textBytesMax: 60_000,
  callDeadlineMs: 15_000,
  clockWarnMs: 10 * 60 * 1000,
  clockStopMs: 24 * 60 * 60 * 1000,
} as const;

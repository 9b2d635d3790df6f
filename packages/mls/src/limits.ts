/** Every limit of the MLS engine. */
export const mlsLimits = {
  /** Keys kept for messages of one sender that were skipped: key and nonce only. */
  skippedKeysPerSenderMax: 1_000,
  /** How far ahead of its ratchet a sender's generation may lie. */
  generationsAheadMax: 1_000,
  /** Past epochs whose messages still open. */
  pastEpochsMax: 5,
  /** Proposals that wait for a commit. */
  pendingProposalsMax: 1_000,
  /** Leaves of a ratchet tree: what a decoder lays out at most. */
  leavesMax: 65_536,
} as const;

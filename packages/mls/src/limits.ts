/** Every limit of the engine, in counts and bytes. */

export const limits = {
  /** Leaves of a tree, blank ones included. */
  leavesMax: 65_536,
  /** Generations that a sender may skip, and message keys kept for skipped ones, for each sender and epoch. */
  skippedGenerationsMax: 1_000,
  /** Past epochs whose application messages still decrypt. */
  pastEpochs: 5,
  /** Epochs whose resumption PSK is kept for use in later proposals. */
  resumptionPsks: 16,
  /** Proposals that wait for a commit, in one epoch. */
  pendingProposalsMax: 4_096,
  /** Output of the exporter. */
  exportBytesMax: 255 * 32,
  /** A KeyPackage's lifetime, end to end: one quarter, as section 7.3 asks of applications to fix. */
  lifetimeSecondsMax: 100n * 24n * 60n * 60n,
  /** A lifetime without end: the first leaf of a group is never judged by it. */
  lifetimeSecondsEver: 0xffff_ffff_ffff_ffffn,
  /** Members of a group whose clocks differ. */
  clockSkewSeconds: 24n * 60n * 60n,
} as const;

/** What the server counts. Nothing here can carry an account, a mailbox, an address or a token: there is no argument for it. */
import type { EnqueueOutcome, RefusalCode } from "@quicprochat/protocol";

/** Which limit somebody ran into. */
export type RateKind = "connection" | "calls" | "enqueues" | "logins" | "registrations" | "mailboxes" | "stored_bytes";

export type Answered = {
  /** A method of the protocol, or `unknown`. */
  readonly method: string;
  /** `fault`: an error of ours. */
  readonly outcome: "ok" | "fault" | RefusalCode;
  readonly seconds: number;
};

export type Metrics = {
  readonly answered: (call: Answered) => void;
  /** One cell at one address. */
  readonly enqueued: (outcome: EnqueueOutcome, bytes: number) => void;
  readonly keyPackagesUploaded: (count: number) => void;
  readonly rateLimitHit: (kind: RateKind) => void;
  /** The disk is full, or does not answer. */
  readonly storeRefused: () => void;
  /** From asking the store to its answer, for whatever. */
  readonly storeAnswered: (seconds: number) => void;
};

const ignore = (): void => {};

/** For a server that nobody measures. */
export const noMetrics: Metrics = {
  answered: ignore,
  enqueued: ignore,
  keyPackagesUploaded: ignore,
  rateLimitHit: ignore,
  storeRefused: ignore,
  storeAnswered: ignore,
};

/** What is looked up when somebody asks. */
export type Gauges = {
  readonly connections: () => number;
  readonly subscriptions: () => number;
  /** Cells that wait, in all mailboxes and doors together. */
  readonly cells: () => Promise<number>;
};

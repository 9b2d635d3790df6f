/** What the server says about itself. Never an account, a mailbox, the address of a person or a secret. */

export type LogLine = {
  /** Unix time in milliseconds. */
  readonly time: number;
  readonly level: "info" | "warn" | "error";
  /** A stable word such as `listening`. */
  readonly event: string;
  readonly [field: string]: string | number | boolean;
};

export type Log = (line: LogLine) => void;

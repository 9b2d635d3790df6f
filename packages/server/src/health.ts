/** How a server is, for whoever runs it. */

export type Health = {
  readonly address: string;
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly accounts: number;
  readonly connections: number;
  readonly memoryBytes: number;
  /** `unavailable`: the last operation found no space, or a disk that does not answer. */
  readonly store: "ok" | "unavailable";
  readonly state: "serving" | "draining";
};

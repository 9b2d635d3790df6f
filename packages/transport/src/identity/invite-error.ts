/** A link that leads nowhere, and what a person can do about it. */

export class InviteError extends Error {
  readonly code = "bad_invite";

  /** `fault` completes "The link is damaged:". */
  constructor(fault: string) {
    super(`The link is damaged: ${fault}. Copy the whole link again; it looks like qpc://host:port/#1.…`);
    this.name = "InviteError";
  }
}

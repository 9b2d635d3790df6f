/** Challenges sent on one path: RFC 9000 section 8.2. */
import { equalBytes } from "@quicprochat/bytes";
import { PATH_CHALLENGES_MAX } from "./limits.ts";

/** The pause between challenges grows no further. */
const DOUBLINGS_MAX = 2;

export type PathValidationState = "idle" | "wanted" | "waiting" | "done" | "failed";

export class PathValidation {
  #state: PathValidationState = "idle";
  #sent: Uint8Array[] = [];
  #nextAt = Number.POSITIVE_INFINITY;

  get state(): PathValidationState {
    return this.#state;
  }

  /** When the next challenge, or the end of waiting, is due. */
  get deadline(): number {
    return this.#state === "waiting" ? this.#nextAt : Number.POSITIVE_INFINITY;
  }

  start(): void {
    this.#state = "wanted";
    this.#sent = [];
  }

  /** A challenge with `data` is in the packet being written; wait for `timeout` before the next. */
  onChallengeSent(now: number, data: Uint8Array, timeout: number): void {
    this.#state = "waiting";
    this.#sent.push(data);
    this.#nextAt = now + timeout * 2 ** Math.min(this.#sent.length - 1, DOUBLINGS_MAX);
  }

  /** `true` when `data` answers one of the challenges. */
  onResponse(data: Uint8Array): boolean {
    if (this.#state !== "waiting" && this.#state !== "wanted") return false;
    if (!this.#sent.some((challenge) => equalBytes(challenge, data))) return false;
    this.#state = "done";
    this.#sent = [];
    return true;
  }

  onDeadline(now: number): void {
    if (this.#state !== "waiting" || now < this.#nextAt) return;
    this.#state = this.#sent.length >= PATH_CHALLENGES_MAX ? "failed" : "wanted";
  }
}

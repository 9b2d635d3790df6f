/** Work that many may ask for and that runs once at a time: asking while it runs makes it run once more afterwards. */

export class SingleFlight {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #queued: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Settles as a run does that began after this call. */
  run(): Promise<void> {
    if (this.#running === undefined) return this.#start();
    this.#queued ??= this.#afterRunning(this.#running);
    return this.#queued;
  }

  async #start(): Promise<void> {
    const run = this.#work();
    this.#running = run;
    try {
      await run;
    } finally {
      this.#running = undefined;
    }
  }

  async #afterRunning(running: Promise<void>): Promise<void> {
    await Promise.allSettled([running]);
    this.#queued = undefined;
    // Whoever was first in line may have begun already.
    await this.run();
  }
}

/** Work that many may ask for and that runs once at a time: asking while it runs makes it run once more. */

export class SingleFlight {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #again = false;

  /** `work` must not reject: it handles its own failures. */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Resolves when a run that began after this call has ended. */
  async run(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#loop();
    } else {
      this.#again = true;
    }
    await this.#running;
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #loop(): Promise<void> {
    try {
      do {
        this.#again = false;
        await this.#work();
      } while (this.#again);
    } finally {
      this.#running = undefined;
    }
  }
}

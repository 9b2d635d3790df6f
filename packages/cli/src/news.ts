/** Tells whether messages have arrived since one last looked. */
import type { Engine } from "@quicprochat/client";

export class News implements Disposable {
  #arrived = false;
  #wake: (() => void) | undefined;
  readonly #unsubscribe: () => void;

  constructor(engine: Pick<Engine, "on">) {
    this.#unsubscribe = engine.on((event) => {
      if (event.kind !== "message") return;
      this.#arrived = true;
      this.#wake?.();
    });
  }

  /** Resolves when messages arrived since the last call, after `waitMs`, or when aborted. */
  async next(waitMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#arrived && !signal.aborted) {
      const { promise, resolve: settle } = Promise.withResolvers<void>();
      const resolve = (): void => settle();
      this.#wake = resolve;
      signal.addEventListener("abort", resolve, { once: true });
      const timer = setTimeout(resolve, waitMs);
      await promise;
      clearTimeout(timer);
      signal.removeEventListener("abort", resolve);
      this.#wake = undefined;
    }
    this.#arrived = false;
  }

  [Symbol.dispose](): void {
    this.#unsubscribe();
  }
}

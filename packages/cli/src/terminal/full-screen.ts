/** The terminal as a full screen with single keys, given back as it was found however the process ends. */
import { writeSync } from "node:fs";
import { limits } from "../limits.ts";
import { type Key, KeyDecoder } from "./keys.ts";
import { type Screen, ScreenWriter, type Size } from "./screen.ts";

/** Alternate screen, bracketed paste, no automatic line breaks. */
const ENTER = "\x1b[?1049h\x1b[?2004h\x1b[?7l\x1b[2J";
const LEAVE = "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?25h\x1b[?1049l";

type Listeners = {
  readonly onKey: (key: Key) => void;
  readonly onResize: (size: Size) => void;
  /** The terminal is gone. */
  readonly onGone: () => void;
};

export class FullScreen implements Disposable {
  readonly #listeners: Listeners;
  readonly #decoder = new KeyDecoder();
  readonly #writer = new ScreenWriter();
  #escapeTimer: NodeJS.Timeout | undefined;
  #entered = false;

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
    this.#enter();
    process.stdin.on("data", this.#onData).on("end", listeners.onGone).on("error", listeners.onGone).resume();
    process.stdout.on("resize", this.#onResize).on("error", listeners.onGone);
    process.on("exit", this.#leave);
    // Before an uncaught error is printed: on the full screen nobody would see it.
    process.on("uncaughtExceptionMonitor", this.#leave);
    process.on("SIGCONT", this.#onContinued);
  }

  get size(): Size {
    const { columns, rows } = process.stdout;
    return { columns: columns || 80, rows: rows || 24 };
  }

  show(screen: Screen): void {
    if (this.#entered) this.#write(this.#writer.bytesFor(screen));
  }

  /** Draws everything anew with the next `show`. */
  redraw(): void {
    this.#writer.reset();
    this.#write("\x1b[0m\x1b[2J");
  }

  [Symbol.dispose](): void {
    const { onGone } = this.#listeners;
    clearTimeout(this.#escapeTimer);
    process.stdin.off("data", this.#onData).off("end", onGone).off("error", onGone).pause();
    process.stdout.off("resize", this.#onResize).off("error", onGone);
    process.off("exit", this.#leave);
    process.off("uncaughtExceptionMonitor", this.#leave);
    process.off("SIGCONT", this.#onContinued);
    this.#leave();
  }

  #enter(): void {
    process.stdin.setRawMode(true);
    this.#entered = true;
    this.#write(ENTER);
  }

  readonly #leave = (): void => {
    if (!this.#entered) return;
    this.#entered = false;
    try {
      // At once, and without the error event of a stream: this may be the last thing that the process does.
      writeSync(process.stdout.fd, LEAVE);
      process.stdin.setRawMode(false);
    } catch {
      // The terminal is gone, and its modes with it.
    }
  };

  readonly #onData = (bytes: Buffer): void => {
    clearTimeout(this.#escapeTimer);
    for (const key of this.#decoder.decode(bytes)) this.#listeners.onKey(key);
    if (this.#decoder.waiting) this.#escapeTimer = setTimeout(this.#onEscapeTime, limits.escapeMs);
  };

  readonly #onEscapeTime = (): void => {
    for (const key of this.#decoder.flush()) this.#listeners.onKey(key);
  };

  /** Whoever stopped us (a shell, with SIGSTOP) has used the terminal meanwhile. */
  readonly #onContinued = (): void => {
    // The mode that it has is not set again.
    process.stdin.setRawMode(false);
    this.#enter();
    this.#onResize();
  };

  readonly #onResize = (): void => {
    this.redraw();
    this.#listeners.onResize(this.size);
  };

  #write(text: string): void {
    if (text === "") return;
    try {
      process.stdout.write(text);
    } catch {
      this.#listeners.onGone();
    }
  }
}

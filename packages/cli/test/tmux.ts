/** A terminal that a test can type into and look at: a tmux server of its own with one window. */
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Size } from "../src/terminal/screen.ts";

const WAIT_MS = 30_000;
const POLL_MS = 50;

let serial = 0;

export class Tmux implements Disposable {
  readonly #socket = `qpc-test-${process.pid}-${serial++}`;

  constructor({ columns, rows }: Size, environment: Readonly<Record<string, string>> = {}) {
    const variables = Object.entries(environment).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const size = ["-x", `${columns}`, "-y", `${rows}`];
    this.#tmux("-f", "/dev/null", "new-session", "-d", ...size, ...variables, "env PS1='$ ' ENV= sh");
  }

  /** As if typed, character by character. */
  type(text: string): void {
    this.#tmux("send-keys", "-l", "--", text);
  }

  /** Named keys, such as `Enter`, `C-c`, `PageUp`. */
  press(...keys: readonly string[]): void {
    this.#tmux("send-keys", "--", ...keys);
  }

  /** Types a line and Enter. */
  line(text: string): void {
    this.type(text);
    this.press("Enter");
  }

  resize({ columns, rows }: Size): void {
    this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
  }

  /** The rows as they show, without spaces at their ends. */
  screen(): string {
    return this.#tmux("capture-pane", "-p");
  }

  /** With the colours, as escape sequences. */
  colouredScreen(): string {
    return this.#tmux("capture-pane", "-p", "-e", "-N");
  }

  /** A format of tmux, such as `#{alternate_on}`. */
  value(format: string): string {
    return this.#tmux("display-message", "-p", format).trim();
  }

  /** All that the programs write from now on goes to this file, too. */
  recordTo(file: string): void {
    this.#tmux("pipe-pane", "-O", `cat > '${file}'`);
  }

  /** Resolves with the screen that satisfies `wanted`; rejects with the last one when none comes. */
  async until(wanted: RegExp | ((screen: string) => boolean)): Promise<string> {
    const deadline = performance.now() + WAIT_MS;
    for (;;) {
      const screen = this.screen();
      if (typeof wanted === "function" ? wanted(screen) : wanted.test(screen)) return screen;
      if (performance.now() > deadline) throw new Error(`${String(wanted)} did not show:\n${screen}`);
      await sleep(POLL_MS);
    }
  }

  [Symbol.dispose](): void {
    this.#tmux("kill-server");
  }

  #tmux(...args: readonly string[]): string {
    const { status, stdout, stderr, error } = spawnSync("tmux", ["-L", this.#socket, ...args], {
      encoding: "utf8",
      env: { ...process.env, TERM: "xterm-256color", LC_ALL: "C.UTF-8" },
    });
    if (status !== 0) throw new Error(`tmux ${args.join(" ")}: ${error?.message ?? stderr}`);
    return stdout;
  }
}

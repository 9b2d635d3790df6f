/** From a key to its letter on the screen, through a real pseudo-terminal, beside a program that only echoes. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { needsProgram } from "../../../scripts/needs.ts";
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";

const KEYS = 400;
const BETWEEN_KEYS_MS = 5;
const SETTLE_MS = 500;
/** The input stays one row. */
const KEYS_PER_DRAFT = 40;

const chat = fileURLToPath(new URL("../test/memory-chat.ts", import.meta.url));
const echo =
  "process.stdin.setRawMode(true).on('data', (key) => process.stdout.write(key)); process.stdout.write('> ')";

export const bench: Trial = {
  name: "key-to-screen",
  describe: "a key in the terminal chat until its letter is written to the terminal, beside a bare echo",
  async run({ log }) {
    const missing = needsProgram("script");
    if (missing !== false) throw new Error(`${missing}: it makes the pseudo-terminal`);
    using bare = new Terminal(["-e", echo]);
    using quiet = new Terminal([chat, "--quiet"]);
    using busy = new Terminal([chat, "--busy"]);
    log(`  ${KEYS} keys to each in turn`);
    for (const terminal of [bare, quiet, busy]) await terminal.ready();
    for (let key = 0; key < KEYS; key++) for (const terminal of [bare, quiet, busy]) await terminal.type(key);
    const figures = [
      ...figuresOf("quiet", quiet, bare),
      ...figuresOf("with 2,200 messages and 20 more a second", busy, bare),
    ];
    return { name: "key-to-screen", figures, machine: thisMachine() };
  },
};

const figuresOf = (what: string, { times }: Terminal, bare: Terminal): Figure[] =>
  [0.5, 0.99].map((share) =>
    besidePeer({
      name: `key to screen p${share * 100}, ${what}`,
      value: percentile(times, share),
      unit: "ms",
      peer: "bare echo",
      peerValue: percentile(bare.times, share),
    }),
  );

/** A program that shows what is typed behind a prompt, in a pseudo-terminal of 80 by 24. */
class Terminal implements Disposable {
  /** Milliseconds of each key. */
  readonly times: number[] = [];
  readonly #script: ChildProcessWithoutNullStreams;
  readonly #prompt: Promise<void>;

  constructor(args: readonly string[]) {
    const program = [process.execPath, "--disable-warning=ExperimentalWarning", ...args];
    const command = program.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    this.#script = spawn("script", ["-qfc", `stty rows 24 cols 80; exec ${command}`, "/dev/null"]);
    this.#prompt = shown(this.#script, "> ");
  }

  async ready(): Promise<void> {
    await this.#prompt;
    await sleep(SETTLE_MS);
  }

  async type(key: number): Promise<void> {
    const letter = String.fromCharCode(0x61 + (key % 26));
    const waiting = shown(this.#script, letter);
    const started = performance.now();
    this.#script.stdin.write(letter);
    await waiting;
    this.times.push(performance.now() - started);
    if (key % KEYS_PER_DRAFT === KEYS_PER_DRAFT - 1) this.#script.stdin.write("\x15");
    await sleep(BETWEEN_KEYS_MS);
  }

  [Symbol.dispose](): void {
    this.#script.kill();
  }
}

/** Resolves with the output whose last printed text ends so; what stands behind it are escape sequences. */
async function shown(terminal: ChildProcessWithoutNullStreams, text: string): Promise<void> {
  for (;;) {
    const [chunk]: Buffer[] = await once(terminal.stdout, "data");
    const printed = chunk?.toString().split("\x1b") ?? [];
    if (printed.some((piece) => piece.endsWith(text))) return;
  }
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

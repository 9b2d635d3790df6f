/** From a key to its letter on the screen, through a real pseudo-terminal, beside a program that only echoes. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { needsProgram } from "../../../scripts/needs.ts";
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";

const KEYS = 400;
const BETWEEN_KEYS_MS = 15;
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
    const bare = await measure(["-e", echo]);
    const figures: Figure[] = [];
    for (const flag of ["--quiet", "--busy"]) {
      log(`  ${flag}`);
      const times = await measure([chat, flag]);
      const what = flag === "--busy" ? "2,200 messages and 20 more a second" : "quiet";
      figures.push(figure(`key to screen p50, ${what}`, { times, bare, share: 0.5 }));
      figures.push(figure(`key to screen p99, ${what}`, { times, bare, share: 0.99 }));
    }
    return { name: "key-to-screen", figures, machine: thisMachine() };
  },
};

type Sample = { readonly times: readonly number[]; readonly bare: readonly number[]; readonly share: number };

const figure = (name: string, { times, bare, share }: Sample): Figure =>
  besidePeer({
    name,
    value: percentile(times, share),
    unit: "ms",
    peer: "bare echo",
    peerValue: percentile(bare, share),
  });

/** Milliseconds of each key, for a program that shows what is typed behind a prompt. */
async function measure(args: readonly string[]): Promise<number[]> {
  const program = [process.execPath, "--disable-warning=ExperimentalWarning", ...args];
  const command = `stty rows 24 cols 80; exec ${program.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ")}`;
  const terminal = spawn("script", ["-qfc", command, "/dev/null"]);
  terminal.on("error", () => {});
  try {
    await shown(terminal, "> ");
    await sleep(1_000);
    const times: number[] = [];
    for (let key = 0; key < KEYS; key++) {
      const letter = String.fromCharCode(0x61 + (key % 26));
      times.push(await timeOf(terminal, letter));
      if (key % KEYS_PER_DRAFT === KEYS_PER_DRAFT - 1) terminal.stdin.write("\x15");
      await sleep(BETWEEN_KEYS_MS);
    }
    return times;
  } finally {
    terminal.kill();
  }
}

async function timeOf(terminal: ChildProcessWithoutNullStreams, letter: string): Promise<number> {
  const waiting = shown(terminal, letter);
  const started = performance.now();
  terminal.stdin.write(letter);
  await waiting;
  return performance.now() - started;
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

/** The terminal chat in a real terminal: what it shows, and that it gives the terminal back however it ends. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { needsProgram } from "../../../scripts/needs.ts";
import { Scratch } from "./processes.ts";
import { Tmux } from "./tmux.ts";

const chat = fileURLToPath(new URL("memory-chat.ts", import.meta.url));
const launcher = fileURLToPath(new URL("../../../scripts/run.mjs", import.meta.url));
const node = `"${process.execPath}" --disable-warning=ExperimentalWarning`;
const size = { columns: 80, rows: 24 };
const skip = needsProgram("tmux", ["-V"]);

/** Whether the program's output leaves each mode that it touched as a terminal has it at the beginning. */
function assertModesRestored(output: string): void {
  const usual = { 1049: "l", 2004: "l", 2026: "l", 7: "h", 25: "h" };
  for (const [mode, off] of Object.entries(usual)) {
    const set = Array.from(output.matchAll(new RegExp(`\\[\\?${mode}([hl])`, "g")), ([, state]) => state);
    assert.ok(set.length >= 2, `mode ${mode} was not used`);
    assert.equal(set.at(-1), off, `mode ${mode}`);
  }
}

class Session implements Disposable {
  readonly tmux = new Tmux(size);
  readonly #scratch = new Scratch();

  /** Starts the chat from a shell that has already written something. */
  async start(...flags: readonly string[]): Promise<void> {
    await this.#run(`"${chat}" --quiet ${flags.join(" ")}`);
  }

  /** The same, as npm starts it: by a program that waits for it. */
  async startByLauncher(): Promise<void> {
    await this.#run(`"${launcher}" "${chat}" --quiet`);
  }

  async #run(program: string): Promise<void> {
    const { path } = this.#scratch;
    // What is typed before the shell has its prompt is echoed by the terminal, and again by the shell.
    await this.tmux.until(/\$ *$/m);
    this.tmux.recordTo(`${path}/output`);
    this.tmux.line(`cd '${path}'; stty -g > before; echo was here`);
    await this.tmux.until(/^was here$/m);
    this.tmux.line(`sh -c 'echo $$ > pid; exec ${node} ${program}'`);
    await this.tmux.until(/Great\./);
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.#pid(), signal);
  }

  /** Kills the chat below the launcher: nothing of its own code runs any more. */
  killChild(): void {
    const { stdout } = spawnSync("pgrep", ["-P", `${this.#pid()}`], { encoding: "utf8" });
    process.kill(Number(stdout.trim()), "SIGKILL");
  }

  #pid(): number {
    return Number(readFileSync(`${this.#scratch.path}/pid`, "utf8"));
  }

  async assertTerminalIsAsBefore(): Promise<void> {
    await this.tmux.until((screen) => screen.includes("was here") && screen.trimEnd().endsWith("$"));
    this.tmux.line("stty -g > after; echo done");
    await this.tmux.until(/^done$/m);
    assert.equal(this.tmux.value("#{alternate_on}#{cursor_flag}#{wrap_flag}"), "011");
    const { path } = this.#scratch;
    assert.equal(readFileSync(`${path}/after`, "utf8"), readFileSync(`${path}/before`, "utf8"));
    assertModesRestored(readFileSync(`${path}/output`, "latin1"));
  }

  [Symbol.dispose](): void {
    this.tmux[Symbol.dispose]();
    this.#scratch[Symbol.dispose]();
  }
}

describe("the chat in a terminal", { skip }, () => {
  test("it shows conversations, messages and what is typed, and sends it", async () => {
    using session = new Session();
    await session.start();
    const { tmux } = session;
    assert.match(tmux.screen(), /^ alice +bob +● online, X25519MLKEM768$/m);
    assert.match(tmux.screen(), /│ \d\d:\d\d bob +Great\.$/m);
    tmux.type("Grüße 北京");
    await tmux.until(/^> Grüße 北京$/m);
    tmux.press("Enter");
    await tmux.until(/\d\d:\d\d alice Grüße 北京 ✓/);
    tmux.press("Tab");
    await tmux.until(/climbing \(alice, bob, carol\)/);
    assert.equal(tmux.value("#{alternate_on}"), "1");
  });

  test("it follows the size of the window", async () => {
    using session = new Session();
    await session.start();
    const { tmux } = session;
    tmux.type("draft");
    for (const [columns, rows] of [
      [120, 40],
      [20, 5],
      [80, 24],
    ] as const) {
      tmux.resize({ columns, rows });
      await tmux.until((screen) => {
        const lines = screen.split("\n");
        return /^> draft$/.test(lines[rows - (rows < 10 ? 1 : 2)] ?? "") && screen.includes("Great.");
      });
    }
  });

  test("whoever leaves finds the terminal as it was", async () => {
    using session = new Session();
    await session.start();
    session.tmux.press("C-q");
    await session.tmux.until(/^left$/m);
    await session.assertTerminalIsAsBefore();
  });

  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT"] as const) {
    test(`after ${signal} the terminal is as it was`, async () => {
      using session = new Session();
      await session.start();
      session.tmux.type("half a mess");
      await session.tmux.until(/half a mess/);
      session.kill(signal);
      await session.assertTerminalIsAsBefore();
    });
  }

  test("killed with SIGKILL, its launcher gives the terminal back", async () => {
    using session = new Session();
    await session.startByLauncher();
    session.killChild();
    await session.assertTerminalIsAsBefore();
  });

  test("after a fault the terminal is as it was, and says what the fault was", async () => {
    using session = new Session();
    await session.start("--crash");
    await session.tmux.until(/a fault, on purpose/);
    await session.assertTerminalIsAsBefore();
  });

  test("stopped and continued, it draws itself anew", async () => {
    using session = new Session();
    await session.start();
    session.kill("SIGSTOP");
    await session.tmux.until(/Stopped/);
    // The shell finds the terminal raw: Enter would be no end of a line.
    session.tmux.type("fg");
    session.tmux.press("C-j");
    await session.tmux.until(/Great\.[^]*^F1 help/m);
    session.tmux.press("C-q");
    await session.assertTerminalIsAsBefore();
  });
});

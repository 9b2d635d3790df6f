/** Real processes for the acceptance tests: one server and any number of people, each a `qpc` of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const flags = ["--disable-warning=ExperimentalWarning"];

/** One line of `--json` output. */
export type Line = Readonly<Record<string, unknown>>;

export type Finished = {
  readonly code: number | null;
  readonly lines: readonly Line[];
  readonly stdout: string;
  readonly stderr: string;
};

type RunOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly onSpawn?: (child: ChildProcess) => void;
};

/** Runs `qpc ARGS` to its end. */
export function runQpc(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = spawnQpc(args, options.env ?? {}, options.input === undefined ? "ignore" : "pipe");
  options.onSpawn?.(child);
  child.stdin?.end(options.input);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr, lines: jsonLines(stdout) }));
  });
}

function spawnQpc(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin: "ignore" | "pipe",
): ChildProcess {
  return spawn(process.execPath, [...flags, main, ...args], {
    env: { ...process.env, ...env },
    stdio: [stdin, "pipe", "pipe"],
  });
}

export function jsonLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith("{")) continue;
    try {
      const parsed: Line = JSON.parse(line);
      lines.push(parsed);
    } catch {
      // A process that was killed may leave half a line.
    }
  }
  return lines;
}

/** A folder that is gone at the end of its scope. */
export class Scratch implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "qpc-"));
  #kept = false;

  /** Leaves it where it is, for whoever wants to look into it. */
  keep(): void {
    this.#kept = true;
  }

  [Symbol.dispose](): void {
    if (!this.#kept) rmSync(this.path, { recursive: true, force: true });
  }
}

/** One server process that can be killed and started again on the same folder and port. */
export class ServerProcess implements AsyncDisposable {
  readonly directory: string;
  #child: ChildProcess | undefined;
  #port = 0;
  invite = "";

  constructor(directory: string) {
    this.directory = directory;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const listen = `127.0.0.1:${this.#port}`;
    const child = spawnQpc(["server", "start", "--data", this.directory, "--listen", listen, "--json"], {}, "ignore");
    this.#child = child;
    let complaint = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000);
    });
    const listening = await new Promise<Line>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${complaint}`)));
      if (child.stdout === null) return reject(new Error("no standard output"));
      createInterface({ input: child.stdout }).on("line", (line) => {
        const [event] = jsonLines(line);
        if (event?.["event"] === "listening") resolve(event);
      });
    });
    this.#port = Number(String(listening["address"]).split(":").at(-1));
    this.invite = String(listening["invite"]);
  }

  /** Ends it with this signal and waits until it is gone; its exit code, `null` after a kill. */
  async end(signal: "SIGKILL" | "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.kill(signal);
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

/** One person on one device: a profile folder and the commands in its name. */
export class Person {
  readonly name: string;
  readonly profile: string;

  constructor(name: string, directory: string) {
    this.name = name;
    this.profile = join(directory, `profile-${name}`);
  }

  get env(): Readonly<Record<string, string>> {
    return {
      QPC_PROFILE: this.profile,
      QPC_PASSPHRASE: `passphrase of ${this.name}`,
      QPC_PASSWORD: `password of ${this.name}`,
    };
  }

  run(args: readonly string[], options: Omit<RunOptions, "env"> = {}): Promise<Finished> {
    return runQpc([...args, "--json"], { ...options, env: this.env });
  }

  /** Runs a command that must succeed; its one JSON line. */
  async must(...args: readonly string[]): Promise<Line> {
    const { code, lines, stdout, stderr } = await this.run(args);
    const [line] = lines;
    if (code !== 0 || line === undefined) {
      throw new Error(`qpc ${args.join(" ")} of ${this.name} ended with ${code}: ${stdout}${stderr}`);
    }
    return line;
  }

  async register(invite: string): Promise<Line> {
    return this.must("register", invite, "--user", this.name);
  }

  /** The texts that `receive` prints, oldest first. */
  async receive(waitSeconds: number, count: number): Promise<string[]> {
    const { lines } = await this.run(["receive", "--wait", String(waitSeconds), "--count", String(count)]);
    return lines.map((line) => String(line["text"]));
  }
}

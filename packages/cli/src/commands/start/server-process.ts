/** The server as a child process that ends when we end, however we end. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CommandError, exitCodes, interrupted } from "../../failure.ts";
import { unlessAborted } from "../../interruption.ts";
import type { Options } from "../../invocation.ts";
import { limits } from "../../limits.ts";

const main = fileURLToPath(new URL("../../main.ts", import.meta.url));

type StartOptions = { readonly folder: string; readonly options: Options; readonly signal: AbortSignal };
type Listening = { readonly address: string; readonly invite: string };

export class ServerProcess implements AsyncDisposable {
  readonly address: string;
  readonly invite: string;
  readonly logFile: string;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #exitCode: number | undefined;

  private constructor(child: ChildProcess, logFile: string, { address, invite }: Listening) {
    this.#child = child;
    this.logFile = logFile;
    this.address = address;
    this.invite = invite;
    this.ended = new Promise((resolve) => {
      child.once("exit", (code) => {
        this.#exitCode = code ?? exitCodes.failed;
        resolve();
      });
    });
  }

  /** `undefined` while it runs. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  static async start({ folder, options, signal }: StartOptions): Promise<ServerProcess> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const logFile = join(folder, "server.log");
    const child = spawnServer(folder, options, logFile);
    const stop = (): void => void child.kill("SIGTERM");
    try {
      const listening = await unlessAborted(untilListening(child, logFile), signal, interrupted);
      return new ServerProcess(child, logFile, listening);
    } catch (error) {
      stop();
      throw error;
    }
  }

  /** Lets it finish what is in flight; its exit code. */
  async stop(): Promise<number> {
    if (this.#exitCode === undefined) this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), limits.serverStopMs);
    await this.ended;
    clearTimeout(timer);
    return this.#exitCode ?? exitCodes.failed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function spawnServer(folder: string, options: Options, logFile: string): ChildProcess {
  const given = ["listen", "advertise"].flatMap((name) => {
    const value = options.text(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  const log = openSync(logFile, "a", 0o600);
  try {
    const args = [...process.execArgv, main, "server", "start", "--data", folder, "--json", ...given];
    return spawn(process.execPath, args, {
      // In a process group of its own a terminal's Ctrl-C does not reach it; the channel tells it of our end.
      detached: true,
      stdio: ["ignore", "pipe", log, "ipc"],
    });
  } finally {
    closeSync(log);
  }
}

function untilListening(child: ChildProcess, logFile: string): Promise<Listening> {
  const { promise, resolve, reject } = Promise.withResolvers<Listening>();
  const failed = (message: string): void => reject(new CommandError("server_failed", `${message} Its log: ${logFile}`));
  const timer = setTimeout(() => failed("The server does not start."), limits.serverStartMs);
  child.once("error", (error) => failed(`The server cannot be started: ${error.message}.`));
  child.once("exit", () => failed("The server ended before it listened."));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const event: unknown = JSON.parse(line);
      if (typeof event !== "object" || event === null) return;
      if ("error" in event) return reject(startError(event.error));
      if ("address" in event && "invite" in event) {
        resolve({ address: String(event.address), invite: String(event.invite) });
      }
    });
  }
  return promise.finally(() => clearTimeout(timer));
}

function startError(error: unknown): CommandError {
  const fields = typeof error === "object" && error !== null ? error : {};
  const code = "code" in fields ? String(fields.code) : "server_failed";
  return new CommandError(code, "message" in fields ? String(fields.message) : "The server could not start.");
}

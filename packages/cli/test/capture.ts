/** A capture of the loopback traffic of one UDP port, by tshark. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

export class Capture {
  readonly file: string;
  readonly #child: ChildProcess;

  private constructor(file: string, child: ChildProcess) {
    this.file = file;
    this.#child = child;
  }

  static async start(file: string, port: number): Promise<Capture> {
    const child = spawn("tshark", ["-i", "lo", "-q", "-w", file, "-f", `udp port ${port}`], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`tshark ended with ${code}`)));
      child.stderr?.on("data", (text: Buffer) => {
        if (text.includes("Capturing on")) resolve();
      });
    });
    // tshark says that it captures a moment before it does.
    await sleep(500);
    return new Capture(file, child);
  }

  async stop(): Promise<void> {
    await sleep(500);
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGINT");
    await ended;
  }

  /** The values of one field in all packets that match `filter`. */
  fields({
    port,
    filter,
    field,
  }: {
    readonly port: number;
    readonly filter: string;
    readonly field: string;
  }): string[] {
    const args = ["-r", this.file, "-d", `udp.port==${port},quic`, "-Y", filter, "-T", "fields", "-e", field];
    const { stdout } = spawnSync("tshark", args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    return stdout.split("\n").filter((line) => line !== "");
  }
}

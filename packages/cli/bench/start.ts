/** How long `qpc` and a server take to be there, and what an idle server holds. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { jsonLines, Scratch } from "../test/processes.ts";

const RUNS = 7;
const IDLE_MS = 3_000;

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const qpc = [path("../../../scripts/run.mjs"), path("../src/main.ts")];

export const bench: Trial = {
  name: "start",
  describe: "time to --help and to a listening server, each beside a bare Node, and an idle server's memory",
  async run({ log }) {
    const bare = await median(() => untilExit(["-e", "0"]));
    const help = await median(() => untilExit([...qpc, "--help"]));
    const figures: Figure[] = [
      besidePeer({ name: "run.mjs qpc --help", value: help, unit: "ms", peer: "node -e 0", peerValue: bare }),
    ];
    log("  server");
    using scratch = new Scratch();
    // The first start makes keys and tables.
    const first = await serverStart(`${scratch.path}/server`);
    const next = await serverStart(`${scratch.path}/server`);
    figures.push(
      besidePeer({ name: "server, first start", value: first.ms, unit: "ms", peer: "node -e 0", peerValue: bare }),
      besidePeer({ name: "server, next start", value: next.ms, unit: "ms", peer: "node -e 0", peerValue: bare }),
    );
    if (next.mebibytes !== undefined) figures.push({ name: "idle server", value: next.mebibytes, unit: "MiB" });
    return { name: "start", figures, machine: thisMachine() };
  },
};

async function median(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push(await measure());
  return times.toSorted((one, other) => one - other)[Math.floor(RUNS / 2)] ?? 0;
}

async function untilExit(args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${String(code)}`);
  return performance.now() - started;
}

type ServerStart = { readonly ms: number; readonly mebibytes: number | undefined };

async function serverStart(folder: string): Promise<ServerStart> {
  const started = performance.now();
  const args = [...qpc, "server", "start", "--data", folder, "--listen", "127.0.0.1:0", "--json"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  try {
    await untilListening(child);
    const ms = performance.now() - started;
    await sleep(IDLE_MS);
    return { ms, mebibytes: child.pid === undefined ? undefined : residentOfChildren(child.pid) };
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function untilListening({ stdout }: ChildProcess): Promise<void> {
  if (stdout === null) throw new Error("no standard output");
  for await (const line of createInterface({ input: stdout })) {
    if (jsonLines(line)[0]?.["event"] === "listening") return;
  }
  throw new Error("the server ended before it listened");
}

/** Resident memory of the processes that `run.mjs` started; known on Linux only. */
function residentOfChildren(parent: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ");
  const kibibytes = children.map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  });
  return kibibytes.reduce((sum, one) => sum + one, 0) / 1_024;
}

/** Finds the benches or soaks of all packages; lists them, or runs those that were named. */
import { globSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Figure, Trial, TrialResult } from "./trial.ts";

/** Sets the exit code to 1 when a name is unknown or a trial fails. */
export async function runTrials(kind: "bench" | "soak", args: readonly string[]): Promise<void> {
  const trials = await findTrials(kind);
  const json = args.includes("--json");
  const [name, ...rest] = args.filter((arg) => arg !== "--json");
  if (name === undefined) return list(kind, trials);
  const chosen = name === "all" ? trials : trials.filter((trial) => trial.name === name);
  if (chosen.length === 0) {
    console.error(`There is no ${kind} named ${name}.`);
    list(kind, trials);
    process.exitCode = 1;
  }
  for (const trial of chosen) await runOne(trial, { json, args: rest });
}

async function runOne(trial: Trial, { json, args }: { json: boolean; args: readonly string[] }): Promise<void> {
  const log = (line: string): void => console.error(line);
  log(`${trial.name}: ${trial.describe}`);
  try {
    const result = await trial.run({ json, args, log });
    console.log(json ? JSON.stringify(result) : table(result));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}

async function findTrials(kind: "bench" | "soak"): Promise<Trial[]> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const trials: Trial[] = [];
  for (const file of globSync(`packages/*/${kind}/*.ts`, { cwd: root }).sort()) {
    const module: unknown = await import(pathToFileURL(`${root}${file}`).href);
    if (typeof module !== "object" || module === null) continue;
    const trial: unknown = Reflect.get(module, kind);
    // A file without one is a part of its neighbours.
    if (isTrial(trial)) trials.push(trial);
  }
  return trials;
}

function isTrial(value: unknown): value is Trial {
  return typeof value === "object" && value !== null && "run" in value && "name" in value && "describe" in value;
}

function list(kind: string, trials: readonly Trial[]): void {
  console.log(`npm run ${kind} -- NAME [--json]     (or all)\n`);
  for (const { name, describe } of trials) console.log(`  ${name.padEnd(16)} ${describe}`);
}

function table({ name, figures, machine }: TrialResult): string {
  const { processor, cores, memoryGiB, node } = machine;
  const lines = figures.map((figure) => `  ${figure.name.padEnd(44)} ${measured(figure)}`);
  return [`${name} (${processor}, ${cores} cores, ${memoryGiB} GiB, Node ${node})`, ...lines].join("\n");
}

function measured({ value, unit, peer, peerValue, ratio }: Figure): string {
  const own = `${rounded(value)} ${unit}`;
  if (peer === undefined || peerValue === undefined) return own;
  const times = ratio === undefined ? "" : `, ratio ${rounded(ratio)}`;
  return `${own.padEnd(18)} (${peer}: ${rounded(peerValue)} ${unit}${times})`;
}

const rounded = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

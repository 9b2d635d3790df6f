/** How much a process needs that has one member of a large group: a process of its own joins, reads and commits. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Figure } from "../../../scripts/trial.ts";

export function measureMemory(suite: string, size: number): Figure[] {
  const script = fileURLToPath(new URL("../test/member-process.ts", import.meta.url));
  const args = ["--disable-warning=ExperimentalWarning", script];
  const environment = { ...process.env, MLS_SUITE: suite, MLS_MEMBERS: String(size) };
  const run = (role: string, input: string): string =>
    execFileSync(process.execPath, [...args, role], { env: environment, input, encoding: "utf8", maxBuffer: 2 ** 28 });
  const material = run("prepare", "");
  const peak = Number(run("member", material));
  return [
    { name: `${suite}, ${size}: peak memory of one member's process`, value: peak, unit: "MiB" },
    { name: `${suite}, 0: peak memory of a process without a group`, value: Number(run("idle", "")), unit: "MiB" },
  ];
}

/** What tests need of the machine: they skip and say so where it is missing, and fail where it was promised. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * For the `skip` option of a test: `false` when the program is there, else the reason. Throws when `QPC_REQUIRE`
 * (names between commas or spaces) lists it: a machine that promises a program must have it.
 */
export function needsProgram(name: string, args: readonly string[] = ["--version"]): string | false {
  const { error } = spawnSync(name, args, { stdio: "ignore" });
  if (error === undefined) return false;
  if (required().includes(name)) throw new Error(`${name} is required (QPC_REQUIRE) and is not installed`);
  return `${name} is not installed`;
}

/** Folder of the standards' test vectors, such as `vectors("mls")`; `undefined` when it is absent, which fails in CI. */
export function vectors(standard: string): string | undefined {
  const shared = process.env["QPC_VECTORS"] ?? fileURLToPath(new URL("../../shared/vectors", import.meta.url));
  const folder = `${shared}/${standard}`;
  if (existsSync(folder)) return folder;
  if (process.env["CI"] === "true") throw new Error(`the test vectors are missing: ${folder}`);
  return undefined;
}

const required = (): string[] => (process.env["QPC_REQUIRE"] ?? "").split(/[ ,]+/);

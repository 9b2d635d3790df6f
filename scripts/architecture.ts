/** Runs the dependency rules of `.dependency-cruiser.mjs`, and makes sure that they saw every module. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

// Some versions of the tool scan nothing, find nothing wrong with it and report success.
const sources = globSync("packages/*/{src,test,bench,soak}/**/*.ts");
const cruiser = "node_modules/dependency-cruiser/bin/dependency-cruise.mjs";
const args = ["packages", "--config", ".dependency-cruiser.mjs", "--output-type", "err-long"];
const { status, stdout, stderr } = spawnSync(process.execPath, [cruiser, ...args], { encoding: "utf8" });
console.log(stdout + stderr);

const scanned = Number(/(\d+) modules/.exec(stdout)?.[1] ?? 0);
if (scanned < sources.length || sources.length === 0) {
  console.log(`Only ${scanned} modules were scanned, and there are ${sources.length} source files.`);
  process.exit(1);
}
process.exit(status ?? 1);

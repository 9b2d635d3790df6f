/** `npm run -s vectors -- [DIR]`: runs the MLS working group's test vectors in DIR, by default ../shared/vectors/mls. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runVectors, type VectorOutcome } from "../packages/mls/test/vectors/run.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const given = process.argv[2];
// npm starts scripts in the project's folder; a relative path means where the person stands.
const from = process.env["INIT_CWD"] ?? process.cwd();
const folder = given === undefined ? resolve(root, "../shared/vectors/mls") : resolve(from, given);
if (!existsSync(folder)) {
  console.error(`There is no folder ${folder}.`);
  process.exit(1);
}

const totals: Record<VectorOutcome["kind"], number> = { passed: 0, failed: 0, skipped: 0 };
for (const { name, outcomes } of runVectors(folder)) {
  const counts: typeof totals = { passed: 0, failed: 0, skipped: 0 };
  for (const [at, outcome] of outcomes.entries()) {
    counts[outcome.kind]++;
    totals[outcome.kind]++;
    if (outcome.kind === "failed") console.log(`${name}, vector ${at}: ${outcome.reason}`);
  }
  console.log(`${name.padEnd(40)} ${line(counts)}`);
}
console.log(line(totals));
process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;

function line({ passed, failed, skipped }: typeof totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

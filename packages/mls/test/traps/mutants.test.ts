import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { faults } from "./faults.ts";

const mutate = new URL("mutate.ts", import.meta.url).href;
const traps = fileURLToPath(new URL("traps.test.ts", import.meta.url));

/** Runs the tests of one trap on an engine with one fault. */
function run(place: number, trap: number): Promise<{ readonly code: unknown; readonly output: string }> {
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const pattern = `--test-name-pattern=^trap ${trap}:`;
  const args = ["--disable-warning=ExperimentalWarning", "--import", mutate, pattern, "--test-reporter=tap", traps];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...environment, MLS_MUTANT: String(place) } }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });
}

for (const [place, { trap, what }] of faults.entries()) {
  test(`the tests of trap ${trap} notice when ${what}`, async () => {
    const { code, output } = await run(place, trap);
    assert.notEqual(code, 0, "they pass on an engine with that fault");
    assert.match(output, new RegExp(`not ok \\d+ - trap ${trap}:`), output);
  });
}

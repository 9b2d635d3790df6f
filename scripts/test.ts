/** `npm test [-- PACKAGE|FILE|PATTERN ...]`: runs the tests with Node's own runner and ends with its summary. */
import { globSync } from "node:fs";
import { Readable } from "node:stream";
import { run } from "node:test";
import { spec, type TestEvent } from "node:test/reporters";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

/** A test may start servers and clients of its own: more at once would only fight for the processor. */
const CONCURRENCY = 2;
/** Node's runner waits for ever for a test that never settles. */
const TIMEOUT_MS = 10 * 60 * 1000;

// Until the runner says otherwise.
process.exitCode = 1;

const files = chosenFiles(process.argv.slice(2));
if (files.length === 0) {
  console.error("No test file matches. Give a package (rpc), a file or a part of its path.");
  process.exit(1);
}
console.log(`${files.length} test files, ${CONCURRENCY} at a time, on Node ${process.version}:`);
for (const [name, count] of countsByPackage(files)) console.log(`  ${name.padEnd(12)} ${count}`);

const summary: string[] = [];
const events: AsyncIterable<TestEvent> = run({ files, concurrency: CONCURRENCY, timeout: TIMEOUT_MS });
for await (const text of Readable.from(details(events)).compose(spec)) process.stdout.write(String(text));
console.log(summary.join("\n"));

/** All events but the runner's closing lines: those are kept for the very end, behind the details of what failed. */
async function* details(all: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
  for await (const event of all) {
    const { type, data } = event;
    if (type === "test:summary" && data.file === undefined) process.exitCode = data.success ? 0 : 1;
    if (type === "test:pass" && typeof data.skip === "string") summary.push(`skipped: ${data.name} (${data.skip})`);
    if (type === "test:diagnostic" && data.file === undefined) summary.push(`# ${data.message}`);
    else yield event;
  }
}

function chosenFiles(filters: readonly string[]): string[] {
  const all = globSync("packages/*/{src,test}/**/*.test.ts").sort();
  if (filters.length === 0) return all;
  return all.filter((file) =>
    filters.some((filter) => file.startsWith(`packages/${filter}/`) || file.includes(filter)),
  );
}

function countsByPackage(paths: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const name = path.split("/")[1] ?? path;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

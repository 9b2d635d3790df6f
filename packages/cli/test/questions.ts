/** Asks for a name and a secret and prints what it got, for the test of the prompts; `--read-first` reads standard input before. */
import { ask } from "../src/terminal/prompt.ts";

const { signal } = new AbortController();
if (process.argv.includes("--read-first")) for await (const chunk of process.stdin) void chunk;
try {
  const name = await ask({ prompt: "Name: ", secret: false, signal });
  const secret = await ask({ prompt: "Secret: ", secret: true, signal });
  console.log(`got ${JSON.stringify({ name, secret })}`);
} catch (error) {
  console.log(`failed: ${error instanceof Error ? error.message : String(error)}`);
}
process.exit(0);

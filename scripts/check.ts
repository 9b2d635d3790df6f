/** `npm run check [-- STEP ...] [--no-test]`: everything that must hold before a change is taken. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

type Step = { readonly name: string; readonly what: string; readonly command: readonly [string, ...string[]] };

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const tool = (name: string): string => `node_modules/.bin/${name}`;
const script = (name: string): [string, ...string[]] => [process.execPath, `scripts/${name}.ts`];

const steps: readonly Step[] = [
  { name: "types", what: "TypeScript, strict", command: [tool("tsc"), "--noEmit", "-p", "."] },
  { name: "format", what: "layout and order of imports", command: [tool("biome"), "check", "."] },
  { name: "lint", what: "lint with types", command: [tool("oxlint"), "--deny-warnings"] },
  { name: "shape", what: "names and openings of files", command: script("shape") },
  { name: "architecture", what: "who may import whom", command: script("architecture") },
  { name: "dead-code", what: "unused files, exports and dependencies", command: [tool("knip"), "--no-config-hints"] },
  { name: "licences", what: "each package has one", command: script("licences") },
  { name: "test", what: "all tests", command: script("test") },
];

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith("--"));
const unknown = args.filter((arg) => arg !== "--no-test" && !steps.some((step) => step.name === arg));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(", ")}. There are: ${steps.map((step) => step.name).join(", ")}.`);
  process.exit(1);
}

const chosen = steps.filter((step) =>
  names.length > 0 ? names.includes(step.name) : step.name !== "test" || !args.includes("--no-test"),
);
const failed = chosen.filter((step) => !succeeds(step));
if (failed.length > 0) {
  console.log(`\nFailed: ${failed.map((step) => step.name).join(", ")}.`);
  process.exit(1);
}
console.log(`\nAll is well: ${chosen.map((step) => step.name).join(", ")}.`);

function succeeds({ name, what, command: [program, ...rest] }: Step): boolean {
  console.log(`\n== ${name}: ${what}`);
  const started = performance.now();
  const { status, error } = spawnSync(program, rest, { stdio: "inherit", env: { ...process.env, PATH: searchPath() } });
  if (error !== undefined) console.log(error.message);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`== ${name}: ${status === 0 ? "ok" : "FAILED"} in ${seconds} s`);
  return status === 0;
}

/** The tools are Node programs: they must run on the project's own Node, not on the machine's. */
function searchPath(): string {
  const own = fileURLToPath(new URL(".", `file://${process.execPath}`));
  return `${own}:${process.env["PATH"] ?? ""}`;
}

// Starts the project's own Node (which npm installed) on the given arguments; installs first if needed. Runs on Node 18+.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const system =
  process.platform === "darwin" && process.arch === "arm64" ? "bin-darwin" : process.platform.replace("win32", "win");
const suffix = process.platform === "win32" ? ".exe" : "";
const node = `${root}node_modules/node-${system}-${process.arch}/bin/node${suffix}`;
const stamp = `${root}node_modules/.installed`;
const lock = createHash("sha256")
  .update(readFileSync(`${root}package-lock.json`))
  .digest("hex");

/** `run`: what the program needs; `all`: what its tests and tools need as well, which is ten times as much. */
const wanted = process.argv[2]?.startsWith("packages/") ? "run" : "all";
const installed = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";

if (installed !== `${lock} all` && installed !== `${lock} ${wanted}`) install();
start();

function install() {
  console.error("First run: installing what quicprochat needs (npm ci). This takes a minute, once.");
  const npm = process.env.npm_execpath;
  const ci = ["ci", "--loglevel=error", ...(wanted === "run" ? ["--omit=dev"] : [])];
  const [command, args] = npm ? [process.execPath, [npm, ...ci]] : [`npm${suffix && ".cmd"}`, ci];
  const { status } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (status !== 0) fail("npm ci failed. Its own message is above; is the npm registry reachable from here?");
  if (!existsSync(node)) fail(`There is no Node 26.10 package for ${process.platform} on ${process.arch}.`);
  writeFileSync(stamp, `${lock} ${wanted}`);
}

function start() {
  const flags = ["--disable-warning=ExperimentalWarning"];
  // From the second start on no thread loads the type stripper: half the time to start, 30 MB less for a server.
  const env = { NODE_COMPILE_CACHE: `${root}node_modules/.cache/node-compile`, ...process.env };
  const child = spawn(node, [...flags, ...process.argv.slice(2)], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    if (signal && process.stdout.isTTY) giveScreenBack();
    process.exit(signal ? 1 : code);
  });
}

/** A child that was killed while it owned the screen cannot do it: end synchronised output, colours, paste marks, alternate screen. */
function giveScreenBack() {
  process.stdout.write("\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?2004l\x1b[?25h\x1b[?1049l");
}

function fail(text) {
  console.error(text);
  process.exit(1);
}

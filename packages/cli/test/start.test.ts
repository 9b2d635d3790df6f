/** `npm start` from the first question to the last byte, in a real terminal and without one. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { needsProgram } from "../../../scripts/needs.ts";
import { Person, runQpc, Scratch } from "./processes.ts";
import { Tmux } from "./tmux.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const launcher = path("../../../scripts/run.mjs");
const main = path("../src/main.ts");
/** What `npm start` runs; any free port, so that tests do not meet. */
const start = [launcher, main, "start", "--listen", "127.0.0.1:0"];

test("from the first question to a chat, leaving it, coming back, and Ctrl-C", {
  skip: needsProgram("tmux", ["-V"]),
}, async () => {
  using scratch = new Scratch();
  using tmux = new Tmux({ columns: 100, rows: 45 }, { XDG_DATA_HOME: scratch.path });
  tmux.line(`'${process.execPath}' ${start.map((word) => `'${word}'`).join(" ")}; echo ended with $?`);

  await tmux.until(/User name: *$/m);
  tmux.line("Not A Name");
  await tmux.until(/is not a user name[^]*User name: *\n+$/);
  tmux.line("alice");
  for (const secret of ["passphrase", "password"]) {
    await tmux.until(new RegExp(`New ${secret}: *\\n+$`));
    // Both answers at once: what is typed ahead is not lost.
    tmux.type(`the ${secret}\r`);
    await tmux.until(/The same once more: *\n+$/);
    tmux.type(`the ${secret}\r`);
  }
  const screen = await tmux.until(/Recovery code: (\w{4}-){8}\w{4}/);
  assert.ok(!/the pass/.test(screen), "a secret was shown");
  tmux.press("Enter");
  await tmux.until(/Welcome, alice[^]*● online|● online[^]*Welcome, alice/);

  const { lines } = await runQpc(["server", "invite", "--json"], { env: { XDG_DATA_HOME: scratch.path } });
  const bob = new Person("bob", scratch.path);
  await bob.register(String(lines[0]?.["invite"]));
  await bob.must("dm", "alice");
  await bob.must("send", "alice", "hello from bob");
  await tmux.until(/bob +hello from bob/);
  tmux.line("hello to bob");
  await tmux.until(/hello to bob ✓/);
  assert.deepEqual(await bob.receive(10, 1), ["hello to bob"]);

  tmux.press("C-q");
  await tmux.until(/The server goes on serving/);
  await bob.must("send", "alice", "while you were away");
  tmux.press("Enter");
  await tmux.until(/Passphrase: *\n+$/);
  tmux.line("the passphrase");
  await tmux.until(/while you were away/);

  tmux.press("C-q");
  await tmux.until(/The server goes on serving[^]*The server goes on serving/);
  tmux.press("C-c");
  await tmux.until(/The server has stopped\.\s+ended with 0/);
  const status = await runQpc(["server", "status", "--json"], { env: { XDG_DATA_HOME: scratch.path } });
  assert.equal(status.code, 3, status.stdout);
});

test("without a terminal it serves, a second one says so, and SIGTERM drains it through the launcher", async () => {
  using scratch = new Scratch();
  const env = { ...process.env, XDG_DATA_HOME: scratch.path };
  const child = spawn(process.execPath, start, { env, stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(child, "exit");
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (/qpc:\/\/\S+\s/.test(printed)) break;
  }
  const second = await runQpc(["start", "--json"], { env: { XDG_DATA_HOME: scratch.path } });
  assert.equal(second.code, 0, second.stderr);
  assert.equal(second.lines[0]?.["event"], "running");
  assert.ok(printed.includes(String(second.lines[0]?.["invite"])));
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
  const status = await runQpc(["server", "status", "--json"], { env: { XDG_DATA_HOME: scratch.path } });
  assert.equal(status.code, 3, status.stdout);
});

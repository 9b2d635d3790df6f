/** Questions on a real terminal: what shows, what does not, and what is typed ahead. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { needsProgram } from "../../../scripts/needs.ts";
import { Tmux } from "./tmux.ts";

const questions = fileURLToPath(new URL("questions.ts", import.meta.url));
const program = `'${process.execPath}' --disable-warning=ExperimentalWarning '${questions}'`;
const size = { columns: 200, rows: 20 };

async function asking(command = program): Promise<Tmux> {
  const tmux = new Tmux(size);
  tmux.line(`${command}; echo ended $?`);
  await tmux.until(/^Name: *$/m);
  return tmux;
}

describe("a question on a terminal", { skip: needsProgram("tmux", ["-V"]) }, () => {
  test("a name shows while it is typed, a secret never", async () => {
    using tmux = await asking();
    tmux.type("Zoë x\x7f\x7f");
    await tmux.until(/^Name: Zoë$/m);
    tmux.press("Enter");
    await tmux.until(/^Secret: *$/m);
    tmux.type("wrong\x15s3cret 北");
    tmux.press("Enter");
    const screen = await tmux.until(/^ended 0$/m);
    assert.match(screen, /^got {"name":"Zoë","secret":"s3cret 北"}$/m);
    assert.match(screen, /^Secret: *$/m);
  });

  test("a pasted answer to two questions answers both, and shows only the first", async () => {
    using tmux = await asking();
    tmux.type("zoe\rs3cret\r");
    const screen = await tmux.until(/^ended 0$/m);
    assert.match(screen, /^Name: zoe\nSecret: *\ngot {"name":"zoe","secret":"s3cret"}$/m);
  });

  test("Ctrl-C ends it", async () => {
    using tmux = await asking();
    tmux.press("C-c");
    await tmux.until(/^failed: Interrupted\.$/m);
  });

  test("it asks the terminal itself when standard input is a pipe, or was typed and ended", async () => {
    using piped = await asking(`echo something | ${program} --read-first`);
    piped.type("zoe\rs3cret\r");
    await piped.until(/^got {"name":"zoe","secret":"s3cret"}$/m);
    using typed = new Tmux(size);
    typed.line(`echo ready; ${program} --read-first`);
    await typed.until(/^ready$/m);
    typed.line("a message");
    typed.press("C-d");
    await typed.until(/^Name: *$/m);
    typed.type("zoe\rs3cret\r");
    await typed.until(/^got {"name":"zoe","secret":"s3cret"}$/m);
  });
});

test("without any terminal there is no answer, and no wait for one", async () => {
  const args = ["--disable-warning=ExperimentalWarning", questions];
  // In a session of its own it has no terminal to fall back on.
  const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
  });
  await once(child, "close");
  assert.equal(printed, "got {}\n");
});

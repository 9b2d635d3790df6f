/** Bad input and bad luck at the command line: each ends with its exit code and a text that helps. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type Finished, Person, runQpc, Scratch, ServerProcess } from "./processes.ts";

function assertRefused(finished: Finished, { exit, text }: { readonly exit: number; readonly text: RegExp }): void {
  assert.equal(finished.code, exit, `${finished.stdout}${finished.stderr}`);
  const error = finished.lines[0]?.["error"];
  assert.ok(typeof error === "object" && error !== null && "message" in error && "code" in error, finished.stdout);
  assert.match(String(error.message), text);
}

describe("a refused command says what happened and what to do next", () => {
  const scratch = new Scratch();
  const server = new ServerProcess(`${scratch.path}/server`);
  const alice = new Person("alice", scratch.path);
  const stranger = new Person("stranger", scratch.path);

  before(async () => {
    await server.start();
    await alice.register(server.invite);
  });

  after(async () => {
    await server[Symbol.asyncDispose]();
    scratch[Symbol.dispose]();
  });

  test("a taken port", async () => {
    const args = [
      "server",
      "start",
      "--data",
      `${scratch.path}/other`,
      "--listen",
      `127.0.0.1:${server.port}`,
      "--json",
    ];
    assertRefused(await runQpc(args), { exit: 1, text: /port|in use/i });
  });

  test("a data folder that another server uses", async () => {
    const args = ["server", "start", "--data", server.directory, "--listen", "127.0.0.1:0", "--json"];
    assertRefused(await runQpc(args), { exit: 1, text: /another|in use|running/i });
  });

  test("a data folder that is a file", async () => {
    const file = `${scratch.path}/a-file`;
    writeFileSync(file, "not a folder");
    const args = ["server", "start", "--data", file, "--listen", "127.0.0.1:0", "--json"];
    assertRefused(await runQpc(args), { exit: 1, text: /folder|directory/i });
  });

  test("a full disk", { skip: cannotMount() }, async () => {
    const small = `${scratch.path}/small`;
    mkdirSync(small);
    assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]).status, 0);
    try {
      const args = ["server", "start", "--data", `${small}/data`, "--listen", "127.0.0.1:0", "--json"];
      assertRefused(await runQpc(args), { exit: 1, text: /full|space/i });
    } finally {
      spawnSync("umount", [small]);
    }
  });

  test("a wrong passphrase", async () => {
    const finished = await runQpc(["whoami", "--json"], { env: { ...alice.env, QPC_PASSPHRASE: "wrong" } });
    assertRefused(finished, { exit: 1, text: /passphrase/i });
  });

  test("a profile that does not exist", async () => {
    assertRefused(await stranger.run(["whoami"]), { exit: 1, text: /register/i });
  });

  test("an unknown user", async () => {
    assertRefused(await alice.run(["dm", "nobody-of-that-name"]), { exit: 1, text: /no such user|unknown|nobody/i });
  });

  test("a user name that is taken", async () => {
    const second = new Person("alice", `${scratch.path}/second`);
    mkdirSync(`${scratch.path}/second`);
    assertRefused(await second.run(["register", server.invite, "--user", "alice"]), { exit: 1, text: /taken/i });
  });

  test("a malformed user name", async () => {
    assertRefused(await stranger.run(["register", server.invite, "--user", "No Such Name!"]), {
      exit: 1,
      text: /a-z/,
    });
  });

  test("a damaged invite link", async () => {
    const damaged = server.invite.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    assertRefused(await stranger.run(["register", damaged, "--user", "stranger"]), { exit: 1, text: /invite|link/i });
  });

  test("a message that is too large names the limit", async () => {
    const bob = new Person("bob", scratch.path);
    await bob.register(server.invite);
    await alice.must("dm", "bob");
    const finished = await alice.run(["send", "bob"], { input: "x".repeat(70_000) });
    assertRefused(finished, { exit: 1, text: /60,?000/ });
  });

  test("a vault that another process uses", async () => {
    const following = alice.run(["receive", "--wait", "4", "--count", "1000"]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assertRefused(await alice.run(["whoami"]), { exit: 1, text: /another|in use/i });
    await following;
  });

  test("a vault that was damaged", async () => {
    const broken = new Person("broken", scratch.path);
    cpSync(alice.profile, broken.profile, { recursive: true });
    writeFileSync(`${broken.profile}/vault.db`, "this is not a database, and it is longer than a header".repeat(10));
    const finished = await runQpc(["whoami", "--json"], {
      env: { ...broken.env, QPC_PASSPHRASE: "passphrase of alice" },
    });
    assertRefused(finished, { exit: 1, text: /damaged|not a vault/i });
  });

  test("wrong usage is exit code 2", async () => {
    assert.equal((await runQpc(["no-such-command"])).code, 2);
    assert.equal((await runQpc(["send"])).code, 2);
    assert.equal((await runQpc(["send", "--no-such-option", "x"])).code, 2);
  });

  test("a server that is gone is exit code 3", async () => {
    await server.end("SIGTERM");
    assertRefused(await alice.run(["send", "bob", "anybody there?"]), { exit: 3, text: /reach|no answer/i });
    await server.start();
  });

  test("a server with another key on the same address is exit code 4, until it is accepted on purpose", async () => {
    await server.end("SIGTERM");
    rmSync(server.directory, { recursive: true });
    await server.start();
    assertRefused(await alice.run(["send", "bob", "hello?"]), { exit: 4, text: /server-accept/ });
    const accepted = await alice.must("server-accept");
    assert.notEqual(accepted["old"], accepted["new"]);
  });

  test("a folder without permission", {
    skip: process.getuid?.() === 0 ? "root may read everything" : false,
  }, async () => {
    const closed = `${scratch.path}/closed`;
    mkdirSync(closed);
    chmodSync(closed, 0);
    const args = ["server", "start", "--data", `${closed}/data`, "--listen", "127.0.0.1:0", "--json"];
    assertRefused(await runQpc(args), { exit: 1, text: /permission|read|write/i });
  });
});

function cannotMount(): string | false {
  return process.getuid?.() === 0 && process.platform === "linux" ? false : "mounting a small disk needs root on Linux";
}

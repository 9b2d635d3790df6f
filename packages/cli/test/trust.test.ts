/** Whom one talks to: the server of the invite link and no other; and data of a newer program, which nobody touches. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { Person, runQpc, Scratch, ServerProcess } from "./processes.ts";

describe("who may be talked to, and what may be opened", () => {
  const scratch = new Scratch();
  const server = new ServerProcess(`${scratch.path}/server`);
  const impostor = new ServerProcess(`${scratch.path}/impostor`);

  before(async () => {
    await server.start();
    await impostor.start();
  });

  after(async () => {
    for (const one of [server, impostor]) await one[Symbol.asyncDispose]();
    scratch[Symbol.dispose]();
  });

  test("somebody in the middle with a certificate of their own is refused, with an invite link at first contact", async () => {
    const carol = new Person("carol", scratch.path);
    const led = server.invite.replace(`:${server.port}/`, `:${impostor.port}/`);
    assert.notEqual(led, server.invite);
    const { code, lines } = await carol.run(["register", led, "--user", "carol"]);
    assert.equal(code, 4, JSON.stringify(lines));
    assert.match(JSON.stringify(lines), /server_changed/);
    // Nothing is left behind that a second, honest attempt would stumble over.
    await carol.register(server.invite);
  });

  test("a link without the server's key and secret does not register where invitation is asked for, and says so", async () => {
    const dave = new Person("dave", scratch.path);
    const { code, lines } = await dave.run(["register", `qpc://127.0.0.1:${server.port}/`, "--user", "dave"]);
    assert.equal(code, 1);
    assert.match(JSON.stringify(lines), /whole invite link/);
  });

  test("a vault of a newer program is left alone, and says what to do", async () => {
    const erin = new Person("erin", scratch.path);
    await erin.register(server.invite);
    makeNewer(`${erin.profile}/vault.db`);
    const { code, lines } = await erin.run(["whoami"]);
    assert.equal(code, 1);
    assert.match(JSON.stringify(lines), /newer/);
  });

  test("a server's data of a newer program is left alone, and says what to do", async () => {
    await impostor.end();
    makeNewer(`${impostor.directory}/server.db`);
    const args = ["server", "start", "--data", impostor.directory, "--listen", "127.0.0.1:0", "--json"];
    const { code, lines } = await runQpc(args);
    assert.equal(code, 1);
    assert.match(JSON.stringify(lines), /newer version/);
  });
});

function makeNewer(file: string): void {
  using database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 999");
}

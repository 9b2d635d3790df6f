import assert from "node:assert/strict";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { MemoryListener } from "@quicprochat/connection";
import { methods } from "@quicprochat/protocol";
import { call, closeCodes } from "@quicprochat/rpc";
import { Hosted } from "../test/hosted.ts";
import { openMailbox, Person } from "../test/person.ts";
import { Scratch } from "../test/scratch.ts";
import { bytes } from "../test/store-conformance/samples.ts";
import { controlPath } from "./control-path.ts";
import { controlClient, DataFolder, readInvite } from "./index.ts";

test("a server that stops answers what it has begun, tells its clients, and keeps what it confirmed", async () => {
  using scratch = new Scratch();
  const hosted = await Hosted.start({ path: scratch.file("data") });
  const { person } = await Person.join(hosted, "alice");
  const { address, receive } = await openMailbox(hosted);
  const send = await hosted.connect("send");
  const enqueue = () => call(send, methods.enqueue, { items: [{ id: bytes(16), address }], body: bytes(1_024) });
  const inFlight = Array.from({ length: 20 }, enqueue);
  await inFlight[0];
  const stopping = hosted.running.stop();
  const outcomes = await Promise.allSettled(inFlight);
  assert.equal((await receive.closed).code, closeCodes.draining);
  await stopping;
  await hosted.running.closed;
  const confirmed = outcomes.filter(({ status }) => status === "fulfilled").length;
  assert.ok(confirmed > 0);
  await using again = await Hosted.start({ path: scratch.file("data"), like: hosted });
  await person.session(person.device, again);
});

test("one server for each data folder, until it has stopped", async () => {
  using scratch = new Scratch();
  const path = scratch.file("data");
  const first = await Hosted.start({ path });
  await assert.rejects(Hosted.start({ path }), { code: "data_folder_in_use", message: /Another server/ });
  await first[Symbol.asyncDispose]();
  await (await Hosted.start({ path }))[Symbol.asyncDispose]();
});

test("a data folder that is a file, and a damaged file in it, are refused with what to do", async () => {
  using scratch = new Scratch();
  writeFileSync(scratch.file("file"), "");
  assert.throws(() => new DataFolder(scratch.file("file")), {
    code: "data_folder_unreadable",
    message: /not a folder.*--data/,
  });
  assert.throws(() => new DataFolder(scratch.file("file/inside")), { code: "data_folder_unreadable" });
  const path = scratch.file("data");
  await (await Hosted.start({ path }))[Symbol.asyncDispose]();
  writeFileSync(`${path}/opaque-setup`, "damaged");
  await assert.rejects(Hosted.start({ path }), { code: "data_damaged", message: /opaque-setup.*backup/ });
  rmSync(`${path}/opaque-setup`);
  const lost = { code: "data_damaged", message: /opaque-setup is missing.*backup.*no password/ };
  await assert.rejects(Hosted.start({ path }), lost, "a new one would make every password useless without a word");
  assert.ok(!existsSync(`${path}/opaque-setup`));
});

test("a start that was cut off before there was a database goes on", async () => {
  using scratch = new Scratch();
  const path = scratch.file("data");
  const file = { name: "identity", make: () => bytes(8), parse: (made: Uint8Array) => made, lossMeans: "all is lost" };
  const identityNow = (): Uint8Array => {
    using folder = new DataFolder(path);
    return folder.readOrCreate(file);
  };
  const identity = identityNow();
  await (await Hosted.start({ path }))[Symbol.asyncDispose]();
  assert.deepEqual(identityNow(), identity);
});

test("files are for their owner only", { skip: process.platform === "win32" }, async () => {
  using scratch = new Scratch();
  const path = scratch.file("data");
  await (await Hosted.start({ path }))[Symbol.asyncDispose]();
  assert.equal(statSync(path).mode & 0o777, 0o700);
  // As somebody makes it by hand, and as an earlier version left its files.
  chmodSync(path, 0o755);
  chmodSync(`${path}/server.db`, 0o644);
  await using hosted = await Hosted.start({ path });
  await Person.join(hosted, "alice");
  const names = readdirSync(path);
  for (const name of ["server.db", "server.db-wal", "server.lock", "opaque-setup", "invite.txt", "control.sock"]) {
    assert.ok(names.includes(name), name);
  }
  for (const name of names) assert.equal(statSync(`${path}/${name}`).mode & 0o777, 0o600, name);
});

test("another process asks how the server is, for its invite, and for its end", async () => {
  using scratch = new Scratch();
  const path = scratch.file("data");
  await assert.rejects(readInvite(path), { code: "no_invite", message: /qpc server start/ });
  const control = controlClient(path);
  assert.equal(await control.status(), null);
  assert.equal(await control.stop(), false);
  await using hosted = await Hosted.start({ path });
  await Person.join(hosted, "alice");
  const health = await control.status();
  assert.ok(health !== null && health.memoryBytes > 0);
  const { address, accounts, connections, store, state } = health;
  const expected = { address: "memory:0", accounts: 1, connections: 1, store: "ok", state: "serving" };
  assert.deepEqual({ address, accounts, connections, store, state }, expected);
  assert.equal(await readInvite(path), hosted.running.invite);
  assert.equal(await control.stop(), true);
  await hosted.running.closed;
  assert.equal(await control.status(), null);
});

test("a server whose socket fails says so and stops", async () => {
  class FailingListener extends MemoryListener {
    override accept(): Promise<never> {
      return Promise.reject(new Error("the socket is gone"));
    }
  }
  await using hosted = await Hosted.start({ listener: new FailingListener() });
  await hosted.running.closed;
  assert.ok(hosted.log.some(({ event, level }) => event === "failed" && level === "error"));
});

test("a long path has its socket elsewhere, Windows a named pipe", () => {
  assert.equal(controlPath("/srv/qpc", "linux"), "/srv/qpc/control.sock");
  const long = controlPath(`/srv/${"x".repeat(200)}`, "linux");
  assert.ok(long.length < 104 && !long.includes("xxx"));
  assert.match(controlPath("/srv/qpc", "win32"), /^\\\\\.\\pipe\\quicprochat-[0-9a-f]{32}$/);
});

test("neither log nor account files name a mailbox, and no log line names a person", async () => {
  using scratch = new Scratch();
  const path = scratch.file("data");
  const hosted = await Hosted.start({ path });
  await Person.join(hosted, "alice.smith");
  const { address } = await openMailbox(hosted);
  const send = await hosted.connect("send");
  await call(send, methods.enqueue, { items: [{ id: bytes(16), address }], body: bytes(1_024) });
  await hosted.running.stop();
  const log = JSON.stringify(hosted.log);
  assert.ok(hosted.log.length >= 3);
  for (const text of ["alice", Buffer.from(address).toString("hex"), "client"]) assert.ok(!log.includes(text), text);
  const others = readdirSync(path).filter((name) => !name.startsWith("server.db"));
  for (const name of others) assert.ok(!readFileSync(`${path}/${name}`).includes("alice"), name);
});

/** What an eavesdropper, a seized server and a seized disk find of a message: nothing. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { needsProgram } from "../../../scripts/needs.ts";
import { Capture } from "./capture.ts";
import { Person, Scratch, ServerProcess } from "./processes.ts";
import { filesWith, memoryWith } from "./search.ts";

const CANARY = "canary-7f3a9e51-sings-only-for-bob";
const TITLE = "title-c04d2b-nobody-else-reads";
/** X25519MLKEM768 in the TLS registry of supported groups. */
const X25519MLKEM768 = "4588";

test("a canary is absent from traffic, server files, server memory and client files", {
  skip: needsProgram("tshark"),
}, async () => {
  using scratch = new Scratch();
  await using server = new ServerProcess(`${scratch.path}/server`);
  await server.start();
  const capture = await Capture.start(`${scratch.path}/traffic.pcap`, server.port);
  const alice = new Person("alice", scratch.path);
  const bob = new Person("bob", scratch.path);
  await alice.register(server.invite);
  await bob.register(server.invite);
  const group = String((await alice.must("group", "create", TITLE, "bob"))["conversation"]);
  await alice.must("send", group, CANARY);

  const needles = [CANARY, TITLE].map((text) => Buffer.from(text));
  const conversation = Buffer.from(group, "hex");
  // The message is still on the server here: Bob has not fetched it.
  for (const needle of [...needles, conversation]) assert.deepEqual(filesWith(server.directory, needle), []);
  const memory = memoryWith(server.pid, [...needles, conversation]);
  assert.ok(memory.bytes > 10_000_000, "the memory of the server was not read");
  assert.deepEqual(memory.hits, [0, 0, 0]);

  assert.deepEqual(await bob.receive(10, 1), [CANARY]);
  await capture.stop();
  const traffic = readFileSync(capture.file);
  assert.ok(traffic.length > 10_000, "nothing was captured");
  for (const needle of needles) assert.ok(!traffic.includes(needle));
  for (const person of [alice, bob]) {
    for (const needle of needles) assert.deepEqual(filesWith(person.profile, needle), []);
  }

  const groups = capture.fields({
    port: server.port,
    filter: "tls.handshake.type == 2",
    field: "tls.handshake.extensions_key_share_group",
  });
  assert.ok(groups.length > 0, "no ServerHello was seen");
  for (const chosen of groups) assert.match(chosen, new RegExp(`^(${X25519MLKEM768}|0x11ec|0x000011ec)(,|$)`, "i"));
});

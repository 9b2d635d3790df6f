import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "@quicprochat/transport";
import { Registered } from "../../test/registered.ts";
import { acceptServerIdentity } from "./accept-server.ts";
import { openAccount } from "./open-account.ts";

test("a server that changed is trusted once somebody says so, and named by what it was and is", async () => {
  using registered = await Registered.start();
  const { server, profile, vault, account } = registered;
  vault.close();
  const before = server.server.serverId;
  server.server = { ...server.server, serverId: before.toReversed(), counter: 1 };
  const { dial } = server;
  const options = { profile: profile.path, passphrase: "passphrase", dial };
  const accepted = await acceptServerIdentity(options);
  assert.deepEqual(accepted, { old: fingerprint(before), new: fingerprint(server.server.serverId) });
  const opened = await openAccount(options);
  assert.deepEqual(opened.account.pin, server.server);
  assert.deepEqual(opened.account.serverId, account.serverId, "the chain of keys stays as it was signed");
  const { links } = registered.links({ account: opened.account });
  links.start();
  await links.online();
  await links[Symbol.asyncDispose]();
  opened.vault.close();
});

test("without a server nothing is accepted", async () => {
  using registered = await Registered.start();
  const { server, profile, vault } = registered;
  vault.close();
  server.reachable = false;
  const options = { profile: profile.path, passphrase: "passphrase", dial: server.dial };
  await assert.rejects(acceptServerIdentity(options), { code: "unreachable", exitCode: 3 });
  await assert.rejects(acceptServerIdentity({ ...options, passphrase: "other" }), { code: "wrong_passphrase" });
});

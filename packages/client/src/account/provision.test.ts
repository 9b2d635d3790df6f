import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { equalBytes, toUtf8 } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import { encodeInvite } from "@quicprochat/transport";
import { cheapCost, Profile } from "../../test/profile.ts";
import { whoRegisters } from "../../test/registered.ts";
import { SmallServer } from "../../test/small-server.ts";
import { decodeCredential, verifyCredential } from "../envelope/credential.ts";
import { createVault, vaultExists } from "../vault/open-vault.ts";
import { openAccount } from "./open-account.ts";
import { type Provisioned, type ProvisionOptions, provision } from "./provision.ts";
import { parseRecoveryCode, rootKeyPair } from "./recovery-code.ts";

type Changes = Partial<ProvisionOptions>;

const run = (server: SmallServer, profile: Profile, changes: Changes = {}): Promise<Provisioned> =>
  provision({ ...whoRegisters, profile: profile.path, dial: server.dial, invite: server.invite, ...changes });

async function complete(server: SmallServer, profile: Profile, changes: Changes = {}): Promise<string> {
  const { vault, recoveryCode } = await run(server, profile, changes);
  vault.close();
  return recoveryCode;
}

test("a new account has its chain of keys, its device, door, mailbox and KeyPackages", async () => {
  const server = await SmallServer.start();
  using profile = new Profile();
  const { vault, account, recoveryCode } = await run(server, profile);
  using _vault = vault;
  assert.equal(account.username, "alice");
  assert.deepEqual(rootKeyPair(parseRecoveryCode(recoveryCode)).publicKey, account.rootKey);
  assert.ok(verifyCredential(decodeCredential(account.credential), account.leafKeyPair.publicKey));
  const kept = server.accounts.get("alice");
  assert.deepEqual(kept?.identity.rootKey, account.rootKey);
  assert.deepEqual(
    kept?.devices?.devices.map(({ id }) => id),
    [account.deviceId],
  );
  assert.deepEqual([server.doors.size, server.mailboxes.size, server.packages.size], [1, 1, 100]);
  assert.ok(server.lastResort !== undefined);
});

test("account and mailbox are made on connections of their own", async () => {
  const server = await SmallServer.start();
  using profile = new Profile();
  await complete(server, profile);
  const [account, receive, more] = server.visits;
  assert.equal(more, undefined);
  assert.deepEqual([account?.kind, receive?.kind], ["account", "receive"]);
  assert.deepEqual(receive?.calls, ["hello", "mailbox.create"]);
});

test("neither passphrase, password nor recovery code is in the files", async () => {
  const server = await SmallServer.start();
  using profile = new Profile();
  const [passphrase, password] = ["canary passphrase", "canary password"];
  const code = await complete(server, profile, { passphrase, password });
  for (const canary of [toUtf8(passphrase), toUtf8(password), toUtf8(code), parseRecoveryCode(code), toUtf8("alice")]) {
    assert.equal(profile.holds(canary), false);
  }
});

test("the recovery code is shown until the account is first opened, and is on no device from then on", async () => {
  const server = await SmallServer.start();
  using profile = new Profile();
  const code = await complete(server, profile);
  const dials = server.dials;
  assert.equal(await complete(server, profile), code);
  assert.equal(server.dials, dials, "all was done already");
  const { vault, account } = await openAccount({ profile: profile.path, passphrase: whoRegisters.passphrase });
  assert.equal(account.username, "alice");
  assert.equal(
    vault.list("account.").some(({ value }) => Buffer.from(value).includes(parseRecoveryCode(code))),
    false,
  );
  vault.close();
  await assert.rejects(run(server, profile), { code: "already_registered", message: /alice.*--profile/ });
});

test("what cannot be leaves nothing behind, and says what to do", async (context) => {
  const server = await SmallServer.start();
  using taken = new Profile();
  await complete(server, taken, { username: "taken" });
  const { serverId } = server.server;
  const address = { host: "localhost", port: 5001 };
  const cases: Record<
    string,
    { readonly changes: Changes; readonly code: string; readonly server?: Partial<SmallServer> }
  > = {
    "a name that is taken": { changes: { username: "taken" }, code: "name_taken" },
    "a name that is none": { changes: { username: "No Name" }, code: "bad_username" },
    "a damaged link": { changes: { invite: `${server.invite}x` }, code: "bad_invite" },
    "a link without its secret": {
      changes: { invite: encodeInvite({ ...address, serverId }) },
      code: "bad_registration_secret",
    },
    "another server than the link's": {
      changes: { invite: encodeInvite({ ...address, serverId: random(32), registrationSecret: random(16) }) },
      code: "server_changed",
    },
    "nobody there": { changes: {}, code: "unreachable", server: { reachable: false } },
    "a clock that is far off": { changes: {}, code: "clock_wrong", server: { clockOffsetMs: 1e9 } },
    "stretching that no machine bears": {
      changes: {},
      code: "bad_key_stretching",
      server: { keyStretching: { version: 1, memoryKib: 2 ** 31, passes: 1, parallelism: 1 } },
    },
    "stretching of a newer kind": {
      changes: {},
      code: "bad_key_stretching",
      server: { keyStretching: { version: 2, memoryKib: 64, passes: 1, parallelism: 1 } },
    },
  };
  for (const [name, { changes, code, server: differently }] of Object.entries(cases)) {
    await context.test(name, async () => {
      using profile = new Profile();
      const { reachable, clockOffsetMs, keyStretching } = server;
      Object.assign(server, differently);
      await assert.rejects(run(server, profile, changes), { code });
      Object.assign(server, { reachable, clockOffsetMs, keyStretching });
      assert.deepEqual(readdirSync(profile.path), []);
    });
  }
});

test("an address alone pins whoever answers", async () => {
  const server = await SmallServer.start();
  server.registrationSecret = new Uint8Array(0);
  using profile = new Profile();
  const { vault, account } = await run(server, profile, { invite: "localhost" });
  assert.deepEqual(account.pin, server.server);
  assert.deepEqual(account.server, { host: "localhost", port: 5001 });
  vault.close();
});

/** What the server hears of one registration, before and after the effect of each call. */
async function momentsOf(server: SmallServer): Promise<string[]> {
  const moments: string[] = [];
  server.fault = (at) => moments.push(at);
  using profile = new Profile();
  await complete(server, profile, { username: "first" });
  return moments;
}

test("a registration that is cut off anywhere is completed by the next run, with its own recovery code", async (context) => {
  const server = await SmallServer.start();
  const moments = await momentsOf(server);
  assert.ok(moments.length >= 18, moments.join());
  for (const [cut, moment] of moments.entries()) {
    await context.test(`cut off ${moment}`, async () => {
      using profile = new Profile();
      const username = `user${cut}`;
      server.packages.clear();
      let heard = 0;
      server.fault = () => {
        if (heard++ !== cut) return;
        server.endAll();
        throw new Error("cut off");
      };
      await assert.rejects(run(server, profile, { username }), { code: "unreachable", exitCode: 3 });
      server.fault = () => {};
      if (vaultExists(profile.path)) {
        const opening = openAccount({ profile: profile.path, passphrase: whoRegisters.passphrase });
        await assert.rejects(opening, { code: "not_registered", message: /qpc register again/ });
      }
      const code = await complete(server, profile, { username });
      const { rootKey } = server.accounts.get(username)?.identity ?? { rootKey: undefined };
      assert.deepEqual(rootKeyPair(parseRecoveryCode(code)).publicKey, rootKey);
      assert.equal(server.packages.size, 100);
      const { vault } = await openAccount({ profile: profile.path, passphrase: whoRegisters.passphrase });
      vault.close();
    });
  }
});

/** Cut off when the server has heard, or not heard, that it shall take the name. */
async function cutOff(server: SmallServer, profile: Profile, moment: string): Promise<void> {
  server.fault = (at) => {
    if (at !== moment) return;
    server.endAll();
    throw new Error("cut off");
  };
  await assert.rejects(run(server, profile), { code: "unreachable" });
  server.fault = () => {};
}

test("going on with another password, passphrase or name says which one is wrong", async () => {
  const server = await SmallServer.start();
  using profile = new Profile();
  await cutOff(server, profile, "after opaque.register-finish");
  await assert.rejects(run(server, profile, { password: "other" }), { code: "bad_login", message: /another password/ });
  await assert.rejects(run(server, profile, { passphrase: "other" }), { code: "wrong_passphrase" });
  await assert.rejects(run(server, profile, { username: "bob" }), {
    code: "registration_pending",
    message: /--user alice/,
  });
  await complete(server, profile);
});

test("a name that somebody else took meanwhile is given up, also when the password is the same", async () => {
  for (const password of ["another password", whoRegisters.password]) {
    const server = await SmallServer.start();
    using profile = new Profile();
    using other = new Profile();
    await cutOff(server, profile, "before opaque.register-finish");
    assert.ok(vaultExists(profile.path));
    await complete(server, other, { password });
    await assert.rejects(run(server, profile), { code: "name_taken" });
    assert.deepEqual(readdirSync(profile.path), []);
    await complete(server, profile, { username: "bob" });
  }
});

test("two who ask for a name at once: one gets it, the other is left with nothing", async () => {
  const server = await SmallServer.start();
  using one = new Profile();
  using other = new Profile();
  const outcomes = await Promise.allSettled([complete(server, one), complete(server, other)]);
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  assert.equal([one, other].filter(({ path }) => vaultExists(path)).length, 1);
});

test("a vault that was made and left empty is used", async () => {
  const server = await SmallServer.start();
  using profile = new Profile();
  const { passphrase } = whoRegisters;
  (await createVault({ profile: profile.path, passphrase, cost: cheapCost })).close();
  await assert.rejects(openAccount({ profile: profile.path, passphrase }), { code: "not_registered" });
  await complete(server, profile);
});

test("once pinned, the server that was begun with must answer also the run that goes on", async () => {
  const server = await SmallServer.start();
  using profile = new Profile();
  await cutOff(server, profile, "after opaque.register-finish");
  const first = server.server;
  server.server = { ...first, serverId: random(32) };
  await assert.rejects(run(server, profile), { code: "server_changed", exitCode: 4 });
  server.server = first;
  const { vault, account } = await run(server, profile);
  assert.ok(equalBytes(account.pin.serverId, first.serverId));
  vault.close();
});

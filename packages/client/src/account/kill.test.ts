import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { systemRandom as random } from "@quicprochat/crypto";
import { createServerIdentity, encodeInvite, listen, serverIdOf, statementKeyOf } from "@quicprochat/transport";
import { Profile } from "../../test/profile.ts";
import { whoRegisters } from "../../test/registered.ts";
import { SmallServer } from "../../test/small-server.ts";
import { openAccount } from "./open-account.ts";
import { parseRecoveryCode, rootKeyPair } from "./recovery-code.ts";

const program = fileURLToPath(new URL("../../test/registering.ts", import.meta.url));

function register(
  profile: Profile,
  invite: string,
  username: string,
): { child: ChildProcess; printed: Promise<string> } {
  const args = ["--disable-warning=ExperimentalWarning", program, profile.path, invite, username];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  return { child, printed: once(child, "close").then(() => printed) };
}

test("a process that is killed while it registers over QUIC is followed by one that completes the account", async () => {
  const identity = createServerIdentity({ random });
  await using listener = await listen({ host: "127.0.0.1", port: 0, identity });
  const server = await SmallServer.start();
  const serverId = serverIdOf(identity);
  server.server = {
    ...server.server,
    serverId,
    currentKey: serverId,
    statementKey: statementKeyOf(identity).publicKey,
  };
  const serving = (async () => {
    for (let next = await listener.accept(); next !== null; next = await listener.accept()) void server.serve(next);
  })();
  const [host = "", port = ""] = listener.address.split(":");
  const { registrationSecret } = server;
  const invite = encodeInvite({ host, port: Number(port), serverId, registrationSecret });
  const moments = ["after opaque.register-finish", "after mailbox.create"];
  for (const [at, moment] of moments.entries()) {
    using profile = new Profile();
    const username = `user${at}`;
    server.packages.clear();
    const killed = register(profile, invite, username);
    server.fault = (now) => {
      if (now === moment) killed.child.kill("SIGKILL");
    };
    assert.equal(await killed.printed, "", moment);
    server.fault = () => {};
    const code = await register(profile, invite, username).printed;
    const kept = server.accounts.get(username);
    assert.deepEqual(rootKeyPair(parseRecoveryCode(code)).publicKey, kept?.identity.rootKey, moment);
    const { vault, account } = await openAccount({ profile: profile.path, passphrase: whoRegisters.passphrase });
    assert.deepEqual(account.deviceId, kept?.devices?.devices[0]?.id);
    vault.close();
  }
  await listener.close(0, "");
  await serving;
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection, Listener } from "@quicprochat/connection";
import { systemRandom } from "@quicprochat/crypto";
import { fingerprint } from "../src/identity/fingerprint.ts";
import { rotateServerIdentity, type ServerIdentity } from "../src/identity/server-identity.ts";
import { signStatement } from "../src/identity/statement.ts";
import type { ServerPin, VerifiedServer } from "../src/identity/verify-statement.ts";
import { limits } from "../src/limits.ts";
import { DialError } from "../src/quic/dial-error.ts";
import { introducing, Loopback, newIdentity, portOf } from "./loopback.ts";

const invitePin = ({ serverId }: ServerIdentity): ServerPin => ({ serverId, counterSeen: 0 });
const pinAfter = ({ serverId, currentKey, counter }: VerifiedServer): ServerPin => ({
  serverId,
  currentKey,
  counterSeen: counter,
});

/** A server with a TLS key of its own that says `bytes` of itself. */
async function impostor(bytes: Uint8Array): Promise<Listener> {
  const introduce = async (connection: Connection): Promise<void> => {
    const stream = await connection.open({ unidirectional: true });
    await stream.write(bytes);
    await stream.end();
  };
  return introducing(newIdentity().tlsKey, introduce);
}

async function refused(server: Loopback, pin: ServerPin | null, code: string): Promise<DialError> {
  const dialling = server.dial({ pin });
  const [accepted, failure] = await Promise.all([
    server.listener.accept(),
    dialling.then(
      () => assert.fail("the server was accepted"),
      (error: unknown) => error,
    ),
  ]);
  assert.ok(failure instanceof DialError);
  assert.equal(failure.code, code);
  // The refusing client has written nothing: no stream of it ever arrives.
  assert.equal(await accepted?.accept(), null);
  return failure;
}

test("a server with the id of the invite is accepted, and tells what to pin", async () => {
  const identity = newIdentity();
  await using server = await Loopback.start({ identity });
  const { server: verified } = await server.dial({ pin: invitePin(identity) });
  assert.deepEqual(verified, {
    serverId: identity.serverId,
    currentKey: identity.signingKey.publicKey,
    statementKey: identity.statementKey.publicKey,
    counter: 1,
  });
});

test("another server behind the same address is refused on an invite, and says both fingerprints", async () => {
  const [invited, other] = [newIdentity(), newIdentity()];
  await using server = await Loopback.start({ identity: other });
  const { change } = await refused(server, invitePin(invited), "server_changed");
  assert.deepEqual(change, { pinned: fingerprint(invited.serverId), shown: fingerprint(other.serverId) });
});

test("the first server is trusted without a link; a later swap is refused with the close code for it", async () => {
  const identity = newIdentity();
  await using first = await Loopback.start({ identity });
  const { server: verified } = await first.dial({ pin: null });
  const pin = pinAfter(verified);
  await first.dial({ pin });
  await using swapped = await Loopback.start();
  const refusing = refused(swapped, pin, "server_changed");
  const failure = await refusing;
  assert.match(failure.message, /server-accept/);
});

test("a man in the middle who passes on the true statement is refused, on first contact too", async () => {
  const identity = newIdentity();
  await using middle = await impostor(signStatement(identity, Date.now()));
  for (const pin of [invitePin(identity), null]) {
    const dialling = Loopback.prototype.dial.call({ host: "127.0.0.1", port: portOf(middle.address) }, { pin });
    await assert.rejects(dialling, { code: "server_changed", message: /between this computer and the server/ });
    const { code } = (await (await middle.accept())?.closed) ?? {};
    assert.equal(code, 5);
  }
});

test("a rotated server is accepted by whoever pinned it before; the unrotated one no more", async () => {
  const before = newIdentity();
  const after = rotateServerIdentity(before, { random: systemRandom });
  await using old = await Loopback.start({ identity: before });
  await using rotated = await Loopback.start({ identity: after });
  const pinned = pinAfter((await old.connect()).server);
  const { server: verified } = await rotated.dial({ pin: pinned });
  assert.deepEqual(verified.currentKey, after.signingKey.publicKey);
  await refused(old, pinAfter(verified), "server_changed");
});

test("a statement out of its time is a failed handshake that speaks of clocks", async () => {
  const identity = newIdentity();
  const expired = Date.now() - limits.statementValidMs - 60_000;
  const introduce = async (connection: Connection): Promise<void> => {
    const stream = await connection.open({ unidirectional: true });
    await stream.write(signStatement(identity, expired));
    await stream.end();
  };
  await using stale = await introducing(identity.tlsKey, introduce);
  const dialling = Loopback.prototype.dial.call({ host: "127.0.0.1", port: portOf(stale.address) }, { pin: null });
  await assert.rejects(dialling, { code: "handshake_failed", message: /date and time/ });
});

test("what says nothing of itself, or nonsense, or too much, is no server", async () => {
  for (const bytes of [new Uint8Array(0), systemRandom(300), systemRandom(100_000)]) {
    await using nonsense = await impostor(bytes);
    const options = { host: "127.0.0.1", port: portOf(nonsense.address) };
    await assert.rejects(Loopback.prototype.dial.call(options, { pin: null }), { code: "handshake_failed" });
  }
});

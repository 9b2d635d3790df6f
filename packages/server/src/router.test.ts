import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "@quicprochat/connection";
import { systemRandom } from "@quicprochat/crypto";
import {
  type ConnectionClass,
  connectionClasses,
  type Method,
  methods,
  type RefusalCode,
  RefusalError,
} from "@quicprochat/protocol";
import { call, closeCodes } from "@quicprochat/rpc";
import { Hosted } from "../test/hosted.ts";
import { openMailbox, Person } from "../test/person.ts";
import { refused } from "../test/refused.ts";
import { routes } from "./routes.ts";

const all: readonly Method[] = Object.values(methods);
const classes: readonly ConnectionClass[] = ["account", "receive", "send", "errand"];

/** How the server refuses an empty request: `undefined` when it does not. */
async function refusalOf(connection: Connection, method: Method): Promise<RefusalCode | undefined> {
  try {
    await call(connection, method, {});
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RefusalError, String(error));
    return error.code;
  }
}

test("every method has a handler", () => {
  assert.deepEqual(new Set(routes.keys()), new Set(all.map(({ number }) => number)));
  for (const [number, { method }] of routes) assert.equal(method.number, number);
});

test("every method is answered in its classes and refused in all others", async () => {
  await using hosted = await Hosted.start();
  for (const connectionClass of classes) {
    for (const method of all) {
      const refusal = await refusalOf(await hosted.connect(connectionClass), method);
      const title = `${method.name} on ${connectionClass}`;
      if (!method.classes.includes(connectionClass)) assert.equal(refusal, "wrong_class", title);
      else if (method.session) assert.equal(refusal, "no_session", title);
      else assert.ok(refusal !== "wrong_class" && refusal !== "no_session", `${title}: ${refusal}`);
    }
  }
});

test("every method of a session is answered once there is one", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  const withSession = all.filter(({ session }) => session);
  assert.ok(withSession.length > 0);
  for (const method of withSession) {
    const refusal = await refusalOf(account, method);
    assert.ok(refusal !== "wrong_class" && refusal !== "no_session", `${method.name}: ${refusal}`);
  }
});

test("before hello nothing but hello is answered", async () => {
  await using hosted = await Hosted.start();
  const connection = hosted.connectBare();
  for (const method of all.filter((one) => one !== methods.hello)) {
    assert.equal(await refusalOf(connection, method), "wrong_class", method.name);
  }
});

test("hello says what the client needs to know, and the class stays", async () => {
  await using hosted = await Hosted.start({ now: () => 1_234_567 });
  const connection = hosted.connectBare();
  const hello = (version: number, wanted: number) => call(connection, methods.hello, { version, class: wanted });
  await assert.rejects(hello(2, 1), refused("unknown_method"));
  await assert.rejects(hello(1, 9), refused("malformed"));
  const answer = await hello(1, connectionClasses.send);
  assert.deepEqual(
    [answer.serverTimeMs, answer.requireTokens, answer.registrationSecretRequired, answer.keyStretching?.version],
    [1_234_567n, false, true, 1],
  );
  await hello(1, connectionClasses.send);
  await assert.rejects(hello(1, connectionClasses.account), refused("wrong_class"));
});

test("a method that does not exist is unknown", async () => {
  await using hosted = await Hosted.start();
  const connection = await hosted.connect("send");
  assert.equal(await refusalOf(connection, { ...methods.hello, number: 9_999 }), "unknown_method");
});

test("an errand is for one name or for slots, and not for both", async () => {
  await using hosted = await Hosted.start();
  await Person.join(hosted, "alice");
  const lookUp = (connection: Connection, username: string) => call(connection, methods.lookUp, { username });
  const slot = (connection: Connection) => call(connection, methods.slotGet, { name: new Uint8Array(32) });
  const claim = (connection: Connection, username: string) =>
    call(connection, methods.keyPackageClaim, { username, cipherSuite: 0x4d });
  const enqueue = (connection: Connection) =>
    call(connection, methods.enqueue, {
      items: [{ id: new Uint8Array(16), address: new Uint8Array(32) }],
      body: new Uint8Array(4_096),
    });
  const named = await hosted.connect("errand");
  await lookUp(named, "alice");
  await assert.rejects(claim(named, "alice"), refused("no_package"));
  await enqueue(named);
  await assert.rejects(lookUp(named, "bob"), refused("wrong_class"));
  await assert.rejects(claim(named, "bob"), refused("wrong_class"));
  await assert.rejects(slot(named), refused("wrong_class"));
  const walk = await hosted.connect("errand");
  await slot(walk);
  await slot(walk);
  await assert.rejects(lookUp(walk, "alice"), refused("wrong_class"));
  await assert.rejects(enqueue(walk), refused("wrong_class"));
});

test("a connection that says nothing and an errand that does not end are closed", async () => {
  await using hosted = await Hosted.start({ limits: { helloMs: 20, errandMs: 20 } });
  const silent = hosted.connectBare();
  assert.equal((await silent.closed).code, closeCodes.excessive);
  await using patient = await Hosted.start({ limits: { errandMs: 20 } });
  const send = await patient.connect("send");
  const errand = await patient.connect("errand");
  assert.equal((await errand.closed).code, closeCodes.excessive);
  await call(send, methods.hello, { version: 1, class: connectionClasses.send });
});

test("too many calls a second are told when to come back, from one connection and from one place", async () => {
  const cases = [{ callsPerSecondPerConnection: 3 }, { callsPerSecondPerPrefix: 3 }];
  for (const limits of cases) {
    const clock = { now: 1e12 };
    await using hosted = await Hosted.start({ limits, now: () => clock.now });
    const send = await hosted.connect("send");
    const hello = () => call(send, methods.hello, { version: 1, class: connectionClasses.send });
    await hello();
    await hello();
    const refusal = await hello().catch((error: unknown) => error);
    assert.ok(refusal instanceof RefusalError && refusal.code === "rate_limited");
    assert.ok(refusal.retryAfterMs > 0 && refusal.retryAfterMs <= 2_000);
    clock.now += refusal.retryAfterMs;
    await hello();
  }
});

test("whoever asks on and on instead of waiting loses the connection, and nobody else does", async () => {
  const limits = { callsPerSecondPerConnection: 3, rateRefusalsPerMinute: 20 };
  await using hosted = await Hosted.start({ limits, now: () => 1e12 });
  const [flood, other] = [await hosted.connect("send"), await hosted.connect("send")];
  const hello = (connection: Connection) => call(connection, methods.hello, { version: 1, class: 3 });
  await Promise.allSettled(Array.from({ length: 30 }, () => hello(flood)));
  assert.equal((await flood.closed).code, closeCodes.excessive);
  await hello(other);
});

test("once half of the places are taken, whoever has many gets no more", async () => {
  const limits = { connectionsMax: 8, connectionsPerPrefixMax: 6, connectionsPerPrefixWhenBusyMax: 5 };
  await using hosted = await Hosted.start({ limits });
  for (let taken = 0; taken < 5; taken++) await hosted.connect("send");
  assert.equal((await hosted.connectBare().closed).code, closeCodes.excessive);
});

test("making mailboxes and storing much are slowed down for each place", async () => {
  const limits = { mailboxesPerMinutePerPrefix: 2, storedBytesPerMinutePerPrefix: 10_000 };
  await using hosted = await Hosted.start({ limits, now: () => 1e12 });
  const boxes = [await openMailbox(hosted), await openMailbox(hosted)];
  await assert.rejects(openMailbox(hosted), refused("rate_limited"));
  const send = await hosted.connect("send");
  const enqueue = (bytes: number) =>
    call(send, methods.enqueue, {
      items: boxes.map(({ address }) => ({ id: systemRandom(16), address })),
      body: new Uint8Array(bytes),
    });
  await enqueue(4_096);
  await assert.rejects(enqueue(1_024), refused("rate_limited"), "a cell counts for each of its addresses");
});

test("an errand writes to as many doors as one name can have, in one call or in many", async () => {
  await using hosted = await Hosted.start();
  const enqueue = (errand: Connection, count: number) =>
    call(errand, methods.enqueue, {
      items: Array.from({ length: count }, () => ({ id: systemRandom(16), address: systemRandom(32) })),
      body: new Uint8Array(4_096),
    });
  const one = await hosted.connect("errand");
  await assert.rejects(enqueue(one, 17), refused("wrong_class"));
  await enqueue(one, 10);
  await assert.rejects(enqueue(one, 7), refused("wrong_class"));
  await enqueue(one, 6);
  await enqueue(await hosted.connect("send"), 100);
});

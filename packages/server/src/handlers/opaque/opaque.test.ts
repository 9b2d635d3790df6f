import assert from "node:assert/strict";
import { test } from "node:test";
import { bindLogin, methods } from "@quicprochat/protocol";
import { call } from "@quicprochat/rpc";
import { Hosted } from "../../../test/hosted.ts";
import { exporterOf, Person } from "../../../test/person.ts";
import { refused } from "../../../test/refused.ts";

const empty = new Uint8Array(0);

test("whoever has registered logs in, and the connection carries the session", async () => {
  await using hosted = await Hosted.start();
  const { person, account } = await Person.join(hosted, "alice");
  assert.equal((await call(account, methods.keyPackageStock, {})).stock, 0);
  // The next time the device is listed already.
  const again = await hosted.connect("account");
  await person.logIn(again, "correct horse");
  assert.equal((await call(again, methods.keyPackageStock, {})).stock, 0);
});

test("registering gives no session", async () => {
  await using hosted = await Hosted.start();
  const account = await hosted.connect("account");
  await new Person(hosted, "alice").register(account, "pw");
  await assert.rejects(call(account, methods.keyPackageStock, {}), refused("no_session"));
});

test("a name that is taken is refused at the start and at the end, and stays its owner's", async () => {
  await using hosted = await Hosted.start();
  const { person } = await Person.join(hosted, "alice");
  const account = await hosted.connect("account");
  const thief = new Person(hosted, "alice");
  await assert.rejects(thief.register(account, "pw"), refused("name_taken"));
  const other = new Person(hosted, "bob");
  await other.register(account, "pw");
  const { registrationSecret } = hosted;
  const record = new Uint8Array(192);
  const request = { username: "alice", registrationSecret, record, identity: thief.identity };
  await assert.rejects(call(account, methods.registerFinish, request), refused("malformed"));
  await person.session();
});

test("a registration needs the secret of the invite, a proper name and an identity for it", async () => {
  await using hosted = await Hosted.start();
  const account = await hosted.connect("account");
  const { registrationSecret } = hosted;
  const start = { username: "alice", registrationSecret, request: empty };
  for (const secret of [empty, new Uint8Array(16)]) {
    const request = { ...start, registrationSecret: secret };
    await assert.rejects(call(account, methods.registerStart, request), refused("bad_registration_secret"));
    const finish = { username: "alice", registrationSecret: secret, record: empty };
    await assert.rejects(call(account, methods.registerFinish, finish), refused("bad_registration_secret"));
  }
  for (const username of ["", "A", "No Such Name!"]) {
    await assert.rejects(call(account, methods.registerStart, { ...start, username }), refused("malformed"));
  }
  await assert.rejects(call(account, methods.registerStart, start), refused("malformed"), "no blinded password");
  const { identity } = new Person(hosted, "bob");
  await assert.rejects(new Person(hosted, "alice").register(account, "pw", identity), refused("bad_proof"));
});

test("an open server takes everybody, a closed one nobody", async () => {
  await using open = await Hosted.start({ registration: "open" });
  assert.equal(open.registrationSecret.length, 0);
  await Person.join(open, "alice");
  await using closed = await Hosted.start({ registration: "closed" });
  await assert.rejects(Person.join(closed, "alice"), refused("bad_registration_secret"));
});

test("an unknown name is answered like a wrong password", async () => {
  await using hosted = await Hosted.start();
  await Person.join(hosted, "alice", "right");
  const sizes: number[] = [];
  for (const username of ["alice", "nobody"]) {
    const account = await hosted.connect("account");
    const { ke2, proof } = await new Person(hosted, username).answer(account, "wrong");
    assert.equal(proof, undefined);
    sizes.push(ke2.length);
    const guess = { ke3: new Uint8Array(64), bind: new Uint8Array(32), deviceId: new Uint8Array(16) };
    await assert.rejects(call(account, methods.loginFinish, guess), refused("bad_login"));
  }
  assert.equal(sizes[0], sizes[1]);
});

test("a log-in is bound to the connection it runs on, and can be finished once", async () => {
  await using hosted = await Hosted.start();
  const { person } = await Person.join(hosted, "alice", "pw");
  const account = await hosted.connect("account");
  const deviceId = person.device.id;
  const finish = async (bindTo: Uint8Array) => {
    const { proof } = await person.answer(account, "pw");
    assert.ok(proof !== undefined);
    return { ke3: proof.ke3, bind: bindLogin(proof.sessionKey, bindTo), deviceId };
  };
  const elsewhere = await finish(exporterOf(await hosted.connect("account")));
  await assert.rejects(call(account, methods.loginFinish, elsewhere), refused("bad_login"));
  const here = await finish(exporterOf(account));
  await call(account, methods.loginFinish, here);
  await assert.rejects(call(account, methods.loginFinish, here), refused("bad_login"), "the start was used up");
});

test("a log-in names a device that the account's identity has listed", async () => {
  await using hosted = await Hosted.start();
  const person = new Person(hosted, "alice");
  const account = await hosted.connect("account");
  await person.register(account, "pw");
  await assert.rejects(person.logIn(account, "pw"), refused("no_session"), "nothing is listed");
  const others = new Person(hosted, "alice").list(1n);
  await assert.rejects(person.logIn(account, "pw", others), refused("bad_proof"), "another identity's list");
  const withoutIt = person.list(1n, [Person.newDevice()]);
  await assert.rejects(person.logIn(account, "pw", withoutIt), refused("no_session"));
  await assert.rejects(call(account, methods.keyPackageStock, {}), refused("no_session"));
  await person.logIn(account, "pw", person.list(1n));
  await call(account, methods.keyPackageStock, {});
});

test("guesses at one name and registrations from one place are slowed down", async () => {
  const limits = { loginsPerMinutePerName: 2, registrationsPerMinutePerPrefix: 2 };
  await using hosted = await Hosted.start({ limits });
  const account = await hosted.connect("account");
  const person = new Person(hosted, "nobody");
  for (let guess = 0; guess < 2; guess++) await person.answer(account, "guess");
  await assert.rejects(person.answer(account, "guess"), (error) => refused("rate_limited")(error));
  await new Person(hosted, "somebody").answer(account, "guess");
  await new Person(hosted, "alice").register(account, "pw");
  await assert.rejects(new Person(hosted, "bob").register(account, "pw"), refused("rate_limited"));
});

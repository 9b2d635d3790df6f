import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionClasses, methods, pushes } from "./index.ts";

const all = Object.values(methods);

test("numbers and names are given out once, to calls and pushes together", () => {
  const calls = [...all, ...Object.values(pushes)];
  assert.equal(new Set(calls.map(({ number }) => number)).size, calls.length);
  assert.equal(new Set(calls.map(({ name }) => name)).size, calls.length);
  for (const { number } of calls) assert.ok(number > 0 && number <= 0xffff);
});

test("messages are named after their call, and used by no other", () => {
  for (const { request, response } of all) {
    assert.match(request.typeName, /^qpc\.v1\.\w+Request$/);
    assert.equal(response.typeName, request.typeName.replace(/Request$/, "Response"));
  }
});

test("every class is declared by hello, and the first call is the only one that all may make", () => {
  assert.deepEqual(methods.hello.classes.toSorted(), Object.keys(connectionClasses).toSorted());
  for (const { name, classes } of all) {
    assert.ok(classes.length > 0, name);
    if (name !== "hello") assert.ok(classes.length < Object.keys(connectionClasses).length, name);
  }
  assert.equal(new Set(Object.values(connectionClasses)).size, Object.keys(connectionClasses).length);
});

test("only the class that knows an account has sessions", () => {
  for (const { name, session, classes } of all) if (session) assert.deepEqual(classes, ["account"], name);
});

test("no call mixes an account with private mailboxes or slots", () => {
  for (const { name, classes } of all) {
    if (/^(mailbox|slot)\./.test(name) || name === "enqueue")
      assert.ok(!classes.some((one) => one === "account"), name);
    if (/^(opaque|session|devices|door)\./.test(name)) assert.deepEqual(classes, ["account"], name);
  }
});

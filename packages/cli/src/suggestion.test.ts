import assert from "node:assert/strict";
import { test } from "node:test";
import { closest } from "./suggestion.ts";

const known = ["send", "receive", "history", "register", "server-accept"];

test("a slip of the finger leads to the word that was meant", () => {
  for (const [typed, meant] of [
    ["sned", "send"],
    ["sen", "send"],
    ["recieve", "receive"],
    ["regster", "register"],
    ["histroy", "history"],
    ["server-acept", "server-accept"],
  ] as const) {
    assert.equal(closest(typed, known), meant);
  }
});

test("another word leads nowhere", () => {
  for (const typed of ["xyzzy", "q", "delete"]) assert.equal(closest(typed, known), undefined);
  assert.equal(closest("send", []), undefined);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "./commands.ts";
import { helpText } from "./help.ts";

const COLUMNS = 100;

test("the overview names every command with its operands", () => {
  const lines = helpText(undefined).split("\n");
  for (const { name, operands, about } of commands) {
    const call = `  ${name} ${operands}`.trimEnd();
    assert.ok(
      lines.some((line) => line.startsWith(`${call} `) && line.endsWith(about)),
      call,
    );
  }
});

test("the help of a command shows its options and those that all take", () => {
  for (const command of commands) {
    const text = helpText(command);
    assert.ok(text.startsWith(`usage: qpc ${command.name}`));
    for (const name of [...Object.keys(command.options), "profile", "json", "help"])
      assert.ok(text.includes(`--${name}`));
  }
});

test("no line of help is wider than a usual terminal, or ends in spaces", () => {
  for (const command of [undefined, ...commands]) {
    for (const line of helpText(command).split("\n")) {
      assert.ok(line.length <= COLUMNS, line);
      assert.equal(line, line.trimEnd());
    }
  }
});

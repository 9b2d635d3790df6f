import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CommandLine, parseCommandLine } from "./command-line.ts";
import { commands } from "./commands.ts";
import { CommandError } from "./failure.ts";

function run(...args: string[]): Extract<CommandLine, { kind: "run" }> {
  const parsed = parseCommandLine(args);
  assert.ok(parsed.kind === "run", `${args.join(" ")} gave ${parsed.kind}`);
  return parsed;
}

function refusal(...args: string[]): string {
  try {
    parseCommandLine(args);
  } catch (error) {
    assert.ok(error instanceof CommandError, String(error));
    assert.deepEqual([error.code, error.exitCode], ["usage", 2]);
    return error.message;
  }
  return assert.fail(`${args.join(" ")} was taken`);
}

test("a command takes its operands, in order", () => {
  const { command, operands } = run("send", "bob", "hello there");
  assert.equal(command.name, "send");
  assert.deepEqual(operands, ["bob", "hello there"]);
  assert.deepEqual(run("group", "add", "friends", "bob", "carol").operands, ["friends", "bob", "carol"]);
  assert.deepEqual(run("server", "status").operands, []);
});

test("options stand before the command, between its words, or behind it", () => {
  for (const args of [
    ["--profile", "here", "--json", "group", "create", "friends"],
    ["group", "--json", "create", "friends", "--profile", "here"],
    ["group", "create", "--profile=here", "friends", "--json"],
  ]) {
    const { command, operands, options } = run(...args);
    assert.deepEqual([command.name, operands], ["group create", ["friends"]]);
    assert.deepEqual([options.text("profile"), options.flag("json")], ["here", true]);
  }
});

test("everything behind -- is an operand, whatever it looks like", () => {
  const { operands, options } = run("send", "bob", "--", "--json");
  assert.deepEqual([operands, options.flag("json")], [["bob", "--json"], false]);
  assert.deepEqual(run("--json", "send", "--", "bob", "-5 degrees").operands, ["bob", "-5 degrees"]);
});

test("numbers are whole numbers", () => {
  const { options } = run("receive", "--wait", "10", "--count=2", "--follow");
  assert.deepEqual([options.count("wait"), options.count("count"), options.flag("follow")], [10, 2, true]);
  assert.equal(options.count("search"), undefined);
  for (const value of ["ten", "1.5", "-1", "1e3", "9999999999"]) {
    assert.match(refusal("receive", `--wait=${value}`), /--wait needs a whole number/);
  }
});

test("a value that was forgotten is not the next option", () => {
  assert.match(refusal("register", "qpc://x", "--user", "--json"), /--user needs a value: --user NAME/);
  assert.match(refusal("register", "qpc://x", "--user"), /--user needs a value/);
  assert.match(refusal("register", "qpc://x", "--user="), /--user needs a value/);
  assert.match(refusal("whoami", "--json=yes"), /takes no value/);
});

test("an unknown command names the one that was probably meant", () => {
  assert.match(refusal("recieve"), /no command "recieve". Did you mean "receive"\?/);
  assert.match(refusal("group", "creat"), /Did you mean "group create"\?/);
  assert.match(refusal("xyzzy"), /no command "xyzzy". "qpc --help"/);
  assert.match(refusal("group"), /alone does nothing. There are: group create, group add/);
});

test("an unknown option names the one that was probably meant", () => {
  assert.match(refusal("receive", "--folow"), /"receive" has no option --folow. Did you mean --follow\?/);
  assert.match(refusal("send", "bob", "-5"), /no option -5.*behind "--"/);
  assert.match(refusal("whoami", "--wait", "3"), /"whoami" has no option --wait/);
  assert.match(refusal("--no-such"), /There is no option --no-such/);
  for (const name of ["toString", "constructor", "__proto__"]) {
    assert.match(refusal("whoami", `--${name}`), /has no option/);
    assert.match(refusal(`--${name}`), /There is no option/);
  }
});

test("a missing or superfluous operand is named, and how it goes is shown", () => {
  assert.match(refusal("send"), /CONV is missing: qpc send CONV \[TEXT\]/);
  assert.match(refusal("group", "add", "friends"), /NAME\.\.\. is missing/);
  assert.match(refusal("send", "bob", "hello", "there"), /"there" is too much.*quotes/);
  assert.match(refusal("whoami", "x"), /"x" is too much: qpc whoami\.$/);
});

test("help comes before operands are looked at, and is told from a missing command", () => {
  assert.deepEqual(parseCommandLine([]), { kind: "help", command: undefined, wanted: false });
  assert.deepEqual(parseCommandLine(["--help"]), { kind: "help", command: undefined, wanted: true });
  assert.deepEqual(parseCommandLine(["--json"]), { kind: "help", command: undefined, wanted: false });
  for (const args of [
    ["send", "--help"],
    ["-h", "send"],
    ["send", "-h", "a", "b", "c"],
  ]) {
    const parsed = parseCommandLine(args);
    assert.ok(parsed.kind === "help" && parsed.command?.name === "send" && parsed.wanted);
  }
  assert.match(refusal("sned", "--help"), /no command/);
});

test("any arguments are a command line or a usage error", () => {
  const word = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom("--", "-", "--json", "--wait", "3", "-h", "--user=", "group", ...commands.map(({ name }) => name)),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (args) => {
      try {
        parseCommandLine(args);
      } catch (error) {
        assert.ok(error instanceof CommandError && error.exitCode === 2, String(error));
        assert.ok(error.message.length > 10);
      }
    }),
  );
});

test("an option means the same for every command that takes it", () => {
  const kinds = new Map<string, string>();
  for (const { options } of commands) {
    for (const [name, { kind }] of Object.entries(options)) assert.equal(kinds.get(name) ?? kind, kind, name);
    for (const [name, { kind }] of Object.entries(options)) kinds.set(name, kind);
  }
});

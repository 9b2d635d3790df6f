/** Reads the arguments of `qpc`: which command, its operands and its options, wherever they stand. */
import { parseArgs } from "node:util";
import { type Command, commands, globalOptions, type OptionSpec, type OptionSpecs } from "./commands.ts";
import { usageError } from "./failure.ts";
import type { Options } from "./invocation.ts";
import { closest } from "./suggestion.ts";

export type CommandLine =
  /** `wanted`: asked for; otherwise no command was named. */
  | { readonly kind: "help"; readonly command: Command | undefined; readonly wanted: boolean }
  | {
      readonly kind: "run";
      readonly command: Command;
      readonly operands: readonly string[];
      readonly options: Options;
    };

/** Throws a usage error that names what was not understood and, where there is one, the likely meaning. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { words, given } = tokenize(args);
  const { command, operands } = findCommand(words);
  const specs: OptionSpecs = { ...globalOptions, ...command?.options };
  const options = checkOptions(given, specs, command);
  if (command === undefined && words.length > 0) throw unknownCommand(words);
  const wanted = options.flag("help");
  if (command === undefined || wanted) return { kind: "help", command, wanted };
  checkOperands(command, operands);
  return { kind: "run", command, operands, options };
}

type GivenOption = { readonly name: string; readonly raw: string; readonly value: string | undefined };

function tokenize(args: readonly string[]): { words: string[]; given: GivenOption[] } {
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...parserOptions(), h: { type: "boolean" } },
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const words: string[] = [];
  const given: GivenOption[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    // `--user --json`: a name was forgotten, it is not "--json".
    const forgotten = token.inlineValue === false && token.value.startsWith("--");
    const name = token.name === "h" ? "help" : token.name;
    given.push({ name, raw: token.rawName, value: forgotten ? undefined : token.value });
  }
  return { words, given };
}

/** An option means the same for every command that takes it, so the words can be told apart before the command is known. */
function parserOptions(): Record<string, { type: "boolean" | "string" }> {
  const pairs = [globalOptions, ...commands.map(({ options }) => options)].flatMap((specs) => Object.entries(specs));
  return Object.fromEntries(pairs.map(([name, { kind }]) => [name, { type: kind === "flag" ? "boolean" : "string" }]));
}

function findCommand(words: readonly string[]): { command: Command | undefined; operands: readonly string[] } {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    const command = commands.find((candidate) => candidate.name === name);
    if (command !== undefined) return { command, operands: words.slice(length) };
  }
  return { command: undefined, operands: [] };
}

function unknownCommand(words: readonly string[]): Error {
  const [first = "", second] = words;
  const siblings = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (siblings.length > 0 && second === undefined) {
    return usageError(`"${first}" alone does nothing. There are: ${siblings.join(", ")}.`);
  }
  const name = siblings.length > 0 ? `${first} ${second}` : first;
  const meant = closest(name, siblings.length > 0 ? siblings : commands.map((command) => command.name));
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  return usageError(`There is no command "${name}".${hint} "qpc --help" lists them all.`);
}

function checkOptions(given: readonly GivenOption[], specs: OptionSpecs, command: Command | undefined): Options {
  const values = new Map<string, string | number | true>();
  for (const option of given) {
    const spec = Object.hasOwn(specs, option.name) ? specs[option.name] : undefined;
    // Without a command, an option of some command is not what is wrong.
    if (spec === undefined && command === undefined && Object.hasOwn(parserOptions(), option.name)) continue;
    if (spec === undefined) throw unknownOption(option, specs, command);
    values.set(option.name, checkedValue(option, spec));
  }
  return {
    text: (name) => {
      const value = values.get(name);
      return typeof value === "string" ? value : undefined;
    },
    count: (name) => {
      const value = values.get(name);
      return typeof value === "number" ? value : undefined;
    },
    flag: (name) => values.get(name) === true,
  };
}

function unknownOption({ raw, name }: GivenOption, specs: OptionSpecs, command: Command | undefined): Error {
  const meant = closest(name, Object.keys(specs));
  const hint = meant === undefined ? "" : ` Did you mean --${meant}?`;
  const owner = command === undefined ? "There is no option" : `"${command.name}" has no option`;
  return usageError(`${owner} ${raw}.${hint} A text that begins with "-" goes behind "--".`);
}

function checkedValue({ raw, value }: GivenOption, spec: OptionSpec): string | number | true {
  if (spec.kind === "flag") {
    if (value !== undefined) throw usageError(`${raw} takes no value.`);
    return true;
  }
  if (value === undefined || value === "") throw usageError(`${raw} needs a value: ${raw} ${spec.value ?? "VALUE"}.`);
  if (spec.kind === "text") return value;
  if (!/^\d{1,9}$/.test(value)) throw usageError(`${raw} needs a whole number, not "${value}".`);
  return Number(value);
}

function checkOperands({ name, operands }: Command, given: readonly string[]): void {
  const expected = operands === "" ? [] : operands.split(" ");
  const required = expected.filter((operand) => !operand.startsWith("["));
  const call = `qpc ${name} ${operands}`.trimEnd();
  if (given.length < required.length) throw usageError(`${required[given.length] ?? ""} is missing: ${call}`);
  const most = operands.includes("...") ? Number.POSITIVE_INFINITY : expected.length;
  if (given.length > most) {
    const quotes = expected.length > 0 ? " Put quotes around words that belong together." : "";
    throw usageError(`"${given[expected.length] ?? ""}" is too much: ${call}.${quotes}`);
  }
}

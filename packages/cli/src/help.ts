/** What `--help` prints: the list of commands, or one of them in full. */
import { type Command, commands, globalOptions, type OptionSpecs } from "./commands.ts";

export function helpText(command: Command | undefined): string {
  return command === undefined ? overview() : explanation(command);
}

function overview(): string {
  const calls = commands.map(({ name, operands, about }) => [`${name} ${operands}`, about] as const);
  return [
    "qpc - an end-to-end encrypted group messenger",
    "",
    "usage: qpc [OPTIONS] COMMAND [OPTIONS]",
    "",
    ...columns(calls),
    "",
    ...optionLines(globalOptions),
    "",
    "Passphrase and password are asked for, or come from QPC_PASSPHRASE and QPC_PASSWORD.",
    "CONV is a conversation: its id or the beginning of it, its title, or the name of the other person.",
    "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 server not reachable,",
    "4 identity of the server changed, 5 identity of a contact changed.",
  ].join("\n");
}

function explanation({ name, operands, about, options }: Command): string {
  return [
    `usage: qpc ${name} ${operands}`.trimEnd(),
    "",
    `${about[0]?.toUpperCase() ?? ""}${about.slice(1)}.`,
    "",
    ...optionLines({ ...options, ...globalOptions }),
  ].join("\n");
}

function optionLines(options: OptionSpecs): string[] {
  return columns(Object.entries(options).map(([name, { value, about }]) => [`--${name} ${value ?? ""}`, about]));
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.trimEnd().length)) + 2;
  return rows.map(([left, right]) => `  ${left.trimEnd().padEnd(width)}${right}`);
}

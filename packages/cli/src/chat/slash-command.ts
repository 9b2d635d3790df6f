/** Lines that begin with a slash: what they ask for, and how to complete a half-written one. */
import { closest } from "../suggestion.ts";

export type SlashCommand =
  | { readonly kind: "direct"; readonly name: string }
  | { readonly kind: "group"; readonly title: string; readonly names: readonly string[] }
  | { readonly kind: "add"; readonly names: readonly string[] }
  | { readonly kind: "members" }
  | { readonly kind: "search"; readonly words: string }
  | { readonly kind: "invite" }
  | { readonly kind: "help" }
  | { readonly kind: "quit" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "wrong"; readonly text: string };

/** Calls and what they do, for the help. */
export const slashCommands: readonly (readonly [string, string])[] = [
  ["/dm NAME", "talk with somebody"],
  ["/group TITLE NAME...", 'a new group; a title of several words in "quotes"'],
  ["/add NAME...", "add people to this group"],
  ["/members", "who is here, with which devices"],
  ["/search WORDS", "find messages of this conversation"],
  ["/invite", "the invite link of the server on this machine"],
  ["/help", "all keys and commands"],
  ["/quit", "leave the chat"],
];

const names = slashCommands.map(([call]) => call.split(" ")[0] ?? call);

type Parse = (words: readonly string[]) => SlashCommand | undefined;

/** `undefined` where it goes otherwise. */
const parsers = new Map<string, Parse>([
  ["/dm", ([name, ...more]) => (name === undefined || more.length > 0 ? undefined : { kind: "direct", name })],
  ["/group", ([title, ...members]) => (title === undefined ? undefined : { kind: "group", title, names: members })],
  ["/add", (words) => (words.length === 0 ? undefined : { kind: "add", names: words })],
  ["/search", (words) => (words.length === 0 ? undefined : { kind: "search", words: words.join(" ") })],
  ["/members", () => ({ kind: "members" })],
  ["/invite", () => ({ kind: "invite" })],
  ["/help", () => ({ kind: "help" })],
  ["/quit", () => ({ kind: "quit" })],
]);

/** `undefined` for a line that is a message; `//text` is the message "/text". */
export function parseSlashCommand(line: string): SlashCommand | undefined {
  if (!line.startsWith("/")) return undefined;
  if (line.startsWith("//")) return { kind: "text", text: line.slice(1) };
  const [command = "", ...words] = wordsOf(line);
  const parse = parsers.get(command);
  if (parse === undefined) return unknown(command);
  return parse(words) ?? usage(command);
}

function unknown(command: string): SlashCommand {
  const meant = closest(command, names);
  const hint = meant === undefined ? "/help lists them." : `Did you mean ${meant}?`;
  return { kind: "wrong", text: `There is no command ${command}. ${hint} Two slashes send it as a message.` };
}

/** The line with its last word completed, when there is one way only to complete it. */
export function completeSlashCommand(line: string, people: readonly string[]): string | undefined {
  const at = line.lastIndexOf(" ") + 1;
  const begun = line.slice(at);
  const matches = (at === 0 ? names : people).filter((word) => word.startsWith(begun));
  return matches.length === 1 ? `${line.slice(0, at)}${matches[0] ?? ""} ` : undefined;
}

/** Words between spaces; quotes hold several together. */
const wordsOf = (line: string): string[] =>
  Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? "");

function usage(command: string): SlashCommand {
  const call = slashCommands.find(([known]) => known.startsWith(`${command} `))?.[0] ?? command;
  return { kind: "wrong", text: `It goes like this: ${call}` };
}

/** The text being written and the cursor in it: a pure editor of characters as people count them. */
import { limits } from "../limits.ts";
import type { Key, KeyName } from "./keys.ts";
import { graphemes, printableLines } from "./text.ts";

/** `cursor` counts characters of `characters`; a line break is the character "\n". */
export type Draft = { readonly characters: readonly string[]; readonly cursor: number };

export const emptyDraft: Draft = { characters: [], cursor: 0 };

export const draftText = ({ characters }: Draft): string => characters.join("");

export function draftOf(text: string): Draft {
  const characters = graphemes(text.slice(0, limits.draftCharactersMax));
  return { characters, cursor: characters.length };
}

/** The draft after a key: the very same when it has no room, `undefined` when the key is not one that edits. */
export function edit(draft: Draft, key: Key): Draft | undefined {
  switch (key.kind) {
    case "text":
    case "paste":
      return insert(draft, key.text);
    case "control":
      return editByControl(draft, key.letter);
    case "alt":
      return editByAlt(draft, key.letter);
    case "named":
      return namedEdits[key.name]?.(draft, key.control || key.alt);
  }
}

/** Read again with the character before it: a combining mark joins that one, also when it comes later. */
function insert(draft: Draft, text: string): Draft {
  const { characters, cursor } = draft;
  if (text.length + characters.length > limits.draftCharactersMax) return draft;
  const before = Math.max(0, cursor - 1);
  const joined = printableLines(characters.slice(before, cursor).join("") + text).join("\n");
  const head = [...characters.slice(0, before), ...graphemes(joined)];
  return { characters: [...head, ...characters.slice(cursor)], cursor: head.length };
}

function editByControl(draft: Draft, letter: string): Draft | undefined {
  switch (letter) {
    case "a":
      return moveTo(draft, lineStart(draft));
    case "e":
      return moveTo(draft, lineEnd(draft));
    case "b":
      return moveTo(draft, draft.cursor - 1);
    case "f":
      return moveTo(draft, draft.cursor + 1);
    case "d":
      return remove(draft, draft.cursor, draft.cursor + 1);
    case "k":
      return remove(draft, draft.cursor, Math.max(lineEnd(draft), draft.cursor + 1));
    case "u":
      return remove(draft, lineStart(draft), draft.cursor);
    case "w":
      return remove(draft, wordStart(draft), draft.cursor);
    default:
      return undefined;
  }
}

function editByAlt(draft: Draft, letter: string): Draft | undefined {
  switch (letter) {
    case "b":
      return moveTo(draft, wordStart(draft));
    case "f":
      return moveTo(draft, wordEnd(draft));
    case "d":
      return remove(draft, draft.cursor, wordEnd(draft));
    default:
      return undefined;
  }
}

type NamedEdit = (draft: Draft, byWord: boolean) => Draft | undefined;

const namedEdits: Partial<Record<KeyName, NamedEdit>> = {
  newline: (draft) => insert(draft, "\n"),
  backspace: (draft, byWord) => remove(draft, byWord ? wordStart(draft) : draft.cursor - 1, draft.cursor),
  delete: (draft, byWord) => remove(draft, draft.cursor, byWord ? wordEnd(draft) : draft.cursor + 1),
  left: (draft, byWord) => moveTo(draft, byWord ? wordStart(draft) : draft.cursor - 1),
  right: (draft, byWord) => moveTo(draft, byWord ? wordEnd(draft) : draft.cursor + 1),
  home: (draft) => moveTo(draft, lineStart(draft)),
  end: (draft) => moveTo(draft, lineEnd(draft)),
  up: (draft, byWord) => (byWord ? undefined : moveLine(draft, -1)),
  down: (draft, byWord) => (byWord ? undefined : moveLine(draft, 1)),
};

function moveTo({ characters }: Draft, cursor: number): Draft {
  return { characters, cursor: Math.min(Math.max(0, cursor), characters.length) };
}

/** `undefined` when there is no line above or below. */
function moveLine(draft: Draft, direction: -1 | 1): Draft | undefined {
  const column = draft.cursor - lineStart(draft);
  const edge = direction < 0 ? lineStart(draft) - 1 : lineEnd(draft) + 1;
  if (edge < 0 || edge > draft.characters.length) return undefined;
  const there = moveTo(draft, edge);
  const start = lineStart(there);
  return moveTo(draft, Math.min(start + column, lineEnd(there)));
}

function remove({ characters }: Draft, from: number, to: number): Draft {
  const start = Math.max(0, from);
  return { characters: [...characters.slice(0, start), ...characters.slice(to)], cursor: start };
}

const lineStart = ({ characters, cursor }: Draft): number =>
  cursor === 0 ? 0 : characters.lastIndexOf("\n", cursor - 1) + 1;

function lineEnd({ characters, cursor }: Draft): number {
  const end = characters.indexOf("\n", cursor);
  return end < 0 ? characters.length : end;
}

const isSpace = (character: string | undefined): boolean => character === undefined || /^\s$/.test(character);

function wordStart({ characters, cursor }: Draft): number {
  let at = cursor;
  while (at > 0 && isSpace(characters[at - 1])) at--;
  while (at > 0 && !isSpace(characters[at - 1])) at--;
  return at;
}

function wordEnd({ characters, cursor }: Draft): number {
  let at = cursor;
  while (at < characters.length && isSpace(characters[at])) at++;
  while (at < characters.length && !isSpace(characters[at])) at++;
  return at;
}

/** What a key does in the chat. */
import type { Key, KeyName } from "../terminal/keys.ts";
import { type Draft, draftOf, draftText, edit, emptyDraft } from "../terminal/line-editor.ts";
import { chooseBeside, chooseNumber, chooseUnread } from "./choosing.ts";
import { enter } from "./enter.ts";
import { type Model, type Step, withNotice } from "./model.ts";
import { scrollBy, scrollByPages, showOverlay, toNewest } from "./scrolling.ts";
import { completeSlashCommand } from "./slash-command.ts";

export function onKey(model: Model, key: Key): Step {
  return boundKey(model, key) ?? still(editedBy(model, key));
}

function boundKey(model: Model, key: Key): Step | undefined {
  if (key.kind === "named") return boundNames[key.name]?.(model, key);
  if (key.kind === "control") return boundControl(model, key.letter);
  if (key.kind !== "alt") return undefined;
  if (/^[1-9]$/.test(key.letter)) return chooseNumber(model, Number(key.letter) - 1);
  return key.letter.toLowerCase() === "a" ? chooseUnread(model) : undefined;
}

type NamedKey = Key & { readonly kind: "named" };

const boundNames: Partial<Record<KeyName, (model: Model, key: NamedKey) => Step | undefined>> = {
  enter,
  tab: (model) => (draftText(model.draft).startsWith("/") ? still(completed(model)) : chooseBeside(model, 1)),
  backtab: (model) => chooseBeside(model, -1),
  "page-up": (model) => scrollByPages(model, 1),
  "page-down": (model) => scrollByPages(model, -1),
  escape: (model) => toNewest({ ...model, notice: undefined }),
  f1: (model) => still(showOverlay(model, { kind: "help" })),
  up: (model, key) => vertical(model, -1, key),
  down: (model, key) => vertical(model, 1, key),
};

function vertical(model: Model, direction: -1 | 1, { shift, alt, control }: NamedKey): Step | undefined {
  if (shift) return scrollBy(model, -direction);
  return alt || control ? chooseBeside(model, direction) : undefined;
}

function boundControl(model: Model, letter: string): Step | undefined {
  const empty = model.draft.characters.length === 0;
  switch (letter) {
    case "c":
      return empty ? quit(model) : still({ ...model, draft: emptyDraft, recalled: undefined });
    case "d":
      return empty ? quit(model) : undefined;
    case "q":
      return quit(model);
    case "l":
      return { model, effects: [{ kind: "redraw" }] };
    case "n":
      return still(begun(model, "/dm "));
    case "g":
      return still(begun(model, "/group "));
    case "o":
      return still(begun(model, "/add "));
    case "r":
      return still(begun(model, "/search "));
    default:
      return undefined;
  }
}

const still = (model: Model): Step => ({ model, effects: [] });
const quit = (model: Model): Step => ({ model, effects: [{ kind: "quit" }] });

function begun(model: Model, command: string): Model {
  const { characters } = model.draft;
  if (characters.length === 0 || characters[0] === "/") return { ...model, draft: draftOf(command) };
  return withNotice(model, "info", "Send the text first, or clear it with Ctrl-C.");
}

function completed(model: Model): Model {
  const people = new Set(model.conversations.flatMap(({ members }) => members));
  const line = completeSlashCommand(draftText(model.draft), [...people]);
  return line === undefined ? model : { ...model, draft: draftOf(line) };
}

function editedBy(model: Model, key: Key): Model {
  const draft = edit(model.draft, key);
  if (draft === undefined) return key.kind === "named" ? recalledBy(model, key.name) : model;
  if (draft === model.draft) return withNotice(model, "error", "The message would be too long. Send it in parts.");
  return { ...model, draft, recalled: changed(draft, model.draft) ? undefined : model.recalled };
}

const changed = (one: Draft, other: Draft): boolean => one.characters !== other.characters;

/** Up and Down where the draft has no further line. */
function recalledBy(model: Model, name: string): Model {
  const { entered, recalled, draft } = model;
  if ((name !== "up" && name !== "down") || (draft.characters.length > 0 && recalled === undefined)) return model;
  const at = (recalled ?? entered.length) + (name === "up" ? -1 : 1);
  if (at < 0 || at > entered.length) return model;
  const text = entered[at];
  if (text === undefined) return { ...model, draft: emptyDraft, recalled: undefined };
  return { ...model, draft: draftOf(text), recalled: at };
}

/** The bytes that a terminal sends as keys and pastes, however they are cut into pieces. */
import { limits } from "../limits.ts";

export type KeyName =
  | "enter"
  | "newline"
  | "tab"
  | "backtab"
  | "escape"
  | "backspace"
  | "delete"
  | "up"
  | "down"
  | "left"
  | "right"
  | "home"
  | "end"
  | "page-up"
  | "page-down"
  | "f1"
  | "unknown";

export type Key =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "paste"; readonly text: string }
  | { readonly kind: "control"; readonly letter: string }
  | { readonly kind: "alt"; readonly letter: string }
  | {
      readonly kind: "named";
      readonly name: KeyName;
      readonly alt: boolean;
      readonly control: boolean;
      readonly shift: boolean;
    };

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
const finals: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  P: "f1",
  Z: "backtab",
};
const numbers: Readonly<Record<string, KeyName>> = {
  "1": "home",
  "3": "delete",
  "4": "end",
  "5": "page-up",
  "6": "page-down",
  "7": "home",
  "8": "end",
  "11": "f1",
};

/** Keeps what is not yet a whole key, within limits: a paste that never ends is cut where a draft would be. */
export class KeyDecoder {
  readonly #utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  #rest = "";
  #paste: string | undefined;

  /** Whether an ESC waits for what follows; after a moment without more, `flush` makes it the Escape key. */
  get waiting(): boolean {
    return this.#rest !== "";
  }

  decode(bytes: Uint8Array): Key[] {
    this.#rest += this.#utf8.decode(bytes, { stream: true });
    const keys: Key[] = [];
    while (this.#rest !== "") {
      const key = this.#paste === undefined ? this.#takeKey() : this.#takePaste();
      if (key === "incomplete") break;
      if (key !== undefined) keys.push(key);
    }
    return keys;
  }

  flush(): Key[] {
    if (this.#paste !== undefined || this.#rest === "") return [];
    const rest = this.#rest;
    this.#rest = "";
    if (rest === "\x1b") return [named("escape")];
    return rest.length === 2 ? [{ kind: "alt", letter: rest.slice(1) }] : [];
  }

  #takeKey(): Key | "incomplete" | undefined {
    if (this.#rest.startsWith(PASTE_START)) {
      this.#rest = this.#rest.slice(PASTE_START.length);
      this.#paste = "";
      return undefined;
    }
    const plain = /^\P{Cc}+/u.exec(this.#rest)?.[0];
    if (plain !== undefined) {
      this.#rest = this.#rest.slice(plain.length);
      return { kind: "text", text: plain };
    }
    if (this.#rest.startsWith("\x1b")) return this.#takeEscape();
    const code = this.#rest.charCodeAt(0);
    this.#rest = this.#rest.slice(1);
    return controlKey(code);
  }

  #takeEscape(): Key | "incomplete" | undefined {
    const behind = this.#rest.slice(1, 1 + limits.keySequenceBytesMax);
    const sequence = /^(?:\[[0-9;:<=>?]*[ -/]*[@-~]|O[@-~])/.exec(behind)?.[0];
    if (sequence !== undefined) {
      this.#rest = this.#rest.slice(1 + sequence.length);
      return sequenceKey(sequence);
    }
    const unfinished = /^(?:\[[0-9;:<=>?]*[ -/]*|O)?$/.test(behind);
    if (unfinished && behind.length < limits.keySequenceBytesMax) return "incomplete";
    const letter = String.fromCodePoint(this.#rest.codePointAt(1) ?? 0);
    this.#rest = this.#rest.slice(1 + letter.length);
    // ESC before a control code: an Escape, then that key.
    if (letter === "\r") return named("newline");
    if (letter === "\x7f") return { ...named("backspace"), alt: true };
    if (letter < " ") {
      this.#rest = letter + this.#rest;
      return named("escape");
    }
    return { kind: "alt", letter };
  }

  #takePaste(): Key | "incomplete" | undefined {
    const end = this.#rest.indexOf(PASTE_END);
    if (end >= 0) {
      const text = `${this.#paste ?? ""}${this.#rest.slice(0, end)}`;
      this.#rest = this.#rest.slice(end + PASTE_END.length);
      this.#paste = undefined;
      return { kind: "paste", text: text.slice(0, limits.draftCharactersMax) };
    }
    // The end mark itself may be cut in two.
    const safe = Math.max(0, this.#rest.length - PASTE_END.length);
    this.#paste = `${this.#paste ?? ""}${this.#rest.slice(0, safe)}`.slice(0, limits.draftCharactersMax);
    this.#rest = this.#rest.slice(safe);
    return "incomplete";
  }
}

const named = (name: KeyName): Key & { kind: "named" } => ({
  kind: "named",
  name,
  alt: false,
  control: false,
  shift: false,
});

function controlKey(code: number): Key {
  switch (code) {
    case 0x0d:
      return named("enter");
    case 0x0a:
      return named("newline");
    case 0x09:
      return named("tab");
    case 0x7f:
    case 0x08:
      return named("backspace");
    default:
      // C1 controls are keys of no terminal: they show as what cannot be shown.
      if (code >= 0x80) return { kind: "text", text: "\ufffd" };
      return { kind: "control", letter: String.fromCharCode(code + 0x60) };
  }
}

/** `sequence`: without the ESC at its beginning. */
function sequenceKey(sequence: string): Key {
  const [first = "", modifier = "1"] = sequence.slice(1, -1).split(";");
  const final = sequence.at(-1) ?? "";
  const name = (final === "~" ? numbers[first] : finals[final]) ?? "unknown";
  const bits = Math.max(0, Number.parseInt(modifier, 10) - 1);
  return { kind: "named", name, shift: (bits & 1) !== 0, alt: (bits & 2) !== 0, control: (bits & 4) !== 0 };
}

/** A screen as rows of styled text, and the bytes that turn one screen into the next. */
import { clip, columnsOf, isPlainAscii } from "./text.ts";

export type Colour = "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";
export type Style = {
  readonly colour?: Colour;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly reverse?: boolean;
};
/** The text must be printable: see `text.ts`. */
export type Span = { readonly text: string; readonly style: Style };
export type Row = readonly Span[];
export type Screen = {
  readonly rows: readonly Row[];
  readonly cursor: { readonly row: number; readonly column: number };
};
export type Size = { readonly columns: number; readonly rows: number };

const plain: Style = {};
export const span = (text: string, style: Style = plain): Span => ({ text, style });
export const rowText = (row: Row): string => row.map(({ text }) => text).join("");
export const rowColumns = (row: Row): number => row.reduce((sum, { text }) => sum + columnsOf(text), 0);

const colourCodes: Readonly<Record<Colour, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};

/** The row cut to so many columns: spans beyond are dropped, the last that fits in part is clipped. */
export function clipRow(row: Row, columns: number): Row {
  if (rowColumns(row) <= columns) return row;
  const kept: Span[] = [];
  let free = columns;
  for (const { text, style } of row) {
    const wide = columnsOf(text);
    kept.push(span(wide <= free ? text : clip(text, free), style));
    free -= wide;
    if (free <= 0) break;
  }
  return kept;
}

/** Writes only what changed, as one update that terminals show at once. */
export class ScreenWriter {
  #shown: string[] = [];
  #cursor = "";

  /** Forgets what the terminal shows: after a resize, or when another program wrote on it. */
  reset(): void {
    this.#shown = [];
    this.#cursor = "";
  }

  bytesFor({ rows, cursor }: Screen): string {
    const encoded = rows.map(encodeRow);
    const changes = encoded
      // A row is erased before it is written: its last column may already count as written beyond.
      .map((row, index) => (row === this.#shown[index] ? "" : `\x1b[${index + 1};1H\x1b[0m\x1b[2K${row}`))
      .join("");
    const place = `\x1b[${cursor.row + 1};${cursor.column + 1}H`;
    if (changes === "" && place === this.#cursor) return "";
    this.#shown = encoded;
    this.#cursor = place;
    return `\x1b[?2026h\x1b[?25l${changes}\x1b[0m${place}\x1b[?25h\x1b[?2026l`;
  }
}

/**
 * Terminals disagree about the width of some characters. Behind such a text the next one says in which column it
 * begins, so that no name or message can shift what stands to its right.
 */
function encodeRow(row: Row): string {
  let encoded = "";
  let column = 0;
  let certain = true;
  for (const { text, style } of row) {
    encoded += `${certain ? "" : `\x1b[${column + 1}G`}${styleCode(style)}${text}`;
    column += columnsOf(text);
    certain = isPlainAscii(text);
  }
  return encoded;
}

function styleCode({ colour, bold, dim, reverse }: Style): string {
  const codes = [0];
  if (bold) codes.push(1);
  if (dim) codes.push(2);
  if (reverse) codes.push(7);
  if (colour !== undefined) codes.push(colourCodes[colour]);
  return `\x1b[${codes.join(";")}m`;
}

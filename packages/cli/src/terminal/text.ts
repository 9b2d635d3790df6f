/** Text for a terminal: harmless whoever wrote it, and measured in the columns that it takes. */
import stringWidth from "string-width";
import { limits } from "../limits.ts";

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
const plainAscii = /^[\x20-\x7e]*$/;

/**
 * What a terminal would obey instead of showing: C0 and C1 controls, marks that turn the direction of writing, invisible
 * characters that could hide text or imitate a name, private and unassigned code points, halves of surrogate pairs.
 * Joiners and variation selectors stay: scripts and emoji are made with them.
 */
const obeyed =
  /[[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]--\p{Join_Control}--[\ufe00-\ufe0f]]/gv;

/** One line that a terminal only shows. */
export const printableLine = (text: string): string =>
  plainAscii.test(text) ? text : tame(text.replace(/[\r\n\t\u2028\u2029]+/g, " "));

/** Text of any number of lines, each of which a terminal only shows. */
export function printableLines(text: string): string[] {
  return text.split(/\r\n|[\r\n\u2028\u2029]/).map((line) => tame(line.replaceAll("\t", "    ")));
}

function tame(line: string): string {
  if (plainAscii.test(line)) return line;
  return line
    .replace(obeyed, "\ufffd")
    .replace(/(\p{M})\p{M}+/gu, (marks) => Array.from(marks).slice(0, limits.marksPerCharacterMax).join(""));
}

/** Takes one column for each character in every terminal. */
export const isPlainAscii = (text: string): boolean => plainAscii.test(text);

/** The characters as people count them. */
export function graphemes(text: string): string[] {
  return plainAscii.test(text) ? Array.from(text) : Array.from(segmenter.segment(text), ({ segment }) => segment);
}

export const columnsOf = (text: string): number => (plainAscii.test(text) ? text.length : stringWidth(text));

/** At most so many columns; where something is cut off, the last of them says so. */
export function clip(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  let used = 1;
  for (const character of graphemes(text)) {
    used += columnsOf(character);
    if (used > columns) break;
    kept += character;
  }
  return columns > 0 ? `${kept}…` : "";
}

/** Exactly so many columns. */
export function fit(text: string, columns: number): string {
  const clipped = clip(text, columns);
  return clipped + " ".repeat(Math.max(0, columns - columnsOf(clipped)));
}

/** Breaks one line at spaces, or inside a word that has no room on a line of its own. */
export function wrap(line: string, columns: number): string[] {
  if (columnsOf(line) <= columns) return [line];
  const rows: string[] = [];
  let row = "";
  let used = 0;
  for (const word of line.split(/(?<= )/)) {
    const width = columnsOf(word.trimEnd());
    if (used > 0 && used + width > columns) {
      rows.push(row.trimEnd());
      row = "";
      used = 0;
    }
    for (const piece of width > columns ? graphemes(word) : [word]) {
      const pieceWidth = columnsOf(piece);
      if (used > 0 && used + columnsOf(piece.trimEnd()) > columns) {
        rows.push(row.trimEnd());
        row = "";
        used = 0;
      }
      row += piece;
      used += pieceWidth;
    }
  }
  rows.push(row.trimEnd());
  return rows;
}

/** Messages as rows: time, sender, wrapped text, and how far an own message has come. */
import type { MessageView } from "@quicprochat/client";
import { type Colour, type Row, type Span, span } from "../terminal/screen.ts";
import { columnsOf, fit, printableLine, printableLines, wrap } from "../terminal/text.ts";
import { clockTime, dayText } from "./time-text.ts";

type Place = { readonly columns: number; readonly timeZone: string };

const NAME_COLUMNS_MAX = 12;
const TIME_COLUMNS = 6;
/** Narrower than this, the text begins on a row of its own. */
const TEXT_COLUMNS_MIN = 24;

/** Oldest first, with a row between days. */
export function messageRows(views: readonly MessageView[], place: Place): Row[] {
  const nameColumns = Math.min(
    NAME_COLUMNS_MAX,
    Math.max(0, ...views.map(({ from }) => columnsOf(printableLine(from)))),
  );
  const rows: Row[] = [];
  let day = "";
  for (const view of views) {
    const laidOut = layOutOnce(view, place, nameColumns);
    if (laidOut.day !== day) rows.push(dayRow(laidOut.day, place.columns));
    day = laidOut.day;
    rows.push(...laidOut.rows);
  }
  return rows;
}

type LaidOut = { readonly key: string; readonly day: string; readonly rows: readonly Row[] };

/** Rows are laid out again only when the message or the width changed: a key must not wait for old messages. */
const cache = new WeakMap<MessageView, LaidOut>();

function layOutOnce(view: MessageView, place: Place, nameColumns: number): LaidOut {
  const key = `${place.columns} ${nameColumns} ${place.timeZone}`;
  const known = cache.get(view);
  if (known?.key === key) return known;
  const made = { key, day: dayText(view.sentAt, place.timeZone), rows: layOut(view, place, nameColumns) };
  cache.set(view, made);
  return made;
}

function layOut(view: MessageView, { columns, timeZone }: Place, nameColumns: number): Row[] {
  const indent = TIME_COLUMNS + nameColumns + 1;
  const beside = columns - indent >= TEXT_COLUMNS_MIN;
  const from = printableLine(view.from);
  const head: Span[] = [
    span(`${clockTime(view.sentAt, timeZone)} `, { dim: true }),
    span(fit(from, nameColumns), { colour: colourOf(view.from), bold: view.own }),
    span(" "),
  ];
  const mark = markOf(view);
  const textColumns = (beside ? columns - indent : columns - 2) - (mark === undefined ? 0 : columnsOf(mark.text));
  const lines = printableLines(view.text).flatMap((line) => wrap(line, Math.max(1, textColumns)));
  const blank = span(" ".repeat(beside ? indent : 2));
  const rows: Row[] = lines.map((line, index) => (index === 0 && beside ? [...head, span(line)] : [blank, span(line)]));
  if (!beside) rows.unshift(head);
  const last = rows.pop() ?? [];
  return [...rows, mark === undefined ? last : [...last, mark]];
}

function markOf({ state }: MessageView): Span | undefined {
  switch (state) {
    case "pending":
      return span(" …", { dim: true });
    case "stored":
      return span(" ✓", { dim: true });
    case "failed":
      return span(" ✗ not sent", { colour: "red" });
    case "received":
      return undefined;
  }
}

function dayRow(day: string, columns: number): Row {
  const left = Math.max(1, Math.floor((columns - columnsOf(day) - 2) / 2));
  const right = Math.max(1, columns - left - columnsOf(day) - 2);
  return [span(`${"─".repeat(left)} ${day} ${"─".repeat(right)}`, { dim: true })];
}

const colours: readonly Colour[] = ["cyan", "green", "yellow", "magenta", "blue"];

/** The same for a name everywhere and always. */
export function colourOf(name: string): Colour {
  let sum = 0;
  for (const character of name) sum = (sum * 53 + (character.codePointAt(0) ?? 0)) % 65_521;
  return colours[sum % colours.length] ?? "cyan";
}

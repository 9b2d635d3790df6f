/** How the parts of the chat share the screen. */
import { limits } from "../limits.ts";
import type { Draft } from "../terminal/line-editor.ts";
import { columnsOf } from "../terminal/text.ts";
import type { Model } from "./model.ts";

export type Layout = {
  /** 0 when there is no list of conversations, or no room for it. */
  readonly listColumns: number;
  readonly messageColumns: number;
  readonly bodyRows: number;
  readonly inputRows: number;
  readonly helpRows: number;
};

const LIST_COLUMNS_MAX = 26;
const LIST_NEEDS_COLUMNS = 56;
const HELP_NEEDS_ROWS = 10;
const HEADER_AND_RULE = 2;
const PROMPT_COLUMNS = 2;

export function layoutOf({ size, draft, conversations }: Pick<Model, "size" | "draft" | "conversations">): Layout {
  const columns = Math.max(size.columns, 10);
  const listed = conversations.length > 0 && columns >= LIST_NEEDS_COLUMNS;
  const listColumns = listed ? Math.min(LIST_COLUMNS_MAX, Math.floor(columns / 4)) : 0;
  const helpRows = size.rows < HELP_NEEDS_ROWS ? 0 : 1;
  const free = Math.max(2, size.rows - HEADER_AND_RULE - helpRows);
  const inputRows = Math.min(draftRows(draft, columns).rows.length, limits.inputRowsMax, Math.ceil(free / 2));
  return {
    listColumns,
    // One column stays empty on each side of the line between the two.
    messageColumns: columns - (listColumns === 0 ? 0 : listColumns + 2),
    bodyRows: Math.max(1, free - inputRows),
    inputRows,
    helpRows,
  };
}

export type DraftRows = {
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number };
};

/** The draft in rows of the screen's width, and where the cursor is; columns count from behind the prompt. */
export function draftRows({ characters, cursor }: Draft, columns: number): DraftRows {
  const width = Math.max(1, columns - PROMPT_COLUMNS - 1);
  const rows = [""];
  let used = 0;
  let place = { row: 0, column: 0 };
  for (const [index, character] of characters.entries()) {
    const wide = character === "\n" ? 0 : columnsOf(character);
    if (used + wide > width) {
      rows.push("");
      used = 0;
    }
    if (index === cursor) place = { row: rows.length - 1, column: used };
    if (character === "\n") {
      rows.push("");
      used = 0;
      continue;
    }
    rows[rows.length - 1] += character;
    used += wide;
  }
  if (cursor === characters.length) place = { row: rows.length - 1, column: used };
  return { rows, cursor: place };
}

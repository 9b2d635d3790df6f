/** The chat's screen as a pure function of its model. */
import { clipRow, type Row, type Screen, type Span, span } from "../terminal/screen.ts";
import { clip, columnsOf, fit, printableLine } from "../terminal/text.ts";
import { draftRows, type Layout, layoutOf } from "./layout.ts";
import { colourOf } from "./message-rows.ts";
import { type Conversation, type Model, openConversation } from "./model.ts";
import { paneRows } from "./pane.ts";

export function render(model: Model): Screen {
  const layout = layoutOf(model);
  const input = inputRows(model, layout);
  const above = [header(model, layout), ...body(model, layout), rule(model, layout)];
  const all = [...above, ...input.rows, ...(layout.helpRows === 0 ? [] : [helpLine(model)])];
  const { columns, rows } = model.size;
  // The layout wants a few columns and rows; a terminal may have fewer.
  return {
    rows: all.slice(0, rows).map((row) => clipRow(row, columns)),
    cursor: {
      row: Math.min(above.length + input.cursor.row, rows - 1),
      column: Math.min(input.cursor.column, columns - 1),
    },
  };
}

function header(model: Model, { listColumns }: Layout): Row {
  const { columns } = model.size;
  const state = connectionText(model);
  const user = ` ${printableLine(model.user)}`;
  const left = listColumns > 0 ? fit(user, listColumns + 1) : model.open === undefined ? `${user} ` : "";
  const room = Math.max(0, columns - columnsOf(left) - columnsOf(state));
  return [
    span(left, { reverse: true, bold: true }),
    span(fit(` ${listColumns === 0 ? unreadElsewhere(model) : ""}${titleText(model)}`, room), { reverse: true }),
    span(state, { reverse: true }),
  ];
}

/** Where no list shows it. */
function unreadElsewhere({ conversations, open }: Model): string {
  const waiting = conversations.filter(({ conversation }) => conversation !== open);
  const unread = waiting.reduce((sum, one) => sum + one.unread, 0);
  return unread === 0 ? "" : `(${unread}) `;
}

function titleText(model: Model): string {
  const open = openConversation(model);
  if (open === undefined) return printableLine(model.server);
  const unconfirmed = new Set(open.unconfirmed);
  const nameOf = (name: string): string => `${printableLine(name)}${unconfirmed.has(name) ? " (unconfirmed)" : ""}`;
  if (open.kind === "direct") return unconfirmed.size === 0 ? titleOf(open) : `${titleOf(open)} (unconfirmed)`;
  return `${titleOf(open)} (${open.members.map(nameOf).join(", ")})`;
}

const titleOf = ({ title }: Conversation): string => printableLine(title) || "(no title)";

function connectionText({ connection, size }: Model): string {
  const { state, detail } = connection;
  const lamp = { connecting: "○ connecting", online: "● online", offline: "✗ offline" }[state];
  const long = detail === "" ? ` ${lamp} ` : ` ${lamp}, ${printableLine(detail)} `;
  return clip(columnsOf(long) <= size.columns / 2 ? long : ` ${lamp} `, size.columns);
}

function body(model: Model, { listColumns, bodyRows }: Layout): Row[] {
  const all = paneRows(model);
  const end = Math.max(0, all.length - model.scroll);
  const shown = all.slice(Math.max(0, end - bodyRows), end);
  const list = listColumns === 0 ? [] : listRows(model, listColumns, bodyRows);
  return Array.from({ length: bodyRows }, (_, index): Row => {
    const row = shown[index] ?? [];
    return listColumns === 0 ? row : [...(list[index] ?? []), span("│ ", { dim: true }), ...row];
  });
}

/** Scrolled so that the open conversation is in sight. */
function listRows(model: Model, columns: number, rows: number): Row[] {
  const { conversations, open } = model;
  const at = conversations.findIndex(({ conversation }) => conversation === open);
  const from = Math.max(0, Math.min(at - Math.floor(rows / 2), conversations.length - rows));
  const shown = conversations.slice(from, from + rows).map((one) => listRow(one, one.conversation === open, columns));
  return [...shown, ...Array.from({ length: rows - shown.length }, (): Row => [span(" ".repeat(columns))])];
}

function listRow(conversation: Conversation, isOpen: boolean, columns: number): Row {
  const { unread, kind } = conversation;
  const mark = unread > 0 && !isOpen ? ` ${unread > 999 ? "999+" : unread} ` : "";
  const title = `${isOpen ? "▌" : " "}${kind === "group" ? "#" : ""}${titleOf(conversation)}`;
  const name = fit(title, columns - mark.length);
  return [span(name, { bold: isOpen || mark !== "" }), span(mark, { colour: "yellow", bold: true })];
}

/** The line above the input says what just went wrong, or how much lies below. */
function rule(model: Model, { listColumns }: Layout): Row {
  const { notice, size } = model;
  const text = notice?.text ?? whatIsHidden(model);
  if (text === "") {
    const line = "─".repeat(size.columns);
    const joined = listColumns === 0 ? line : `${line.slice(0, listColumns)}┴${line.slice(listColumns + 1)}`;
    return [span(joined, { dim: true })];
  }
  const shown = clip(printableLine(text), size.columns - 6);
  const rest = span("─".repeat(Math.max(0, size.columns - columnsOf(shown) - 4)), { dim: true });
  const colour = notice?.tone === "error" ? "red" : "yellow";
  return [span("── ", { dim: true }), span(shown, { colour }), span(" "), rest];
}

function whatIsHidden({ below, scroll, overlay }: Model): string {
  const fresh = below > 0 ? `↓ ${below} new. ` : "";
  if (overlay !== undefined) return `${fresh}${scroll > 0 ? "PgDn shows more. " : ""}Esc returns to the messages.`;
  return scroll > 0 ? `${fresh === "" ? "↓ " : fresh}Esc goes to the newest.` : "";
}

function inputRows(model: Model, { inputRows: room }: Layout): { rows: Row[]; cursor: Screen["cursor"] } {
  const { rows, cursor } = draftRows(model.draft, model.size.columns);
  const from = Math.max(0, Math.min(cursor.row - room + 1, rows.length - room));
  const prompt: Span = span("> ", { colour: colourOf(model.user), bold: true });
  return {
    rows: rows.slice(from, from + room).map((row, index) => [from + index === 0 ? prompt : span("  "), span(row)]),
    cursor: { row: cursor.row - from, column: cursor.column + 2 },
  };
}

function helpLine({ size, conversations }: Model): Row {
  const keys = ["F1 help", "Ctrl-N new chat", "Ctrl-G new group", ...(conversations.length > 1 ? ["Tab next"] : [])];
  keys.push("PgUp older", "Ctrl-Q leave");
  return [span(clip(keys.join("  "), size.columns), { dim: true })];
}

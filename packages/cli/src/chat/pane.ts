/** The large part of the screen: messages, or what stands in their place. */
import { type Row, span } from "../terminal/screen.ts";
import { columnsOf, fit, printableLine, wrap } from "../terminal/text.ts";
import { keyBindings } from "./key-bindings.ts";
import { layoutOf } from "./layout.ts";
import { messageRows } from "./message-rows.ts";
import type { Member, Model } from "./model.ts";
import { slashCommands } from "./slash-command.ts";

/** All rows, top to bottom; the screen shows as many as it has room for. */
export function paneRows(model: Model): readonly Row[] {
  const { overlay, open, views, timeZone } = model;
  const columns = layoutOf(model).messageColumns;
  switch (overlay?.kind) {
    case "help":
      return helpRows(columns);
    case "invite":
      return inviteRows(model, columns);
    case "members":
      return [heading("Members"), ...memberRows(overlay.members)];
    case "search": {
      const title = `${overlay.views.length} with "${printableLine(overlay.words)}"`;
      return [...messageRows(overlay.views, { columns, timeZone }), [span("")], heading(title)];
    }
    case undefined:
      return open === undefined ? welcomeRows(model, columns) : messageRows(views, { columns, timeZone });
  }
}

/** Narrower than this, what a key does stands below its name. */
const HELP_TEXT_COLUMNS_MIN = 20;

const heading = (text: string): Row => [span(text, { bold: true })];

const paragraph = (text: string, columns: number): Row[] => wrap(text, columns).map((line) => [span(line)]);

function helpRows(columns: number): Row[] {
  const rows = [...keyBindings, ...slashCommands];
  const width = Math.max(...rows.map(([left]) => columnsOf(left))) + 2;
  const beside = columns - width >= HELP_TEXT_COLUMNS_MIN;
  const indent = beside ? width : 2;
  const row = ([left, right]: readonly [string, string]): Row[] => {
    const lines = wrap(right, Math.max(1, columns - indent)).map((line): Row => [span(" ".repeat(indent)), span(line)]);
    const name = span(left.padEnd(indent), { colour: "cyan" });
    const [first = [], ...others] = lines;
    return beside ? [[name, ...first.slice(1)], ...others] : [[name], ...lines];
  };
  return [heading("Keys"), ...keyBindings.flatMap(row), heading("Commands"), ...slashCommands.flatMap(row)];
}

function inviteRows({ invite = "" }: Model, columns: number): Row[] {
  const text = "Whoever has this link can make an account on your server:";
  // Unbroken by us, a terminal lets one mark and copy it; where it is longer than a row, there is no such way.
  return [...paragraph(text, columns), [span("")], ...paragraph(printableLine(invite), columns)];
}

function welcomeRows(model: Model, columns: number): Row[] {
  const first = "There are no conversations yet. /dm NAME talks with somebody, /group TITLE NAME... makes a group.";
  const rows = [heading(`Welcome, ${printableLine(model.user)}`), [span("")], ...paragraph(first, columns)];
  return model.invite === undefined ? rows : [...rows, [span("")], ...inviteRows(model, columns)];
}

/** In columns as wide as what stands in them. */
function memberRows(members: readonly Member[]): Row[] {
  const shown = members.map((member) => ({
    ...member,
    user: printableLine(member.user),
    role: printableLine(member.role),
  }));
  const userColumns = Math.max(0, ...shown.map(({ user }) => columnsOf(user)));
  const roleColumns = Math.max(0, ...shown.map(({ role }) => columnsOf(role)));
  return shown.map(({ user, role, device }) => [
    span(`${fit(user, userColumns)}  `, { bold: true }),
    span(`${fit(role, roleColumns)}  `),
    span(`device ${device}`, { dim: true }),
  ]);
}

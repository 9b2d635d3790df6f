/** What the help says of the keys that `on-key.ts` handles. */

export const keyBindings: readonly (readonly [string, string])[] = [
  ["Tab, Shift-Tab", "next, previous conversation"],
  ["Alt-1 ... Alt-9", "the first nine of them"],
  ["Alt-A", "the next one with unread messages"],
  ["PgUp, PgDn", "older, newer messages; Esc goes back to the newest"],
  ["Ctrl-N", "talk with somebody"],
  ["Ctrl-G, Ctrl-O", "new group; add people to this one"],
  ["Ctrl-R", "search"],
  ["Ctrl-J, Alt-Enter", "a new line in the message"],
  ["Up, Down", "what you entered before"],
  ["Ctrl-C, Ctrl-Q", "clear the input, or leave; leave"],
];

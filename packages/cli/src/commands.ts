/** All commands: how they are called, what they do, and where their code is, which loads only when it is called. */
import type { RunCommand } from "./invocation.ts";

export type OptionSpec = { readonly kind: "flag" | "text" | "count"; readonly value?: string; readonly about: string };
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export type Command = {
  readonly name: string;
  /** As in `CONV [TEXT]`: optional ones in brackets, `...` where there may be many. */
  readonly operands: string;
  readonly about: string;
  readonly options: OptionSpecs;
  readonly load: () => Promise<RunCommand>;
};

export const globalOptions: OptionSpecs = {
  profile: { kind: "text", value: "DIR", about: "who you are: the folder of an account (QPC_PROFILE)" },
  json: { kind: "flag", about: "one JSON object a line on standard output" },
  help: { kind: "flag", about: "this text" },
};

const data: OptionSpecs = { data: { kind: "text", value: "DIR", about: "the server's folder (QPC_DATA)" } };
const serving: OptionSpecs = {
  ...data,
  listen: { kind: "text", value: "HOST:PORT", about: "UDP address; 0.0.0.0:5001 unless given" },
  advertise: { kind: "text", value: "HOST", about: "the name or address that invite links carry" },
};
const user: OptionSpecs = { user: { kind: "text", value: "NAME", about: "your user name: a-z, 0-9 and . _ -" } };

export const commands: readonly Command[] = [
  {
    name: "start",
    operands: "",
    about: "a server on this machine, its invite link, and your chat",
    options: serving,
    load: async () => (await import("./commands/start/start.ts")).start,
  },
  {
    name: "chat",
    operands: "",
    about: "the terminal chat",
    options: {},
    load: async () => (await import("./commands/chat.ts")).chat,
  },
  {
    name: "register",
    operands: "INVITE",
    about: "a new account and its first device",
    options: user,
    load: async () => (await import("./commands/register.ts")).register,
  },
  {
    name: "whoami",
    operands: "",
    about: "your name, your fingerprint and your server, without asking it",
    options: {},
    load: async () => (await import("./commands/whoami.ts")).whoami,
  },
  {
    name: "status",
    operands: "",
    about: "the same, the connection and its key exchange",
    options: {},
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    name: "dm",
    operands: "NAME",
    about: "the direct conversation with somebody; made if there is none",
    options: {},
    load: async () => (await import("./commands/dm.ts")).directMessage,
  },
  {
    name: "group create",
    operands: "TITLE [NAME...]",
    about: "a new group",
    options: {},
    load: async () => (await import("./commands/group.ts")).createGroup,
  },
  {
    name: "group add",
    operands: "CONV NAME...",
    about: "add people to a group",
    options: {},
    load: async () => (await import("./commands/group.ts")).addToGroup,
  },
  {
    name: "group members",
    operands: "CONV",
    about: "who is in a conversation, with which devices",
    options: {},
    load: async () => (await import("./commands/group.ts")).listMembers,
  },
  {
    name: "group list",
    operands: "",
    about: "all conversations",
    options: {},
    load: async () => (await import("./commands/group.ts")).listConversations,
  },
  {
    name: "send",
    operands: "CONV [TEXT]",
    about: "send TEXT, or standard input; done when the server has stored it",
    options: {},
    load: async () => (await import("./commands/send.ts")).send,
  },
  {
    name: "receive",
    operands: "",
    about: "what is new; each message once",
    options: {
      wait: { kind: "count", value: "SECONDS", about: "wait so long for the first message, or for all of --count" },
      count: { kind: "count", value: "N", about: "end after N messages" },
      follow: { kind: "flag", about: "go on until interrupted" },
    },
    load: async () => (await import("./commands/receive.ts")).receive,
  },
  {
    name: "history",
    operands: "CONV",
    about: "messages of a conversation, from this device's vault",
    options: {
      search: { kind: "text", value: "WORDS", about: "only those with these words" },
      limit: { kind: "count", value: "N", about: "the newest N; 50 unless given" },
    },
    load: async () => (await import("./commands/history.ts")).history,
  },
  {
    name: "server-accept",
    operands: "",
    about: "accept, on purpose, that your server's identity changed",
    options: {},
    load: async () => (await import("./commands/server-accept.ts")).serverAccept,
  },
  {
    name: "server start",
    operands: "",
    about: "run a server",
    options: {
      ...serving,
      metrics: { kind: "text", value: "HOST:PORT", about: "serve figures for Prometheus; off unless given" },
    },
    load: async () => (await import("./commands/server/start.ts")).serverStart,
  },
  {
    name: "server invite",
    operands: "",
    about: "the invite link",
    options: data,
    load: async () => (await import("./commands/server/control.ts")).serverInvite,
  },
  {
    name: "server status",
    operands: "",
    about: "whether the server runs, and how it is",
    options: data,
    load: async () => (await import("./commands/server/control.ts")).serverStatus,
  },
  {
    name: "server stop",
    operands: "",
    about: "let the running server finish and stop",
    options: data,
    load: async () => (await import("./commands/server/control.ts")).serverStop,
  },
];

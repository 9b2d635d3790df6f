/** The server: accounts, KeyPackages, mailboxes, doors and slots behind one listener. */
export { type ControlClient, controlClient } from "./control-client.ts";
export { DataFolder } from "./data-folder.ts";
export type { Health } from "./health.ts";
export { readInvite } from "./invite-file.ts";
export { limits, type ServerLimits } from "./limits.ts";
export type { Log, LogLine } from "./log-line.ts";
export type { RegistrationPolicy, RunSettings } from "./open-context.ts";
export { type RunningServer, type RunOptions, runServer } from "./run-server.ts";
export { ServerError, type ServerErrorCode } from "./server-error.ts";
export { type ServerOptions, startServer } from "./start-server.ts";

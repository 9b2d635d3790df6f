/** The engine of a client: conversations, messages, account and connections, without a screen. */

export { acceptServer } from "./accept-server.ts";
export type { EngineEvent } from "./conversation/engine-event.ts";
export type { Engine } from "./engine.ts";
export type { MessageView } from "./history/message.ts";
export { openEngine } from "./open-engine.ts";
export { register } from "./register.ts";
export { vaultExists } from "./vault/open-vault.ts";

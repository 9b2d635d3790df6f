/** Asks the server of a data folder, from another process. */
import { connect } from "node:net";
import { controlPath } from "./control-path.ts";
import type { Health } from "./health.ts";
import { limits } from "./limits.ts";

export type ControlClient = {
  /** `null` when no server runs. */
  readonly status: () => Promise<Health | null>;
  /** Resolves when it has stopped; `false` when none runs. */
  readonly stop: () => Promise<boolean>;
};

export function controlClient(folder: string): ControlClient {
  const path = controlPath(folder);
  return {
    status: async () => {
      const line = await ask(path, "status", limits.controlMs);
      const health: Health | null = line === null ? null : JSON.parse(line);
      return health;
    },
    stop: async () => (await ask(path, "stop", limits.drainMs + limits.controlMs)) !== null,
  };
}

/** The line that answers; `null` when nobody does. */
function ask(path: string, command: "status" | "stop", deadlineMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = "";
    socket.setTimeout(deadlineMs, () => socket.destroy());
    socket.on("connect", () => socket.write(`${command}\n`));
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
    });
    socket.on("error", () => resolve(null));
    socket.on("close", () => resolve(text.endsWith("\n") ? text.trim() : null));
  });
}

/** The control socket: one line of JSON asks, one line answers. Whoever may open the data folder may use it. */
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { controlPath } from "./control-path.ts";
import type { Health } from "./health.ts";
import type { ServerLimits } from "./limits.ts";

export type Controlled = {
  status(): Promise<Health>;
  /** Resolves when the server has stopped, but for this socket. */
  stop(): Promise<void>;
};

/** The caller holds the folder's lock: what is left of an earlier socket is nobody's. */
export async function openControl(
  folder: string,
  controlled: Controlled,
  limits: ServerLimits,
): Promise<AsyncDisposable> {
  const path = controlPath(folder);
  const isFile = process.platform !== "win32";
  if (isFile) rmSync(path, { force: true });
  const server = createServer((socket) => void answer(socket, controlled, limits));
  server.maxConnections = limits.controlConnectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  if (isFile) chmodSync(path, 0o600);
  return { [Symbol.asyncDispose]: () => closed(server) };
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));

async function answer(socket: Socket, controlled: Controlled, limits: ServerLimits): Promise<void> {
  socket.on("error", () => socket.destroy());
  socket.setTimeout(limits.controlMs, () => socket.destroy());
  try {
    const command = await readLine(socket, limits.controlRequestBytesMax);
    // Stopping takes as long as the calls in flight.
    socket.setTimeout(0);
    if (command === "status") socket.end(`${JSON.stringify(await controlled.status())}\n`);
    else if (command === "stop") {
      await controlled.stop();
      socket.end("true\n");
    } else socket.destroy();
  } catch {
    socket.destroy();
  }
}

function readLine(socket: Socket, bytesMax: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
      else if (text.length > bytesMax) reject(new Error("the request is too long"));
    });
    socket.once("close", () => reject(new Error("the caller has gone")));
  });
}

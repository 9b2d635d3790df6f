/** Where the control socket of a data folder is: a Unix socket in it, or a named pipe on Windows. */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** What every system's `sockaddr_un` holds. */
const SOCKET_PATH_BYTES_MAX = 100;

export function controlPath(folder: string, platform: NodeJS.Platform = process.platform): string {
  const absolute = resolve(folder);
  const name = createHash("sha256").update(absolute).digest("hex").slice(0, 32);
  if (platform === "win32") return `\\\\.\\pipe\\quicprochat-${name}`;
  const path = join(absolute, "control.sock");
  return Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX ? path : join(tmpdir(), `quicprochat-${name}.sock`);
}

/** Where the qlog of connections goes: `QPC_QLOG=dir` has one file per connection that qvis reads. For debugging. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "@quicprochat/bytes";
import type { EndpointOptions, QlogSink } from "@quicprochat/quic";
import { limits } from "../limits.ts";

/** draft-ietf-quic-qlog-main-schema: JSON text sequences (RFC 7464). */
const RECORD_SEPARATOR = "\x1e";
const FLUSH_BYTES = 64 * 1024;
const FLUSH_MS = 200;

type QlogOption = NonNullable<EndpointOptions["qlog"]>;

/** `undefined` when nobody asks for it. The lines tell of packets and frames, never of their content or of keys. */
export function qlogInto(folder: string | undefined = process.env["QPC_QLOG"]): QlogOption | undefined {
  if (folder === undefined || folder === "") return undefined;
  return ({ role, connectionId }) => {
    const name = `${new Date().toISOString().replaceAll(/[:.]/g, "-")}-${toHex(connectionId)}-${role}.sqlog`;
    const file = new QlogFile(folder, name);
    return file.sink;
  };
}

/** Appends without keeping the file open: nobody tells when a connection has been forgotten. */
class QlogFile {
  readonly #path: string;
  #lines: string[] = [];
  #waitingBytes = 0;
  #bytes = 0;
  #failed = false;

  constructor(folder: string, name: string) {
    this.#path = join(folder, name);
    this.#try(() => mkdirSync(folder, { recursive: true, mode: 0o700 }));
    // A file that is there already is somebody else's.
    this.#try(() => appendFileSync(this.#path, "", { flag: "ax", mode: 0o600 }));
  }

  readonly sink: QlogSink = (line) => {
    this.#bytes += line.length;
    if (this.#failed || this.#bytes > limits.qlogBytesMax) return;
    this.#lines.push(`${RECORD_SEPARATOR}${line}\n`);
    this.#waitingBytes += line.length;
    waiting.add(this);
    if (this.#waitingBytes >= FLUSH_BYTES) this.flush();
    else flushSoon();
  };

  flush(): void {
    waiting.delete(this);
    const text = this.#lines.join("");
    this.#lines = [];
    this.#waitingBytes = 0;
    this.#try(() => appendFileSync(this.#path, text));
  }

  /** A full disk must not end a connection. */
  #try(act: () => void): void {
    if (this.#failed) return;
    try {
      act();
    } catch {
      this.#failed = true;
    }
  }
}

const waiting = new Set<QlogFile>();
let timer: NodeJS.Timeout | undefined;

function flushSoon(): void {
  if (timer !== undefined) return;
  if (!process.listeners("exit").includes(flushAll)) process.once("exit", flushAll);
  timer = setTimeout(flushAll, FLUSH_MS).unref();
}

function flushAll(): void {
  clearTimeout(timer);
  timer = undefined;
  for (const file of waiting) file.flush();
}

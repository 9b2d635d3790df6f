/** Standard output for results, standard error for everything else; written before the call returns. */
import { writeSync } from "node:fs";
import type { Failure } from "./failure.ts";
import { limits } from "./limits.ts";

export type Output = {
  readonly json: boolean;
  /** One result: a JSON line, or text for people. */
  readonly result: (line: JsonLine, text: string) => void;
  /** Several results in one write. */
  readonly results: (results: readonly Result[]) => void;
  readonly progress: (text: string) => void;
  readonly failure: (failure: Failure) => void;
};

export type JsonLine = Readonly<Record<string, unknown>>;
export type Result = { readonly line: JsonLine; readonly text: string };

export function makeOutput(json: boolean): Output {
  const results = (all: readonly Result[]): void => {
    if (all.length > 0) writeAll(1, all.map(({ line, text }) => `${json ? jsonText(line) : text}\n`).join(""));
  };
  return {
    json,
    result: (line, text) => results([{ line, text }]),
    results,
    progress: (text) => writeAll(2, `${text}\n`),
    failure: ({ code, message }) => {
      if (json) writeAll(1, `${jsonText({ error: { code, message } })}\n`);
      else writeAll(2, `qpc: ${message}\n`);
    },
  };
}

/**
 * JSON in which also those characters are escaped that JSON allows but a terminal obeys: C1 controls, line separators
 * and marks that turn the direction of writing.
 */
export function jsonText(value: JsonLine): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whoever reads us has gone: there is nobody left to tell. */
const READER_GONE = new Set(["EPIPE", "EIO", "EBADF"]);

/** Returns when the system has everything: what `receive` took out of the vault must not wait in a buffer of ours. */
export function writeAll(descriptor: 1 | 2, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      if (READER_GONE.has(code)) process.exit(process.exitCode ?? 0);
      if (code !== "EAGAIN") throw error;
      pause(limits.writeRetryMs);
    }
  }
}

function pause(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs);
}

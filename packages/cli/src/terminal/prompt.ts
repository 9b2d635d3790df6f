/** Questions on the terminal: a line that shows, or a secret that does not. */
import { closeSync, openSync } from "node:fs";
import { ReadStream } from "node:tty";
import { interrupted } from "../failure.ts";
import { limits } from "../limits.ts";
import { writeAll } from "../output.ts";
import { type Key, KeyDecoder } from "./keys.ts";
import { graphemes, printableLine } from "./text.ts";

export type Question = { readonly prompt: string; readonly secret: boolean; readonly signal: AbortSignal };

/**
 * The answer, or `undefined` when there is no terminal to ask on. Asks the terminal itself when standard input is
 * something else, or was read to its end. Rejects when interrupted; the terminal is as before in any case.
 */
export async function ask(question: Question): Promise<string | undefined> {
  const stream = openTerminal();
  if (stream === undefined) return undefined;
  const wasRaw = stream.isRaw;
  stream.setRawMode(true);
  const restore = (): void => void stream.setRawMode(wasRaw);
  process.once("exit", restore);
  try {
    return await answer(stream, question);
  } finally {
    process.off("exit", restore);
    restore();
    writeAll(2, "\n");
  }
}

/** Kept open: what was typed ahead waits in it for the next question. */
let terminal: ReadStream | undefined;

function openTerminal(): ReadStream | undefined {
  // A message may have been typed on it and ended with Ctrl-D: then it yields nothing more.
  if (process.stdin.isTTY && process.stdin.readable) return process.stdin;
  terminal ??= openOwnTerminal();
  return terminal;
}

function openOwnTerminal(): ReadStream | undefined {
  try {
    const descriptor = openSync(process.platform === "win32" ? "CONIN$" : "/dev/tty", "r");
    try {
      return new ReadStream(descriptor);
    } catch {
      closeSync(descriptor);
      return undefined;
    }
  } catch {
    return undefined;
  }
}

function answer(stream: ReadStream, { prompt, secret, signal }: Question): Promise<string> {
  const decoder = new KeyDecoder();
  let text = "";
  const show = (): void => writeAll(2, `\r\x1b[K${prompt}${secret ? "" : printableLine(text)}`);
  return new Promise((resolve, reject) => {
    const end = (settle: () => void, left: Buffer = Buffer.alloc(0)): void => {
      stream.off("data", onData).off("end", onEnd).pause();
      if (left.length > 0) stream.unshift(left);
      signal.removeEventListener("abort", onEnd);
      settle();
    };
    const onEnd = (): void => end(() => reject(interrupted()));
    const onData = (bytes: Buffer): void => {
      let at = 0;
      for (const length of lineLengths(bytes)) {
        const keys = decoder.decode(bytes.subarray(at, at + length));
        at += length;
        for (const key of keys) {
          if (isInterrupt(key, text)) return onEnd();
          if (isEnd(key)) {
            show();
            // What was typed ahead answers the next question.
            return end(() => resolve(text), bytes.subarray(at));
          }
          text = edited(text, key);
        }
      }
      show();
    };
    if (signal.aborted) return onEnd();
    signal.addEventListener("abort", onEnd);
    stream.on("data", onData).on("end", onEnd);
    stream.resume();
    show();
  });
}

/** Bytes of each line, with the break at its end. */
const lineLengths = (bytes: Buffer): number[] =>
  Array.from(bytes.toString("latin1").matchAll(/[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+/g), ([line]) => line.length);

const isEnd = (key: Key): boolean => key.kind === "named" && (key.name === "enter" || key.name === "newline");

const isInterrupt = (key: Key, text: string): boolean =>
  key.kind === "control" && (key.letter === "c" || (key.letter === "d" && text === ""));

function edited(text: string, key: Key): string {
  switch (key.kind) {
    case "text":
    case "paste":
      return `${text}${key.text.split(/[\r\n]/)[0] ?? ""}`.slice(0, limits.secretCharactersMax);
    case "control":
      return key.letter === "u" ? "" : text;
    case "named":
      return key.name === "backspace" ? graphemes(text).slice(0, -1).join("") : text;
    case "alt":
      return text;
  }
}

/** The single writer: a worker thread that owns the database and commits in groups whatever has come in the meantime. */
import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { ServerError } from "../../server-error.ts";
import { openDatabase } from "./database.ts";
import { commitBatch, engineOn, type Request, type Result } from "./group-commit.ts";
import type { Method, Output } from "./operations.ts";
import { storeFailure } from "./sqlite-failure.ts";

export type WriterOptions = { readonly path: string; readonly batchMax: number; readonly checkedBytesMax: number };
export type ToWriter =
  | { readonly kind: "requests"; readonly requests: readonly Request[] }
  | { readonly kind: "close" };
export type FromWriter<Value = Output<Method>> =
  | { readonly kind: "opened" }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "results"; readonly results: readonly Result<Value>[] };

assert.ok(parentPort !== null, "the writer is a worker thread");
const given: WriterOptions = workerData;
await start(parentPort, given);

async function start(port: MessagePort, options: WriterOptions): Promise<void> {
  try {
    serve(port, await openDatabase(options), options.batchMax);
    send(port, { kind: "opened" });
  } catch (error) {
    const message = error instanceof Error ? error.message : "The database cannot be opened.";
    send(port, { kind: "refused", code: error instanceof ServerError ? error.code : "internal", message });
  }
}

function serve(port: MessagePort, sqlite: DatabaseSync, batchMax: number): void {
  const engine = engineOn(sqlite);
  const queue: Request[] = [];
  let closing = false;

  const take = (message: ToWriter): void => {
    if (message.kind === "close") closing = true;
    else queue.push(...message.requests);
  };

  function work(): void {
    for (;;) {
      // What came during the last fsync shares the next one.
      for (let more = receiveMessageOnPort(port); more !== undefined; more = receiveMessageOnPort(port)) {
        const message: ToWriter = more.message;
        take(message);
      }
      const batch = queue.splice(0, batchMax);
      if (batch.length === 0) break;
      const results = commitBatch(engine, batch);
      send(port, { kind: "results", results });
      if (batch.some(({ method }) => method === "upkeep")) checkpoint(sqlite, "PASSIVE");
    }
    if (closing) close();
  }

  function close(): void {
    checkpoint(sqlite, "TRUNCATE");
    sqlite.close();
    port.close();
  }

  port.on("message", (message: ToWriter) => {
    take(message);
    work();
  });
}

/** What was confirmed is durable in the WAL: on a full disk it stays there until the next time. */
function checkpoint(sqlite: DatabaseSync, mode: "PASSIVE" | "TRUNCATE"): void {
  try {
    sqlite.exec(`PRAGMA wal_checkpoint(${mode})`);
  } catch (error) {
    if (storeFailure(error) === undefined) throw error;
  }
}

function send(port: MessagePort, message: FromWriter): void {
  port.postMessage(message);
}

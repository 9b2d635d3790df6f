/** Group commit: the operations of a batch share one transaction and one fsync, and are answered behind it. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type Input, type Method, type Operations, type Output, operationsOn } from "./operations.ts";
import { storeFailure } from "./sqlite-failure.ts";

export type Request<M extends Method = Method> = { readonly id: number; readonly method: M; readonly input: Input<M> };
export type Result<Value = Output<Method>> =
  | { readonly id: number; readonly kind: "done"; readonly value: Value }
  | { readonly id: number; readonly kind: "failed"; readonly code: string; readonly message: string };

/** What runs batches: the operations, and the savepoint around each of them. */
export type Engine = {
  readonly sqlite: DatabaseSync;
  readonly operations: Operations;
  readonly savepoint: StatementSync;
  readonly release: StatementSync;
};

export const engineOn = (sqlite: DatabaseSync): Engine => ({
  sqlite,
  operations: operationsOn(sqlite),
  savepoint: sqlite.prepare("SAVEPOINT operation"),
  release: sqlite.prepare("RELEASE operation"),
});

/** When the batch fails as a whole, such as for a full disk, each operation is tried alone: reading may still work. */
export function commitBatch(engine: Engine, requests: readonly Request[]): Result[] {
  try {
    return inOneTransaction(engine, requests);
  } catch (error) {
    const [only] = requests;
    if (requests.length === 1 && only !== undefined) return [failed(only, error)];
    return requests.flatMap((request) => commitBatch(engine, [request]));
  }
}

function inOneTransaction(engine: Engine, requests: readonly Request[]): Result[] {
  const { sqlite } = engine;
  sqlite.exec("BEGIN");
  try {
    const results = requests.map((request) => run(engine, request));
    sqlite.exec("COMMIT");
    return results;
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw error;
  }
}

function run<M extends Method>(engine: Engine, request: Request<M>): Result {
  const { sqlite, operations, savepoint, release } = engine;
  const { id, method, input } = request;
  savepoint.run();
  try {
    const value = operations[method](input);
    release.run();
    return { id, kind: "done", value };
  } catch (error) {
    if (!sqlite.isTransaction || storeFailure(error) !== undefined) throw error;
    // A fault of one operation takes back what it did and nothing else.
    sqlite.exec("ROLLBACK TO operation; RELEASE operation");
    return failed(request, error);
  }
}

function failed({ id }: Request, error: unknown): Result {
  const failure = storeFailure(error);
  if (failure !== undefined) return { id, kind: "failed", code: failure.code, message: failure.message };
  return {
    id,
    kind: "failed",
    code: "internal",
    message: error instanceof Error ? (error.stack ?? error.message) : "",
  };
}

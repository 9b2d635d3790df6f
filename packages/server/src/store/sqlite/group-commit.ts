/** Group commit: the operations of a batch share one transaction and one fsync, and are answered behind it. */
import type { DatabaseSync } from "node:sqlite";
import { storeFailure } from "./database.ts";
import type { Input, Method, Operations, Output } from "./operations.ts";

export type Request<M extends Method = Method> = { readonly id: number; readonly method: M; readonly input: Input<M> };
export type Result<Value = Output<Method>> =
  | { readonly id: number; readonly kind: "done"; readonly value: Value }
  | { readonly id: number; readonly kind: "failed"; readonly code: string; readonly message: string };

type Engine = { readonly sqlite: DatabaseSync; readonly operations: Operations };

/** When the batch fails as a whole, such as for a full disk, each operation is tried alone: reading may still work. */
export async function commitBatch(engine: Engine, requests: readonly Request[]): Promise<Result[]> {
  try {
    return await inOneTransaction(engine, requests);
  } catch (error) {
    const [only] = requests;
    if (requests.length === 1 && only !== undefined) return [failed(only, error)];
    const results: Result[] = [];
    for (const request of requests) results.push(...(await commitBatch(engine, [request])));
    return results;
  }
}

async function inOneTransaction({ sqlite, operations }: Engine, requests: readonly Request[]): Promise<Result[]> {
  const results: Result[] = [];
  sqlite.exec("BEGIN");
  try {
    for (const request of requests) results.push(await run({ sqlite, operations }, request));
    sqlite.exec("COMMIT");
    return results;
  } catch (error) {
    if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
    throw error;
  }
}

async function run<M extends Method>({ sqlite, operations }: Engine, request: Request<M>): Promise<Result> {
  const { id, method, input } = request;
  sqlite.exec("SAVEPOINT operation");
  try {
    const value = await operations[method](input);
    sqlite.exec("RELEASE operation");
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

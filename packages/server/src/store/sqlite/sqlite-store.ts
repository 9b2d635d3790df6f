/** The embedded store: SQLite behind a writer thread. Nothing is answered before it is on the disk. */
import { Worker } from "node:worker_threads";
import type { ServerLimits } from "../../limits.ts";
import { type Metrics, noMetrics } from "../../metrics/metrics.ts";
import { ServerError, type ServerErrorCode } from "../../server-error.ts";
import type { Account, DeviceOf, NewDeviceList, Store } from "../store.ts";
import type { Request, Result } from "./group-commit.ts";
import type { Input, Method, Output } from "./operations.ts";
import type { FromWriter, ToWriter, WriterOptions } from "./writer.ts";

export type SqliteStoreOptions = {
  /** The database file; made when it is absent. */
  readonly path: string;
  readonly limits: ServerLimits;
  readonly metrics?: Metrics;
  /** Told once when the writer has ended by itself: the store is of no use any more. */
  readonly onEnd?: (error: Error) => void;
};

/** Most entries are far smaller than the largest. */
const SLOT_BYTES = 192 * 1024;

/** Throws `ServerError`: `data_newer`, `data_damaged`, `disk_full`, `data_folder_unreadable`. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path, limits } = options;
  const workerData: WriterOptions = {
    path,
    batchMax: limits.storeBatchMax,
    checkedBytesMax: limits.checkedDatabaseBytesMax,
  };
  const worker = new Worker(new URL("./writer.ts", import.meta.url), { workerData });
  const opening = Promise.withResolvers<void>();
  const store = new SqliteStore(worker, options);
  worker.on("error", opening.reject);
  worker.on("message", (message: FromWriter<never>) => {
    if (message.kind === "opened") opening.resolve();
    if (message.kind === "refused") opening.reject(refusal(message));
    if (message.kind === "results") store.settle(message.results);
  });
  try {
    await opening.promise;
    return store;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** `never` stands for the output of whichever operation has that id: only its caller knows the type. */
type Waiting = {
  readonly bytes: number;
  readonly asked: number;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
};

class SqliteStore implements Store {
  readonly #worker: Worker;
  readonly #limits: ServerLimits;
  readonly #metrics: Metrics;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #unsent: Request[] = [];
  #waitingBytes = 0;
  #lastId = 0;
  #state: "open" | "closing" | "ended" = "open";

  constructor(worker: Worker, { limits, metrics = noMetrics, onEnd }: SqliteStoreOptions) {
    this.#worker = worker;
    this.#metrics = metrics;
    this.#limits = limits;
    this.#ended = new Promise((resolve) => {
      let cause = new Error("the writer thread has ended");
      worker.on("error", (error) => {
        cause = error instanceof Error ? error : cause;
      });
      worker.once("exit", () => {
        const expected = this.#state === "closing";
        this.#state = "ended";
        for (const { reject } of this.#waiting.values()) reject(unavailable("The store has ended.", cause));
        this.#waiting.clear();
        resolve();
        if (!expected) onEnd?.(cause);
      });
    });
  }

  createAccount(account: Omit<Account, "deviceList">): Promise<Output<"createAccount">> {
    return this.#run("createAccount", account);
  }
  account(username: string): Promise<Output<"account">> {
    return this.#run("account", username);
  }
  accountCount(): Promise<Output<"accountCount">> {
    return this.#run("accountCount", undefined);
  }
  putDeviceList(list: NewDeviceList): Promise<Output<"putDeviceList">> {
    return this.#run("putDeviceList", list, list.deviceList.length);
  }
  publishKeyPackages(publication: Input<"publishKeyPackages">): Promise<Output<"publishKeyPackages">> {
    const bytes = publication.packages.reduce((sum, { body }) => sum + body.length, 0);
    return this.#run("publishKeyPackages", publication, bytes);
  }
  keyPackageStock(device: DeviceOf): Promise<Output<"keyPackageStock">> {
    return this.#run("keyPackageStock", device);
  }
  claimKeyPackages(claim: Input<"claimKeyPackages">): Promise<Output<"claimKeyPackages">> {
    return this.#run("claimKeyPackages", claim);
  }
  putDoor(door: Input<"putDoor">): Promise<Output<"putDoor">> {
    return this.#run("putDoor", door);
  }
  doorAddress(device: DeviceOf): Promise<Output<"doorAddress">> {
    return this.#run("doorAddress", device);
  }
  createMailbox(address: Uint8Array): Promise<Output<"createMailbox">> {
    return this.#run("createMailbox", address);
  }
  hasMailbox(address: Uint8Array): Promise<boolean> {
    return this.#run("hasMailbox", address);
  }
  closeMailbox(address: Uint8Array): Promise<void> {
    return this.#run("closeMailbox", address);
  }
  enqueue(enqueue: Input<"enqueue">): Promise<Output<"enqueue">> {
    return this.#run("enqueue", enqueue, enqueue.body.length * enqueue.items.length);
  }
  fetch(fetch: Input<"fetch">): Promise<Output<"fetch">> {
    // What it may bring back waits in memory like what is sent.
    return this.#run("fetch", fetch, Math.min(fetch.bytesMax, this.#limits.fetchBytesMax) / 16);
  }
  acknowledge(read: Input<"acknowledge">): Promise<boolean> {
    return this.#run("acknowledge", read);
  }
  cellCount(): Promise<number> {
    return this.#run("cellCount", undefined);
  }
  putSlot(slot: Input<"putSlot">): Promise<Output<"putSlot">> {
    return this.#run("putSlot", slot, slot.entry.length);
  }
  slot(name: Uint8Array): Promise<Output<"slot">> {
    return this.#run("slot", name, SLOT_BYTES);
  }
  upkeep(upkeep: Input<"upkeep">): Promise<boolean> {
    return this.#run("upkeep", upkeep);
  }

  settle(results: readonly Result<never>[]): void {
    const now = performance.now();
    for (const result of results) {
      const waiting = this.#waiting.get(result.id);
      this.#waiting.delete(result.id);
      this.#waitingBytes -= waiting?.bytes ?? 0;
      if (waiting !== undefined) this.#metrics.storeAnswered((now - waiting.asked) / 1_000);
      if (result.kind === "done") waiting?.resolve(result.value);
      else waiting?.reject(refusal(result));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "open") {
      this.#state = "closing";
      this.#flush();
      const message: ToWriter = { kind: "close" };
      this.#worker.postMessage(message);
    }
    await this.#ended;
  }

  #run<M extends Method>(method: M, input: Input<M>, weight = 0): Promise<Output<M>> {
    if (this.#state !== "open") return Promise.reject(unavailable("The store is closed."));
    const { storeQueueMax, storeQueueBytesMax, storeOperationBytesMax } = this.#limits;
    const bytes = Math.min(weight, storeOperationBytesMax);
    if (this.#waiting.size >= storeQueueMax || this.#waitingBytes + bytes > storeQueueBytesMax) {
      return Promise.reject(unavailable("Too much waits for the disk. Try again shortly."));
    }
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Output<M>>();
    this.#waiting.set(id, { bytes, asked: performance.now(), resolve, reject });
    this.#waitingBytes += bytes;
    if (this.#unsent.length === 0) queueMicrotask(() => this.#flush());
    this.#unsent.push({ id, method, input });
    return promise;
  }

  /** One message for all that was asked for in this turn. */
  #flush(): void {
    if (this.#unsent.length === 0) return;
    const message: ToWriter = { kind: "requests", requests: this.#unsent };
    this.#unsent = [];
    this.#worker.postMessage(message);
  }
}

const unavailable = (message: string, cause?: unknown): ServerError => new ServerError("unavailable", message, cause);

function refusal({ code, message }: { readonly code: string; readonly message: string }): Error {
  return isStoreCode(code) ? new ServerError(code, message) : new Error(message);
}

const storeCodes: readonly ServerErrorCode[] = [
  "data_newer",
  "data_damaged",
  "disk_full",
  "data_folder_unreadable",
  "data_folder_in_use",
  "unavailable",
];

function isStoreCode(code: string): code is ServerErrorCode {
  return storeCodes.some((one) => one === code);
}

/** Every operation of the store, over one database. */
import type { DatabaseSync } from "node:sqlite";
import type { Store } from "../store.ts";
import { accountOperations } from "./accounts.ts";
import { doorOperations } from "./doors.ts";
import { enqueueOperations } from "./enqueue.ts";
import { expiryOperations } from "./expiry.ts";
import { fetchOperations } from "./fetch.ts";
import { keyPackageOperations } from "./key-packages.ts";
import { mailboxOperations } from "./mailboxes.ts";
import type { Operation } from "./operation.ts";
import { slotOperations } from "./slots.ts";

export type Method = Exclude<keyof Store, symbol>;
export type Input<M extends Method> = Parameters<Store[M]>[0];
export type Output<M extends Method> = Awaited<ReturnType<Store[M]>>;
export type Operations = { readonly [M in Method]: Operation<Store[M]> };

export const operationsOn = (sqlite: DatabaseSync): Operations => ({
  ...accountOperations(sqlite),
  ...keyPackageOperations(sqlite),
  ...doorOperations(sqlite),
  ...mailboxOperations(sqlite),
  ...enqueueOperations(sqlite),
  ...fetchOperations(sqlite),
  ...slotOperations(sqlite),
  ...expiryOperations(sqlite),
});

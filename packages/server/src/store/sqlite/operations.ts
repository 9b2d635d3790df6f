/** Every operation of the store, over one database. */
import type { Store } from "../store.ts";
import { accountOperations } from "./accounts.ts";
import type { Database } from "./database.ts";
import { enqueueOperations } from "./enqueue.ts";
import { expiryOperations } from "./expiry.ts";
import { fetchOperations } from "./fetch.ts";
import { keyPackageOperations } from "./key-packages.ts";
import { doorOperations, mailboxOperations } from "./mailboxes.ts";
import type { Operation } from "./operation.ts";
import { slotOperations } from "./slots.ts";

export type Method = Exclude<keyof Store, symbol>;
export type Input<M extends Method> = Parameters<Store[M]>[0];
export type Output<M extends Method> = Awaited<ReturnType<Store[M]>>;
export type Operations = { readonly [M in Method]: Operation<Store[M]> };

export const operationsOn = (database: Database): Operations => ({
  ...accountOperations(database),
  ...keyPackageOperations(database),
  ...doorOperations(database),
  ...mailboxOperations(database),
  ...enqueueOperations(database),
  ...fetchOperations(database),
  ...slotOperations(database),
  ...expiryOperations(database),
});

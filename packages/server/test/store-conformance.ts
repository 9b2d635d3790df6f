/** What every implementation of the store must do: the same tests for each. */
import { describe } from "node:test";
import type { Store } from "../src/store/store.ts";
import { accountConformance } from "./store-conformance/accounts.ts";
import { doorConformance } from "./store-conformance/doors.ts";
import { keyPackageConformance } from "./store-conformance/key-packages.ts";
import { mailboxConformance } from "./store-conformance/mailboxes.ts";
import { slotConformance } from "./store-conformance/slots.ts";
import { upkeepConformance } from "./store-conformance/upkeep.ts";

/** A store of its own for each test, and the way to what it holds after its process has gone. */
export type StoreUnderTest = AsyncDisposable & {
  readonly store: Store;
  /** Closes it and opens it again. */
  readonly reopen: () => Promise<Store>;
};

export type OpenStore = () => Promise<StoreUnderTest>;

export function storeConformance(name: string, open: OpenStore): void {
  describe(`the store on ${name}`, () => {
    accountConformance(open);
    keyPackageConformance(open);
    mailboxConformance(open);
    doorConformance(open);
    slotConformance(open);
    upkeepConformance(open);
  });
}

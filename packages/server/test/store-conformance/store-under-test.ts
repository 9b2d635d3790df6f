/** What the conformance suite is given. */
import type { Store } from "../../src/store/store.ts";

/** A store of its own for each test. */
export type StoreUnderTest = AsyncDisposable & {
  readonly store: Store;
  /** Closes it and opens it again. */
  readonly reopen: () => Promise<Store>;
};

export type OpenStore = () => Promise<StoreUnderTest>;

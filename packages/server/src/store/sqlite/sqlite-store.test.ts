import { Scratch } from "../../../test/scratch.ts";
import { storeConformance } from "../../../test/store-conformance.ts";

storeConformance("SQLite", async () => {
  const scratch = new Scratch();
  let store = await scratch.store();
  return {
    store,
    reopen: async () => {
      await store[Symbol.asyncDispose]();
      store = await scratch.store();
      return store;
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      scratch[Symbol.dispose]();
    },
  };
});

/** What every implementation of the store must do: the same tests for each. */
import { describe } from "node:test";
import { accountConformance } from "./store-conformance/accounts.ts";
import { doorConformance } from "./store-conformance/doors.ts";
import { keyPackageConformance } from "./store-conformance/key-packages.ts";
import { mailboxConformance } from "./store-conformance/mailboxes.ts";
import { slotConformance } from "./store-conformance/slots.ts";
import type { OpenStore } from "./store-conformance/store-under-test.ts";
import { upkeepConformance } from "./store-conformance/upkeep.ts";

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

/** A process that writes to a store until it is killed, and prints what the store has confirmed. Its argument: the database. */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { toHex } from "@quicprochat/bytes";
import { limits } from "../src/limits.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import { cellTo, HOUR } from "./store-conformance/samples.ts";

const WRITERS = 16;
const [, , path = "", mailbox = ""] = process.argv;
const address = new Uint8Array(Buffer.from(mailbox, "hex"));
const store = await openSqliteStore({ path, limits });

/** Synchronous: what was printed has left this process. */
const confirm = (kind: string, bytes: Uint8Array): void => void writeSync(1, `${kind} ${toHex(bytes)}\n`);

async function writeForEver(): Promise<never> {
  for (;;) {
    const body = new Uint8Array(randomBytes(32));
    const [outcome] = await store.enqueue(cellTo({ address }, { body, caps: limits }));
    if (outcome === "stored") confirm("stored", body);
    const name = new Uint8Array(randomBytes(32));
    const won = await store.putSlot({ name, entry: body, signature: new Uint8Array(64), expiresHour: HOUR + 10 });
    if (won.kind === "won") confirm("won", name);
    const claim = {
      username: "alice",
      cipherSuite: 77,
      doorKeyHash: null,
      reserve: 0,
      rememberedUntilHour: HOUR + 100,
    };
    const claimed = await store.claimKeyPackages(claim);
    if (claimed.kind === "claimed") for (const one of claimed.packages) confirm("claimed", one.body);
  }
}

await Promise.all(Array.from({ length: WRITERS }, writeForEver));

/** A process that writes into a vault until it is killed, and says how far it is sure to have come. */
import { writeSync } from "node:fs";
import { toUtf8 } from "@quicprochat/bytes";
import { openVault } from "../src/vault/open-vault.ts";

const [profile = "", passphrase = ""] = process.argv.slice(2);
const vault = await openVault({ profile, passphrase });
const scope = toUtf8("a group");
const read = (): number => Number(vault.get("counters", "plain")?.length ?? 0);

writeSync(1, "open\n");
for (let count = read() + 1; ; count++) {
  vault.transaction((tx) => {
    const value = new Uint8Array(count);
    tx.put("counters", "plain", value);
    tx.putUnder(scope, "counters", "scoped", value);
    tx.put("log", Uint8Array.of(count >> 8, count & 0xff), value);
    if (count % 5 === 0) tx.renew(scope);
    if (count % 7 === 0) tx.erase("log", Uint8Array.of((count - 1) >> 8, (count - 1) & 0xff));
  });
  writeSync(1, `${count}\n`);
}

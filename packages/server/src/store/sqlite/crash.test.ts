import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { fromHex, toHex } from "@quicprochat/bytes";
import { Scratch } from "../../../test/scratch.ts";
import { bytes, HOUR, makeAccount, makeMailbox } from "../../../test/store-conformance/samples.ts";
import type { Store } from "../store.ts";

const program = fileURLToPath(new URL("../../../test/store-process.ts", import.meta.url));
const PACKAGES = 600;

type Confirmed = { readonly stored: string[]; readonly won: string[]; readonly claimed: string[] };

/** What the process had printed when it was killed after so many lines. */
async function killAfter(lines: number, args: readonly string[]): Promise<Confirmed> {
  const flags = ["--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const confirmed: Confirmed = { stored: [], won: [], claimed: [] };
  let seen = 0;
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => {
    const [kind, value = ""] = line.split(" ");
    if (kind === "stored" || kind === "won" || kind === "claimed") confirmed[kind].push(value);
    if (++seen === lines) child.kill("SIGKILL");
  });
  const [[, signal]] = await Promise.all([once(child, "exit"), once(output, "close")]);
  assert.equal(signal, "SIGKILL");
  return confirmed;
}

async function bodiesIn(store: Store, address: Uint8Array): Promise<string[]> {
  const bodies: string[] = [];
  let cursor = 0;
  for (;;) {
    const fetched = await store.fetch({ address, cursor, cellsMax: 1_000, bytesMax: 1e9, hour: HOUR });
    bodies.push(...(fetched?.cells ?? []).map(({ body }) => toHex(body)));
    cursor = fetched?.cells.at(-1)?.cursor ?? cursor;
    if (fetched?.more !== true) return bodies;
  }
}

async function claimTheRest(store: Store): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const claim = {
      username: "alice",
      cipherSuite: 77,
      doorKeyHash: null,
      reserve: 0,
      rememberedUntilHour: HOUR + 100,
    };
    const claimed = await store.claimKeyPackages(claim);
    if (claimed.kind === "none") return bodies;
    bodies.push(...claimed.packages.map(({ body }) => toHex(body)));
  }
}

async function prepare(store: Store): Promise<Uint8Array> {
  const deviceId = bytes(16);
  await makeAccount(store, "alice", [deviceId]);
  const packages = Array.from({ length: PACKAGES }, () => ({ hash: bytes(32), body: bytes(32) }));
  const publication = { username: "alice", deviceId, cipherSuite: 77, packages, lastResort: null, stockMax: PACKAGES };
  await store.publishKeyPackages(publication);
  return makeMailbox(store);
}

test("after kill -9 everything confirmed is there once, and no claimed package is given again", async () => {
  using scratch = new Scratch();
  const address = await (async () => {
    await using store = await scratch.store();
    return await prepare(store);
  })();
  const confirmed: Confirmed = { stored: [], won: [], claimed: [] };
  for (const lines of [1, 200, 333]) {
    const seen = await killAfter(lines, [scratch.file("server.db"), toHex(address)]);
    for (const kind of ["stored", "won", "claimed"] as const) confirmed[kind].push(...seen[kind]);
  }
  await using store = await scratch.store();
  const kept = await bodiesIn(store, address);
  assert.equal(new Set(kept).size, kept.length);
  assert.ok(confirmed.stored.length > 100);
  assert.deepEqual(new Set(confirmed.stored).difference(new Set(kept)), new Set(), "stored, and lost");
  for (const name of confirmed.won) assert.notEqual(await store.slot(fromHex(name)), null);
  const rest = await claimTheRest(store);
  const all = [...confirmed.claimed, ...rest];
  assert.ok(confirmed.claimed.length > 100);
  assert.equal(new Set(all).size, all.length, "given twice");
});

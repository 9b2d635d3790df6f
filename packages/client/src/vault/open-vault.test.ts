import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { toUtf8 } from "@quicprochat/bytes";
import { systemRandom } from "@quicprochat/crypto";
import { needsProgram } from "../../../../scripts/needs.ts";
import { cheapCost, Profile } from "../../test/profile.ts";
import { createVault, openVault, removeVault, vaultExists, vaultPath } from "./open-vault.ts";

const writer = fileURLToPath(new URL("../../test/vault-writer.ts", import.meta.url));

/** Resolves once the vault is open in the other process. */
async function startWriter(profile: Profile): Promise<{ child: ChildProcess; counted: () => number }> {
  const args = ["--disable-warning=ExperimentalWarning", writer, profile.path, "passphrase"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  while (!output.startsWith("open\n")) await once(child.stdout, "data");
  // The last line may be cut short.
  return { child, counted: () => Number(output.split("\n").at(-2)?.replace("open", "0") ?? 0) };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "close");
}

test("a vault that was killed while it wrote holds whole transactions, and none less than it had told", async () => {
  using profile = new Profile();
  (await profile.create()).close();
  let least = 0;
  for (let round = 0; round < 8; round++) {
    const { child, counted } = await startWriter(profile);
    const until = least + 1 + Math.floor(Math.random() * 12);
    while (counted() < until) await once(child.stdout ?? child, "data");
    await kill(child);
    using vault = await profile.open();
    const count = vault.get("counters", "plain")?.length ?? 0;
    assert.ok(count >= counted(), `told of ${counted()}, found ${count}`);
    assert.equal(vault.get("counters", "scoped")?.length, count);
    assert.equal(vault.list("log").length, count - Math.floor(count / 7));
    least = count;
  }
});

test("while another process has the vault, it is in use; once that was killed, it is not", async () => {
  using profile = new Profile();
  (await profile.create()).close();
  const { child } = await startWriter(profile);
  await assert.rejects(profile.open(), { code: "vault_in_use", message: /another program.*close it/i });
  await assert.rejects(profile.open("wrong"), { code: "vault_in_use" });
  await kill(child);
  (await profile.open()).close();
});

test("a vault is in use also within its own process", async () => {
  using profile = new Profile();
  using _vault = await profile.create();
  await assert.rejects(profile.open(), { code: "vault_in_use" });
});

test("the wrong passphrase opens nothing and locks nothing", async () => {
  using profile = new Profile();
  (await profile.create("right")).close();
  await assert.rejects(profile.open("wrong"), { code: "wrong_passphrase" });
  (await profile.open("right")).close();
});

test("a passphrase is the same however its letters are composed", async () => {
  using profile = new Profile();
  (await profile.create("gr\u00fcn")).close();
  (await profile.open("gru\u0308n")).close();
});

test("without a vault one is told to register, and a second one is not made over the first", async () => {
  using profile = new Profile();
  const nowhere = join(profile.path, "nowhere");
  assert.equal(vaultExists(nowhere), false);
  await assert.rejects(openVault({ profile: nowhere, passphrase: "" }), { code: "no_vault", message: /qpc register/ });
  (await profile.create()).close();
  assert.equal(vaultExists(profile.path), true);
  await assert.rejects(profile.create("another"), { code: "vault_exists" });
  (await profile.open()).close();
  removeVault(profile.path);
  assert.deepEqual(readdirSync(profile.path), []);
});

test("what an earlier attempt left behind does not keep a vault from being made", async () => {
  using profile = new Profile();
  writeFileSync(`${vaultPath(profile.path)}.new`, "half a vault");
  (await profile.create()).close();
  assert.deepEqual(readdirSync(profile.path), ["vault.db"]);
});

test("only their owner reads a profile's files", { skip: process.platform === "win32" }, async () => {
  using profile = new Profile();
  const folder = join(profile.path, "new");
  using vault = await createVault({ profile: folder, passphrase: "", cost: cheapCost });
  vault.transaction((tx) => tx.put("words", "one", toUtf8("uno")));
  assert.equal(statSync(folder).mode & 0o077, 0);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
});

test("a vault of a newer version is left alone", async () => {
  using profile = new Profile();
  (await profile.create()).close();
  using database = new DatabaseSync(vaultPath(profile.path));
  database.exec("PRAGMA user_version = 2");
  database.close();
  const before = readFileSync(vaultPath(profile.path));
  await assert.rejects(profile.open(), { code: "vault_newer", message: /update/i });
  assert.deepEqual(readFileSync(vaultPath(profile.path)), before);
});

test("damage is told from a wrong passphrase, wherever it is", async (context) => {
  const damages: Record<string, (path: string) => void> = {
    "another file": (path) => writeFileSync(path, systemRandom(20_000)),
    "an empty file": (path) => truncateSync(path, 0),
    "cut short": (path) => truncateSync(path, 4_096),
    "a changed header": (path) => changed(path, "UPDATE header SET body = zeroblob(85)"),
    "a header that asks for too much": (path) =>
      changed(path, "UPDATE header SET body = CAST(x'01ffffffff' || substr(body, 6) AS BLOB)"),
    "no header": (path) => changed(path, "DELETE FROM header"),
    "no tables": (path) => changed(path, "DROP TABLE header"),
  };
  for (const [name, damage] of Object.entries(damages)) {
    await context.test(name, async () => {
      using profile = new Profile();
      (await profile.create()).close();
      damage(vaultPath(profile.path));
      await assert.rejects(profile.open(), { code: "vault_damaged" });
    });
  }
});

test("a record that was changed, moved or put under another scope does not open", async (context) => {
  const damages = {
    changed: "UPDATE record SET sealed = CAST(substr(sealed, 1, length(sealed) - 1) || x'00' AS BLOB)",
    "cut short": "UPDATE record SET sealed = substr(sealed, 1, 5)",
    empty: "UPDATE record SET sealed = x''",
    moved: "UPDATE record SET sealed = (SELECT other.sealed FROM record AS other WHERE other.at = 3 - record.at)",
    "under another scope": "UPDATE record SET scope = x'00'",
    "with another key": "UPDATE record SET name = zeroblob(19)",
  };
  for (const [name, sql] of Object.entries(damages)) {
    await context.test(name, async () => {
      using profile = new Profile();
      {
        using vault = await profile.create();
        vault.transaction((tx) => {
          tx.put("words", "one", toUtf8("uno"));
          tx.put("words", "two", toUtf8("dos"));
        });
      }
      changed(vaultPath(profile.path), sql);
      using vault = await profile.open();
      assert.throws(() => vault.list("words"), { code: "vault_damaged" });
    });
  }
});

function changed(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

const mayReadAll = process.platform === "win32" || process.getuid?.() === 0;

test("a folder that cannot be written says so", { skip: mayReadAll && "this user may write everywhere" }, async () => {
  using profile = new Profile();
  const closed = join(profile.path, "closed");
  mkdirSync(closed, { mode: 0o500 });
  const options = { profile: closed, passphrase: "", cost: cheapCost };
  await assert.rejects(createVault(options), { code: "vault_unreadable", message: /permissions/ });
  await assert.rejects(createVault({ ...options, profile: join(closed, "deeper") }), { code: "vault_unreadable" });
  chmodSync(closed, 0o700);
});

test("what is no folder, and what is no file, says so", async () => {
  using profile = new Profile();
  const file = join(profile.path, "file");
  writeFileSync(file, "");
  const options = { profile: join(file, "profile"), passphrase: "", cost: cheapCost };
  await assert.rejects(createVault(options), { code: "vault_unreadable" });
  mkdirSync(vaultPath(profile.path));
  await assert.rejects(profile.open(), { code: "vault_unreadable" });
});

test("a full disk keeps nothing of a transaction, and with space again all goes on", {
  skip: cannotMount(),
}, async () => {
  using profile = new Profile();
  const small = join(profile.path, "small");
  mkdirSync(small);
  assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", small]).status, 0);
  try {
    writeFileSync(join(small, "ballast"), systemRandom(500_000));
    using vault = await createVault({ profile: small, passphrase: "", cost: cheapCost });
    const fill = (): void => {
      for (let at = 0; ; at++)
        vault.transaction((tx) => tx.put("words", String(at).padStart(4, "0"), systemRandom(20_000)));
    };
    assert.throws(fill, { code: "disk_full", message: /free some space/ });
    const kept = vault.list("words").length;
    assert.ok(kept > 0);
    rmSync(join(small, "ballast"));
    vault.transaction((tx) => tx.put("words", "more", systemRandom(20_000)));
    assert.equal(vault.list("words").length, kept + 1);
  } finally {
    spawnSync("umount", [small]);
  }
});

function cannotMount(): string | false {
  const missing = needsProgram("mount");
  if (missing !== false) return missing;
  return process.platform === "linux" && process.getuid?.() === 0 ? false : "mounting needs root on Linux";
}

/** A profile's folder for a test, gone afterwards, with a view of the bytes in its files. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { concatBytes } from "@quicprochat/bytes";
import { systemRandom } from "@quicprochat/crypto";
import { createVault, openVault } from "../src/vault/open-vault.ts";
import type { Vault } from "../src/vault/vault.ts";

/** The least that Argon2 takes: tests open vaults often. */
export const cheapCost = { memoryKiB: 8, passes: 1, parallelism: 1 };

export class Profile implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "qpc-profile-"));
  readonly random = systemRandom;

  create(passphrase = "passphrase"): Promise<Vault> {
    return createVault({ profile: this.path, passphrase, cost: cheapCost });
  }

  open(passphrase = "passphrase"): Promise<Vault> {
    return openVault({ profile: this.path, passphrase });
  }

  /** All of all files. */
  bytes(): Uint8Array {
    const names = readdirSync(this.path, { recursive: true, encoding: "utf8" });
    return concatBytes(...names.map((name) => new Uint8Array(readFileSync(join(this.path, name)))));
  }

  holds(piece: Uint8Array): boolean {
    return Buffer.from(this.bytes()).includes(piece);
  }

  /** Of each record 500 bytes near its end as they lie on disk, in the order of putting; a copy of the files is read. */
  sealedPieces(): Uint8Array[] {
    using copy = new Profile();
    copy.#take(this);
    using database = new DatabaseSync(join(copy.path, "vault.db"));
    const rows = database.prepare("SELECT sealed FROM record ORDER BY at").all();
    return rows.map(({ sealed }) => (sealed instanceof Uint8Array ? sealed.slice(-600, -100) : new Uint8Array(0)));
  }

  #take({ path }: Profile): void {
    cpSync(path, this.path, { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

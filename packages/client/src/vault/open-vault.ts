/** Makes and opens the vault of a profile: one file in its folder, locked while it is open. */
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DecodeError } from "@quicprochat/bytes";
import { type Argon2Cost, type Random, Secret, systemRandom } from "@quicprochat/crypto";
import { decodeHeader, defaultCost, encodeHeader, unwrapKey, type VaultHeader, wrapKey } from "./header.ts";
import { Vault } from "./vault.ts";
import { tellingFailures, vaultFailure } from "./vault-failure.ts";
import { VaultFile } from "./vault-file.ts";

const KEY_BYTES = 32;

type ProfileOptions = {
  /** The folder. */
  readonly profile: string;
  readonly passphrase: string;
  readonly random?: Random;
};

export const vaultPath = (profile: string): string => join(profile, "vault.db");

export function vaultExists(profile: string): boolean {
  return tellingFailures(() => statSync(vaultPath(profile), { throwIfNoEntry: false }) !== undefined);
}

/** A kill at any instant leaves a whole vault or none. Throws `Failure("vault_exists")` when there is one. */
export async function createVault(options: ProfileOptions & { readonly cost?: Argon2Cost }): Promise<Vault> {
  const { profile, passphrase, cost = defaultCost, random = systemRandom } = options;
  if (vaultExists(profile)) throw vaultFailure("vault_exists");
  using key = new Secret(random(KEY_BYTES));
  const header = encodeHeader(await wrapKey(key, { passphrase, cost, random }));
  tellingFailures(() => {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    const half = `${vaultPath(profile)}.new`;
    for (const suffix of ["", "-journal"]) rmSync(half + suffix, { force: true });
    closeSync(openSync(half, "wx", 0o600));
    VaultFile.create(half, header);
    chmodSync(half, 0o600);
    renameSync(half, vaultPath(profile));
    syncFolder(profile);
  });
  return new Vault(VaultFile.open(vaultPath(profile)), key, random);
}

export async function openVault({ profile, passphrase, random = systemRandom }: ProfileOptions): Promise<Vault> {
  if (!vaultExists(profile)) throw vaultFailure("no_vault");
  const file = VaultFile.open(vaultPath(profile));
  try {
    using key = await unwrapKey(headerOf(file), passphrase);
    if (key === undefined) throw vaultFailure("wrong_passphrase");
    return new Vault(file, key, random);
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

/** For an account that came to nothing. The vault must be closed. */
export function removeVault(profile: string): void {
  tellingFailures(() => {
    for (const suffix of ["-wal", "-journal", "-shm", ""]) rmSync(vaultPath(profile) + suffix, { force: true });
    syncFolder(profile);
  });
}

function headerOf(file: VaultFile): VaultHeader {
  const body = tellingFailures(() => file.header());
  if (body === undefined) throw vaultFailure("vault_damaged");
  try {
    return decodeHeader(body);
  } catch (error) {
    throw error instanceof DecodeError ? vaultFailure("vault_damaged", error) : error;
  }
}

/** A rename is durable once its folder is. Windows has no such call and needs none. */
function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

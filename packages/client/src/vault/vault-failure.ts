/** What a person is told when their vault cannot be used. */
import { Failure } from "../failure.ts";

export const vaultFailures = {
  no_vault: "This profile has no account yet. Make one: qpc register INVITE --user NAME",
  vault_exists: "This profile has an account already. Choose another folder with --profile for a second one.",
  vault_in_use: "Another program has this profile open. Close it, or use another --profile.",
  wrong_passphrase: "That is not the passphrase of this profile. Try again; without it nothing in here can be read.",
  vault_damaged:
    "This profile's vault is damaged and cannot be read. Put back a copy of its folder, or register again in another --profile.",
  vault_newer: "This profile was written by a newer version of the program. Update the program.",
  vault_unreadable:
    "This profile's folder cannot be read or written. Look at its permissions, or choose another --profile.",
  disk_full: "The disk is full. Nothing of this step was kept: free some space and try again.",
} as const;

export type VaultFailureCode = keyof typeof vaultFailures;

export const vaultFailure = (code: VaultFailureCode, cause?: unknown): Failure =>
  new Failure(code, vaultFailures[code], { cause });

/** Result codes of SQLite, without their extensions. */
const sqliteCodes: ReadonlyMap<number, VaultFailureCode> = new Map([
  [1, "vault_damaged"], // ERROR: our statements are fixed, so a table is missing
  [3, "vault_unreadable"], // PERM
  [5, "vault_in_use"], // BUSY
  [6, "vault_in_use"], // LOCKED
  [8, "vault_unreadable"], // READONLY
  [10, "vault_unreadable"], // IOERR
  [11, "vault_damaged"], // CORRUPT
  [13, "disk_full"], // FULL
  [14, "vault_unreadable"], // CANTOPEN
  [26, "vault_damaged"], // NOTADB
]);

const systemCodes: ReadonlyMap<string, VaultFailureCode> = new Map([
  ["EACCES", "vault_unreadable"],
  ["EPERM", "vault_unreadable"],
  ["EROFS", "vault_unreadable"],
  ["ENOTDIR", "vault_unreadable"],
  ["EIO", "vault_unreadable"],
  ["ENOSPC", "disk_full"],
  ["EDQUOT", "disk_full"],
]);

/** Runs `work` and tells what the database or the file system says of it. Other errors pass. */
export function tellingFailures<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    throw code === undefined ? error : vaultFailure(code, error);
  }
}

function codeOf(error: unknown): VaultFailureCode | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("errcode" in error && typeof error.errcode === "number") return sqliteCodes.get(error.errcode & 0xff);
  return "code" in error && typeof error.code === "string" ? systemCodes.get(error.code) : undefined;
}

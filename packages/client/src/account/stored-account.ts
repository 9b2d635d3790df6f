/** The account's rows in the vault, and how far its registration has come. */
import { DecodeError, fromUtf8, toUtf8 } from "@quicprochat/bytes";
import type { VerifiedServer } from "@quicprochat/transport";
import type { VaultReader, VaultTransaction } from "../vault/vault.ts";
import { vaultFailure } from "../vault/vault-failure.ts";
import { type Account, accountFrom } from "./account.ts";
import {
  type AccountRecord,
  decodeAccountRecord,
  decodeServer,
  encodeAccountRecord,
  encodeServer,
} from "./account-record.ts";

const TABLE = "account.";
const keys = { record: "record", pin: "pin", stage: "stage", recoveryCode: "recovery-code" } as const;

/**
 * `prepared`: the server may or may not have taken the name. `registered`: it has; the device may not be listed yet.
 * `complete`: door, mailbox and KeyPackages are there as well.
 */
const stages = ["prepared", "registered", "complete"] as const;
export type Stage = (typeof stages)[number];

export function saveAccount(tx: VaultTransaction, record: AccountRecord, recoveryCode: Uint8Array): void {
  tx.put(TABLE, keys.record, encodeAccountRecord(record));
  tx.put(TABLE, keys.recoveryCode, recoveryCode);
  saveStage(tx, "prepared");
}

export const saveStage = (tx: VaultTransaction, stage: Stage): void => tx.put(TABLE, keys.stage, toUtf8(stage));

export const savePin = (tx: VaultTransaction, server: VerifiedServer): void =>
  tx.put(TABLE, keys.pin, encodeServer(server));

/** `undefined` before anything was saved. */
export function readStage(reader: VaultReader): Stage | undefined {
  const text = reader.get(TABLE, keys.stage);
  return text === undefined ? undefined : stages.find((stage) => stage === fromUtf8(text));
}

/** Throws `Failure("vault_damaged")` when it is not there. */
export function readAccount(reader: VaultReader): Account {
  const [record, pin] = [reader.get(TABLE, keys.record), reader.get(TABLE, keys.pin)];
  if (record === undefined || pin === undefined) throw vaultFailure("vault_damaged");
  try {
    return accountFrom(decodeAccountRecord(record), decodeServer(pin));
  } catch (error) {
    throw error instanceof DecodeError ? vaultFailure("vault_newer", error) : error;
  }
}

/** Kept from the first step of a registration until the account is first used: its owner must get to see it. */
export const readRecoveryCode = (reader: VaultReader): Uint8Array | undefined => reader.get(TABLE, keys.recoveryCode);

export const eraseRecoveryCode = (tx: VaultTransaction): void => tx.erase(TABLE, keys.recoveryCode);

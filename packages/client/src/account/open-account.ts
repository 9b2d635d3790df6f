/** Opens the vault of a profile whose registration is complete. */
import type { Random } from "@quicprochat/crypto";
import { Failure } from "../failure.ts";
import { openVault } from "../vault/open-vault.ts";
import type { Vault } from "../vault/vault.ts";
import type { Account } from "./account.ts";
import { eraseRecoveryCode, readAccount, readRecoveryCode, readStage } from "./stored-account.ts";

export { savePin } from "./stored-account.ts";

type OpenOptions = { readonly profile: string; readonly passphrase: string; readonly random?: Random };

export type OpenedAccount = { readonly vault: Vault; readonly account: Account };

/** Throws `Failure`: `no_vault`, `wrong_passphrase`, `vault_in_use`, ..., `not_registered`. */
export async function openAccount(options: OpenOptions): Promise<OpenedAccount> {
  const vault = await openVault(options);
  try {
    if (readStage(vault) !== "complete") throw notRegistered();
    const account = readAccount(vault);
    // Whoever uses the account has seen its recovery code: from here on it is on no device.
    if (readRecoveryCode(vault) !== undefined) vault.transaction(eraseRecoveryCode);
    return { vault, account };
  } catch (error) {
    vault.close();
    throw error;
  }
}

const notRegistered = (): Failure =>
  new Failure(
    "not_registered",
    "The registration of this profile was interrupted. Run qpc register again, with the same name and passwords.",
  );

/** Opens the engine of a profile whose account is registered. */
import { dial } from "@quicprochat/transport";
import { openAccount } from "./account/open-account.ts";
import { Engine } from "./engine.ts";

export type OpenOptions = { readonly profile: string; readonly passphrase: string };

/** Throws `Failure`: `no_vault`, `wrong_passphrase`, `vault_in_use`, `vault_damaged`, `vault_newer`, `not_registered`, ... */
export async function openEngine(options: OpenOptions): Promise<Engine> {
  const { vault, account } = await openAccount(options);
  return new Engine({ vault, account, dial });
}

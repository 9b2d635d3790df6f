/** Makes an account with its first device, and takes up again what an earlier run began. */
import { parseUsername, type Username, UsernameError } from "@quicprochat/protocol";
import { parseInvite } from "@quicprochat/transport";
import { Failure } from "../failure.ts";
import { openVault, vaultExists } from "../vault/open-vault.ts";
import type { Vault } from "../vault/vault.ts";
import type { Account } from "./account.ts";
import { formatRecoveryCode } from "./recovery-code.ts";
import { Registration, type RegistrationOptions } from "./registration.ts";
import { readAccount, readRecoveryCode, readStage } from "./stored-account.ts";

export type ProvisionOptions = RegistrationOptions & {
  /** A link, or an address alone: then whoever answers is pinned. */
  readonly invite: string;
  readonly username: string;
};

export type Provisioned = {
  readonly vault: Vault;
  readonly account: Account;
  /** For its owner to write down; the next start of the account erases it here. */
  readonly recoveryCode: string;
};

/** Throws `Failure` and errors of its kind: with `code` and a text that helps. */
export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const username = usernameOf(options.username);
  const invite = parseInvite(options.invite);
  const earlier = await earlierVault(options, username);
  if (earlier !== undefined && readStage(earlier) === "complete") return provisioned(earlier);
  return provisioned(await new Registration(options, { username, invite, earlier }).run());
}

function provisioned(vault: Vault): Provisioned {
  const code = readRecoveryCode(vault);
  return { vault, account: readAccount(vault), recoveryCode: code === undefined ? "" : formatRecoveryCode(code) };
}

/** Of a run with this name that was interrupted, or whose recovery code nobody may have seen. */
async function earlierVault({ profile, passphrase }: ProvisionOptions, username: Username): Promise<Vault | undefined> {
  if (!vaultExists(profile)) return undefined;
  const vault = await openVault({ profile, passphrase });
  try {
    const stage = readStage(vault);
    // Killed before anything was in it.
    if (stage === undefined) return vault;
    const { username: earlier } = readAccount(vault);
    if (stage === "complete" && readRecoveryCode(vault) === undefined) throw alreadyRegistered(earlier);
    if (earlier !== username) throw stage === "complete" ? alreadyRegistered(earlier) : otherName(earlier);
    return vault;
  } catch (error) {
    vault.close();
    throw error;
  }
}

function usernameOf(text: string): Username {
  try {
    return parseUsername(text);
  } catch (error) {
    throw error instanceof UsernameError ? new Failure("bad_username", error.message, { cause: error }) : error;
  }
}

const alreadyRegistered = (username: string): Failure =>
  new Failure("already_registered", `This profile is ${username}'s already. Choose another folder with --profile.`);

const otherName = (username: string): Failure =>
  new Failure(
    "registration_pending",
    `The registration of ${username} in this profile was interrupted: finish it with --user ${username}, or choose another folder with --profile.`,
  );

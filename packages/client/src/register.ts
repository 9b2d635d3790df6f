/** A new account with its first device and vault. */
import { dial } from "@quicprochat/transport";
import { provision } from "./account/provision.ts";
import { Engine } from "./engine.ts";

export type RegisterOptions = {
  readonly profile: string;
  readonly passphrase: string;
  readonly password: string;
  readonly invite: string;
  readonly username: string;
};

export type Registered = {
  readonly engine: Engine;
  readonly user: string;
  readonly device: string;
  readonly fingerprint: string;
  /** Shown once: nothing on this device can make it again. */
  readonly recoveryCode: string;
};

/** Run again with the same options, it goes on where it was interrupted. */
export async function register(options: RegisterOptions): Promise<Registered> {
  const { vault, account, recoveryCode } = await provision({ ...options, dial });
  const engine = new Engine({ vault, account, dial });
  const { user, device, fingerprint } = engine.identity;
  return { engine, user, device, fingerprint, recoveryCode };
}

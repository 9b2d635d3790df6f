/** Trusts, on purpose, whichever server answers now. */
import { systemRandom } from "@quicprochat/crypto";
import { closeCodes } from "@quicprochat/rpc";
import { fingerprint } from "@quicprochat/transport";
import type { Dial } from "../connection/connect.ts";
import { connectionFailure } from "../connection/connection-failure.ts";
import { limits } from "../limits.ts";
import { openVault } from "../vault/open-vault.ts";
import { readAccount, savePin } from "./stored-account.ts";

type AcceptOptions = { readonly profile: string; readonly passphrase: string; readonly dial: Dial };

/** Fingerprints of who was trusted, and of who is from now on. */
export async function acceptServerIdentity(
  options: AcceptOptions,
): Promise<{ readonly old: string; readonly new: string }> {
  const { profile, passphrase, dial } = options;
  using vault = await openVault({ profile, passphrase, random: systemRandom });
  const { server, pin } = readAccount(vault);
  const dialled = await dialAnyone(dial, server);
  dialled.connection.close(closeCodes.done, "");
  vault.transaction((tx) => savePin(tx, dialled.server));
  return { old: fingerprint(pin.serverId), new: fingerprint(dialled.server.serverId) };
}

async function dialAnyone(dial: Dial, server: { readonly host: string; readonly port: number }): ReturnType<Dial> {
  try {
    return await dial({ ...server, pin: null, deadlineMs: limits.dialMs });
  } catch (error) {
    throw connectionFailure(error);
  }
}

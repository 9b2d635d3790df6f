/** Somebody in the latency bench, with a vault whose passphrase costs little. */
import { join } from "node:path";
import { dial } from "@quicprochat/transport";
import { provision } from "../src/account/provision.ts";
import { Engine } from "../src/engine.ts";
import { cheapCost } from "./profile.ts";

type Person = { readonly folder: string; readonly invite: string; readonly username: string };

export async function registered({ folder, invite, username }: Person): Promise<Engine> {
  const { vault, account } = await provision({
    profile: join(folder, username),
    passphrase: "passphrase",
    password: "password",
    invite,
    username,
    dial,
    cost: cheapCost,
  });
  return new Engine({ vault, account, dial });
}

/** An account on a small server, and its links, for tests. */
import type { Account } from "../src/account/account.ts";
import { provision } from "../src/account/provision.ts";
import { type LinkEvent, Links } from "../src/connection/links.ts";
import type { Vault } from "../src/vault/vault.ts";
import { cheapCost, Profile } from "./profile.ts";
import { SmallServer } from "./small-server.ts";

export const whoRegisters = { passphrase: "passphrase", password: "password", username: "alice", cost: cheapCost };

export class Registered implements Disposable {
  readonly server: SmallServer;
  readonly profile: Profile;
  readonly vault: Vault;
  readonly account: Account;
  readonly recoveryCode: string;

  private constructor(fields: Pick<Registered, "server" | "profile" | "vault" | "account" | "recoveryCode">) {
    this.server = fields.server;
    this.profile = fields.profile;
    this.vault = fields.vault;
    this.account = fields.account;
    this.recoveryCode = fields.recoveryCode;
  }

  static async start(): Promise<Registered> {
    const server = await SmallServer.start();
    const profile = new Profile();
    const { dial, invite } = server;
    return new Registered({
      server,
      profile,
      ...(await provision({ ...whoRegisters, profile: profile.path, dial, invite })),
    });
  }

  links(more: Partial<ConstructorParameters<typeof Links>[0]> = {}): { links: Links; events: LinkEvent[] } {
    const events: LinkEvent[] = [];
    const links = new Links({
      account: this.account,
      dial: this.server.dial,
      onServer: () => {},
      onEvent: (event) => events.push(event),
      ...more,
    });
    return { links, events };
  }

  [Symbol.dispose](): void {
    this.vault.close();
    this.profile[Symbol.dispose]();
  }
}

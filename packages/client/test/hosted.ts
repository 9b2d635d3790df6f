/** A real server on loopback QUIC in a folder of its own, and engines that registered with it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningServer, startServer } from "@quicprochat/server";
import { dial } from "@quicprochat/transport";
import { provision } from "../src/account/provision.ts";
import { Engine } from "../src/engine.ts";
import { openEngine } from "../src/open-engine.ts";
import { cheapCost } from "./profile.ts";

const generous = {
  callsPerSecondPerPrefix: 1e6,
  callsPerSecondPerConnection: 1e6,
  enqueuesPerSecondPerMailbox: 1e6,
  loginsPerMinutePerName: 1e6,
  registrationsPerMinutePerPrefix: 1e6,
};

export class Hosted implements AsyncDisposable {
  readonly path: string = mkdtempSync(join(tmpdir(), "qpc-hosted-"));
  #running: RunningServer | undefined;
  #port = 0;
  invite = "";

  static async start(): Promise<Hosted> {
    const hosted = new Hosted();
    await hosted.start();
    return hosted;
  }

  /** On the same folder and port as before. */
  async start(): Promise<void> {
    this.#running = await startServer({
      host: "127.0.0.1",
      port: this.#port,
      dataDir: join(this.path, "server"),
      registration: "invite",
      keyStretching: { version: 1, memoryKib: 64, passes: 1, parallelism: 1 },
      limits: generous,
      log: () => {},
    });
    this.#port = Number(this.#running.address.split(":").at(-1));
    this.invite = this.#running.invite;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  profile(name: string): string {
    return join(this.path, name);
  }

  async register(name: string): Promise<Engine> {
    const { vault, account } = await provision({
      profile: this.profile(name),
      passphrase: "passphrase",
      password: "password",
      invite: this.invite,
      username: name,
      dial,
      cost: cheapCost,
    });
    return new Engine({ vault, account, dial });
  }

  /** As another process would, once the first has closed. */
  open(name: string): Promise<Engine> {
    return openEngine({ profile: this.profile(name), passphrase: "passphrase" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Resolves with the texts once so many new messages have been handed out. */
export async function receive(engine: Engine, count: number): Promise<string[]> {
  const texts: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = (): void => {
    texts.push(...engine.takeNew({ limit: count - texts.length }).map(({ text }) => text));
    if (texts.length >= count) resolve();
  };
  const unsubscribe = engine.on((event) => {
    if (event.kind === "message") take();
  });
  take();
  await promise;
  unsubscribe();
  return texts;
}

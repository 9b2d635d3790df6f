/** The shell of an open engine: its vault, its connections and its workers, from start to close. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Random, systemRandom } from "@quicprochat/crypto";
import type { Account } from "../account/account.ts";
import { consumeKeyPackage, keyPackageCandidates, loadKeyPackage, refillKeyPackages } from "../account/key-packages.ts";
import { savePin } from "../account/open-account.ts";
import { type Dial, type LinkEvent, Links } from "../connection/links.ts";
import type { EngineEvent } from "../conversation/engine-event.ts";
import { exitCodes, Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import type { OutboxRow } from "../outbox/outbox-row.ts";
import { hastenRefreshes } from "../step/pending-work.ts";
import type { Self } from "../step/self.ts";
import type { Vault } from "../vault/vault.ts";
import { Core } from "./core.ts";
import { ServerNetwork } from "./server-network.ts";
import { Workers } from "./workers.ts";

export type RuntimeOptions = {
  readonly vault: Vault;
  readonly account: Account;
  readonly dial: Dial;
  readonly random?: Random;
  readonly now?: () => number;
};

export class Runtime {
  readonly vault: Vault;
  readonly account: Account;
  readonly core: Core;
  readonly links: Links;
  readonly workers: Workers;
  readonly network: ServerNetwork;
  /** Aborted when the engine closes. */
  readonly signal: AbortSignal;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #fullListeners = new Set<(row: OutboxRow) => void>();
  #ticking: NodeJS.Timeout | undefined;
  #started = false;

  constructor({ vault, account, dial, random = systemRandom, now = Date.now }: RuntimeOptions) {
    this.vault = vault;
    this.account = account;
    this.signal = this.#closing.signal;
    this.core = new Core({
      vault,
      random,
      now,
      consume: consumeKeyPackage,
      self: () => this.#self(),
      onEvent: (event) => this.tell(event),
      onEffect: (effect) => {
        if (this.#started) this.workers.act(effect);
      },
    });
    this.links = new Links({
      account,
      dial,
      random,
      now,
      onServer: (server) => vault.transaction((tx) => savePin(tx, server)),
      onEvent: (event) => this.#onLink(event),
    });
    this.network = new ServerNetwork(this.links);
    this.workers = new Workers({
      core: this.core,
      network: this.network,
      random,
      signal: this.signal,
      sources: [{ kind: "door" }, { kind: "mailbox", address: account.mailbox.address }],
      doorKeys: {
        address: account.door.address,
        candidates: () => keyPackageCandidates(vault),
        load: (reference) => loadKeyPackage(vault, reference),
      },
      restock: () =>
        refillKeyPackages({
          vault,
          account,
          random,
          now,
          call: (method, request) => this.links.call("account", method, request, { signal: this.signal }),
        }),
      onFull: (row) => {
        for (const listener of this.#fullListeners) listener(row);
      },
      onFault: (error) => this.tell({ kind: "notice", text: textOf(error) }),
    });
  }

  on(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told of rows that wait for room in their recipient's mailbox. */
  onFull(listener: (row: OutboxRow) => void): () => void {
    this.#fullListeners.add(listener);
    return () => this.#fullListeners.delete(listener);
  }

  /** A listener's fault is its own: what has become durable is still done. */
  tell(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Connected from now on. Idempotent. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.links.start();
    this.workers.upkeep();
    this.#ticking = setInterval(() => {
      this.workers.upkeep();
      if (this.links.status().connected) this.workers.tick();
    }, limits.tickMs);
    this.#ticking.unref();
  }

  /** Resolves when connected, and everything that the server held was fetched and processed. Throws `Failure`. */
  async online({ signal, timeoutMs }: OnlineOptions): Promise<void> {
    this.start();
    const patience = AbortSignal.timeout(timeoutMs);
    const given = AbortSignal.any([this.signal, patience, ...(signal === undefined ? [] : [signal])]);
    for (;;) {
      try {
        this.links.retryNow();
        await this.links.online(given);
        await unlessAborted(this.workers.catchUp(), given);
        return;
      } catch (error) {
        if (signal?.aborted === true || this.signal.aborted) throw error;
        if (patience.aborted) throw this.obstacle();
        if (!isUnreachable(error)) throw error;
        await sleep(limits.retryMsMin, undefined, { signal: given }).catch(() => {});
      }
    }
  }

  /** Why nothing comes of waiting any longer. */
  obstacle(): Failure {
    const { problem } = this.links.status();
    if (problem !== undefined && !isUnreachable(problem)) return problem;
    const { host, port } = this.account.server;
    const detail = problem?.message ?? "It did not answer in time.";
    return new Failure("unreachable", `The server ${host}:${port} cannot be reached. ${detail}`, {
      exitCode: exitCodes.unreachable,
      cause: problem,
    });
  }

  /** What can leave leaves, for a little while; then connections and vault close. Idempotent. */
  async close(): Promise<void> {
    if (this.signal.aborted) return;
    if (this.#started && this.links.status().connected) await this.#flush();
    this.#closing.abort(new Failure("closed", "The engine was closed."));
    clearInterval(this.#ticking);
    this.workers.stop();
    await this.links[Symbol.asyncDispose]();
    this.vault.close();
  }

  async #flush(): Promise<void> {
    this.core.step(hastenRefreshes);
    this.workers.resume();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limits.closeMs);
    await Promise.race([this.workers.idle(), late]);
    clearTimeout(timer);
  }

  #onLink(event: LinkEvent): void {
    switch (event.kind) {
      case "wake":
        return this.workers.wake(event.source);
      case "notice":
        return this.tell(event);
      case "connection": {
        const reason = event.reason?.message;
        this.tell({ kind: "connection", state: event.state, ...(reason === undefined ? {} : { reason }) });
        if (event.state === "online") this.workers.inBackground(this.workers.catchUp());
        else this.workers.pause();
      }
    }
  }

  #self(): Self {
    const { account } = this;
    return {
      serverId: account.serverId,
      statementKey: this.links.status().server?.statementKey ?? account.pin.statementKey,
      user: account.username,
      rootKey: account.rootKey,
      deviceId: account.deviceId,
      leafKeyPair: account.leafKeyPair,
      credential: account.credential,
      mailbox: account.mailbox.address,
    };
  }
}

export type OnlineOptions = { readonly signal?: AbortSignal; readonly timeoutMs: number };

const isUnreachable = (error: unknown): boolean => error instanceof Failure && error.exitCode === exitCodes.unreachable;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Settles with the work, or rejects with the signal's reason. The work goes on. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** The workers that bring to the server what the vault holds for it, and bring back what it holds for us. */
import { toHex } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import type { DoorKeys } from "../inbox/door-keys.ts";
import { limits } from "../limits.ts";
import type { OutboxRow } from "../outbox/outbox-row.ts";
import { noteOnline, returnFromAbsence } from "../step/absence.ts";
import { groupsBehind } from "../step/behind.ts";
import { namesToConfirm } from "../step/confirm-name.ts";
import type { Effect } from "../step/draft.ts";
import { endPastEpochs } from "../step/end-past-epochs.ts";
import { groupsWithWork } from "../step/pending-work.ts";
import { Committing } from "./commit.ts";
import { Confirming } from "./confirm.ts";
import type { Core } from "./core.ts";
import { Delivery } from "./deliver.ts";
import { Fetching } from "./fetch.ts";
import type { Network, Source } from "./network.ts";
import { isPassing } from "./passing.ts";
import { SingleFlight } from "./single-flight.ts";
import { Walking } from "./walk.ts";

export type WorkersOptions = {
  readonly core: Core;
  readonly network: Network;
  readonly doorKeys: DoorKeys;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Where this device's cells wait. */
  readonly sources: readonly Source[];
  readonly restock: () => Promise<void>;
  readonly onFull: (row: OutboxRow) => void;
  /** Told of what went wrong in the background and will not mend by trying again. */
  readonly onFault: (error: unknown) => void;
};

export class Workers {
  readonly delivery: Delivery;
  readonly committing: Committing;
  readonly fetching: Fetching;
  readonly walking: Walking;
  readonly confirming: Confirming;
  readonly #restocking: SingleFlight;
  readonly #options: WorkersOptions;
  readonly #underWay = new Set<Promise<void>>();
  /** What is done for a group, and until when it is left alone. */
  readonly #resting = new Map<string, number>();
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #connected = false;
  #keptUpAt = Number.NEGATIVE_INFINITY;
  #caughtUp = false;
  #catchingUp: Promise<void> | undefined;
  /** An earlier process may have left the stock of KeyPackages short. */
  #mayLackPackages = true;

  constructor(options: WorkersOptions) {
    this.#options = options;
    const onFault = (error: unknown): void => this.#onFailure(error);
    this.delivery = new Delivery({ ...options, onFailure: onFault });
    this.committing = new Committing({ ...options, catchUp: () => this.#fetchAll() });
    this.fetching = new Fetching({ ...options, onFault });
    this.walking = new Walking({ ...options, catchUp: () => this.#fetchAll() });
    this.confirming = new Confirming(options);
    this.#restocking = new SingleFlight(options.restock);
  }

  /**
   * Fetches everything, then goes on with whatever the records say is left to do. In this order: messages keep for a
   * few epochs only, so that nobody may send in an old one, or enter new ones, while others' words wait unread.
   */
  catchUp(): Promise<void> {
    this.upkeep();
    this.#connected = true;
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined;
    });
    return this.#catchingUp;
  }

  async #catchUp(): Promise<void> {
    const { core } = this.#options;
    core.step(returnFromAbsence);
    await this.#fetchAll();
    this.#walkBehind();
    await this.walking.idle();
    // Before anything goes to them; but a name that cannot be looked up now does not hold up the others.
    await this.#confirm();
    if (!this.#connected) return;
    this.#caughtUp = true;
    core.step(noteOnline);
    this.resume();
  }

  /** Something has come to the mailbox, or to the door. */
  wake(source: Source): void {
    this.inBackground(source.kind === "door" ? this.#fetchAll() : this.fetching.run(source));
  }

  /** The connection is gone: until the next `catchUp` nothing leaves. */
  pause(): void {
    this.#connected = false;
    this.#caughtUp = false;
  }

  async #fetchAll(): Promise<void> {
    const { sources } = this.#options;
    // The door last: a Welcome may lead back into a group from which a notice in the mailbox removes us first.
    for (const kind of ["mailbox", "door"] as const) {
      await Promise.all(sources.filter((source) => source.kind === kind).map((source) => this.fetching.run(source)));
    }
  }

  resume(): void {
    if (!this.#caughtUp) {
      if (this.#connected) this.inBackground(this.catchUp());
      return;
    }
    const { core } = this.#options;
    this.inBackground(this.delivery.run());
    this.#walkBehind();
    void this.#confirm();
    if (this.#mayLackPackages) this.inBackground(this.#restock());
    for (const groupId of core.look(groupsWithWork)) this.inBackground(this.#commit(groupId));
  }

  /** Of those that an earlier walk did not bring to the end of their chain, or that asked for one too early. */
  #walkBehind(): void {
    for (const groupId of this.#options.core.look(groupsBehind)) this.inBackground(this.#walk(groupId));
  }

  /** Resolves also when it fails: it is tried again. */
  async #confirm(): Promise<void> {
    if (this.#options.core.look(namesToConfirm).length === 0) return;
    const confirming = this.#unlessResting("confirm", () => this.confirming.run());
    this.inBackground(confirming);
    await confirming.catch(() => {});
  }

  #walk(groupId: Uint8Array): Promise<void> {
    return this.#unlessResting(`walk ${toHex(groupId)}`, () => this.walking.run(groupId));
  }

  #commit(groupId: Uint8Array): Promise<void> {
    return this.#unlessResting(`commit ${toHex(groupId)}`, () => this.committing.run(groupId));
  }

  async #restock(): Promise<void> {
    this.#mayLackPackages = false;
    try {
      await this.#restocking.run();
    } catch (error) {
      this.#mayLackPackages = true;
      throw error;
    }
  }

  /** What fails for good is left alone for a while, and not told of every second. */
  async #unlessResting(name: string, work: () => Promise<void>): Promise<void> {
    const { core } = this.#options;
    if ((this.#resting.get(name) ?? 0) > core.now()) return;
    try {
      await work();
    } catch (error) {
      if (!isPassing(error)) this.#resting.set(name, core.now() + limits.commitRestMs);
      throw error;
    }
  }

  /** What must not wait for a connection: done at the start, and every hour. */
  upkeep(): void {
    const { core } = this.#options;
    const since = core.now() - this.#keptUpAt;
    if (since >= 0 && since < limits.upkeepMs) return;
    this.#keptUpAt = core.now();
    try {
      core.step((draft) => {
        endPastEpochs(draft);
        if (this.#caughtUp) noteOnline(draft);
      });
    } catch (error) {
      this.#onFailure(error);
    }
  }

  /** What has become due since: called every now and then. */
  tick(): void {
    if (this.#retry === undefined && this.#underWay.size === 0) this.resume();
  }

  act(effect: Effect): void {
    if (effect.kind === "restock") this.#mayLackPackages = true;
    // What is not done now, the records remember.
    if (!this.#caughtUp && effect.kind !== "walk") return;
    switch (effect.kind) {
      case "deliver":
        return this.inBackground(this.delivery.run());
      case "commit":
        return this.inBackground(this.#commit(effect.groupId));
      case "walk":
        return this.inBackground(this.#walk(effect.groupId));
      case "confirm":
        return void this.#confirm();
      case "restock":
        return this.inBackground(this.#restock());
    }
  }

  inBackground(work: Promise<void>): void {
    const watched = work.then(
      () => {
        this.#failures = 0;
      },
      (error: unknown) => this.#onFailure(error),
    );
    this.#underWay.add(watched);
    void watched.finally(() => this.#underWay.delete(watched));
  }

  /** Resolves when nothing is under way, not even what followed from what was. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  stop(): void {
    clearTimeout(this.#retry);
  }

  /** What may mend by itself is tried again, ever less often; a connection that returns asks for it at once. */
  #onFailure(error: unknown): void {
    const { signal, onFault } = this.#options;
    if (signal.aborted) return;
    if (!isPassing(error)) return onFault(error);
    const pause = Math.min(limits.retryMsMin * 2 ** this.#failures, limits.retryMsMax);
    this.#failures++;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.resume();
    }, pause);
  }
}

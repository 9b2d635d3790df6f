/** Runs steps on the vault: what a step collects becomes durable in one transaction, and only then is told and done. */
import type { Random } from "@quicprochat/crypto";
import type { GroupState } from "@quicprochat/mls";
import type { EngineEvent } from "../conversation/engine-event.ts";
import { limits } from "../limits.ts";
import { Draft, type Effect, type Records, type Row, type TableFacts, type Write } from "../step/draft.ts";
import type { States } from "../step/group-states.ts";
import type { Self } from "../step/self.ts";
import type { TransactionOptions, VaultReader, VaultTransaction } from "../vault/vault-reader.ts";
import { GroupParts } from "./group-parts.ts";
import { ResidentRows } from "./resident-rows.ts";

/** What the engine needs of a vault. */
export type Storage = VaultReader & {
  transaction(work: (tx: VaultTransaction) => void, options?: TransactionOptions): void;
};

type CoreOptions = {
  readonly vault: Storage;
  /** Erases a KeyPackage that has served. */
  readonly consume: (tx: VaultTransaction, reference: Uint8Array) => void;
  /** Anew for each step: the key that signs receipts changes when the server rotates its own. */
  readonly self: () => Self;
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onEvent: (event: EngineEvent) => void;
  readonly onEffect: (effect: Effect) => void;
};

export class Core implements Records, States {
  readonly #options: CoreOptions;
  readonly #parts: GroupParts;
  readonly #resident: ResidentRows;

  constructor(options: CoreOptions) {
    this.#options = options;
    this.#parts = new GroupParts(options.vault, options.random);
    this.#resident = new ResidentRows(options.vault);
  }

  get self(): Self {
    return this.#options.self();
  }

  now(): number {
    return this.#options.now();
  }

  /** Durable when it returns, where nothing else is said. A throw changes nothing. */
  step<T>(work: (draft: Draft) => T, options?: TransactionOptions): T {
    const draft = this.#draft();
    const result = work(draft);
    this.#commit(draft, options);
    for (const event of draft.events) this.#options.onEvent(event);
    for (const effect of draft.effects) this.#options.onEffect(effect);
    return result;
  }

  /** Looks without changing anything. */
  look<T>(work: (draft: Draft) => T): T {
    return work(this.#draft());
  }

  read({ name, resident }: TableFacts, key: Uint8Array): Uint8Array | undefined {
    return (resident ? this.#resident : this.#options.vault).get(name, key);
  }

  rows({ name, resident }: TableFacts, prefix: Uint8Array): readonly Row[] {
    return resident ? this.#resident.list(name, prefix) : this.#options.vault.list(name, { prefix });
  }

  keys({ name, resident }: TableFacts, prefix: Uint8Array): readonly Uint8Array[] {
    if (!resident) return this.#options.vault.keys(name, { prefix });
    return this.#resident.list(name, prefix).map(({ key }) => key);
  }

  state(name: string): GroupState | undefined {
    return this.#parts.load(name);
  }

  #draft(): Draft {
    const { now, random } = this.#options;
    return new Draft(this, { now: now(), random });
  }

  #commit(draft: Draft, options?: TransactionOptions): void {
    const { writes, consumed, renewed, forgotten } = draft;
    const { changes } = draft.groups;
    if (writes.length + consumed.length + renewed.length + forgotten.length + changes.size === 0) return;
    try {
      this.#options.vault.transaction((tx) => {
        for (const scope of forgotten) tx.forget(scope);
        for (const write of writes) apply(tx, write);
        for (const [name, change] of changes) this.#parts.write(tx, name, change);
        for (const scope of renewed) tx.renew(scope);
        for (const reference of consumed) this.#options.consume(tx, reference);
      }, options);
    } catch (error) {
      // What is in memory may differ from the vault now: it is read again from what is durable.
      this.#parts.clear();
      this.#resident.clear();
      throw error;
    }
    this.#parts.adopt(changes);
    this.#resident.apply(writes);
  }
}

function apply(tx: VaultTransaction, { table, key, value }: Write): void {
  const scope = key.slice(0, limits.groupIdBytes);
  if (value !== undefined) {
    if (table.scoped) tx.putUnder(scope, table.name, key, value);
    else tx.put(table.name, key, value);
  } else if (table.scoped) {
    tx.erase(table.name, key);
  } else {
    tx.delete(table.name, key);
  }
}

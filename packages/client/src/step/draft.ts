/** One step of the engine: reads records, collects what to write, tell and do. Nothing happens until it is committed. */
import { equalBytes, toHex } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import type { GroupState } from "@quicprochat/mls";
import type { EngineEvent } from "../conversation/engine-event.ts";
import { codec } from "./codec.ts";
import { GroupStates, type States } from "./group-states.ts";
import { counterKey, type Table, table } from "./table.ts";

export type Row = { readonly key: Uint8Array; readonly value: Uint8Array };

/** What a step may read: the vault as it is, or a step around this one. */
export interface Records {
  read(table: TableFacts, key: Uint8Array): Uint8Array | undefined;
  rows(table: TableFacts, prefix: Uint8Array): Iterable<Row>;
  /** As `rows`, without opening what they hold. */
  keys(table: TableFacts, prefix: Uint8Array): Iterable<Uint8Array>;
}

export type TableFacts = Pick<Table<unknown>, "name" | "scoped" | "resident">;

/** `value` is `undefined` where the row goes. */
export type Write = {
  readonly table: TableFacts;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
};

/** What is to be done once the step is durable. Each is a hint: the records alone say what is left to do. */
export type Effect =
  | { readonly kind: "deliver" }
  | { readonly kind: "commit"; readonly groupId: Uint8Array }
  /** Read the group's next slot: somebody may have committed without our hearing of it. */
  | { readonly kind: "walk"; readonly groupId: Uint8Array }
  /** Ask the directory whose names these are that others brought. */
  | { readonly kind: "confirm" }
  /** A KeyPackage has served: publish another. */
  | { readonly kind: "restock" };

/** Time and randomness come from outside, so that a run can be replayed. `now`: milliseconds since 1970. */
export type StepContext = {
  readonly now: number;
  readonly random: Random;
  /** Of a step around this one. */
  readonly hasServed?: (reference: Uint8Array) => boolean;
};

const sequence = table(
  "sequence",
  codec<bigint>({ version: 1, write: (writer, value) => writer.u64(value), read: (reader) => reader.u64() }),
);
const SEQUENCE_KEY = new Uint8Array(1);

export class Draft implements Records, States {
  readonly now: number;
  readonly random: Random;
  readonly groups: GroupStates;
  /** References of KeyPackages that have served. */
  readonly consumed: Uint8Array[] = [];
  /** Groups whose key in the vault is replaced, and groups of which everything secret goes. */
  readonly renewed: Uint8Array[] = [];
  readonly forgotten: Uint8Array[] = [];
  /** Set by whatever enters an epoch: cells that were held may open now. */
  enteredEpoch = false;
  readonly events: EngineEvent[] = [];
  readonly effects: Effect[] = [];
  readonly #records: Records;
  readonly #hasServed: (reference: Uint8Array) => boolean;
  readonly #writes = new Map<string, Write>();

  constructor(records: Records & States, { now, random, hasServed = () => false }: StepContext) {
    this.#records = records;
    this.groups = new GroupStates(records);
    this.now = now;
    this.random = random;
    this.#hasServed = hasServed;
  }

  /** Whether a KeyPackage was consumed in this step, or in one around it. */
  readonly hasServed = (reference: Uint8Array): boolean =>
    this.#hasServed(reference) || this.consumed.some((consumed) => equalBytes(consumed, reference));

  get<T>(table: Table<T>, key: Uint8Array): T | undefined {
    const value = this.read(table, key);
    return value === undefined ? undefined : table.codec.decode(value);
  }

  put<T>(table: Table<T>, key: Uint8Array, value: NoInfer<T>): void {
    this.#writes.set(mapKey(table, key), { table, key, value: table.codec.encode(value) });
  }

  delete<T>(table: Table<T>, key: Uint8Array): void {
    this.#writes.set(mapKey(table, key), { table, key, value: undefined });
  }

  /** All rows whose key begins with `prefix`, in the order of their keys. */
  list<T>(table: Table<T>, prefix: Uint8Array = EMPTY): { key: Uint8Array; value: T }[] {
    return this.rows(table, prefix).map(({ key, value }) => ({ key, value: table.codec.decode(value) }));
  }

  /** Of all rows whose key begins with `prefix`, in order, without opening what they hold. */
  keys(table: TableFacts, prefix: Uint8Array = EMPTY): Uint8Array[] {
    const keys = new Map<string, Uint8Array>();
    for (const key of this.#records.keys(table, prefix)) keys.set(toHex(key), key);
    for (const { key, value } of this.#writesTo(table, prefix)) {
      if (value === undefined) keys.delete(toHex(key));
      else keys.set(toHex(key), key);
    }
    return inOrder(keys);
  }

  /** A key behind all that were given out before. */
  nextKey(): Uint8Array {
    const next = (this.get(sequence, SEQUENCE_KEY) ?? 0n) + 1n;
    this.put(sequence, SEQUENCE_KEY, next);
    return counterKey(next);
  }

  tell(event: EngineEvent): void {
    this.events.push(event);
  }

  act(effect: Effect): void {
    this.effects.push(effect);
  }

  get writes(): readonly Write[] {
    return [...this.#writes.values()];
  }

  /** Takes over what a step within this one has collected. */
  absorb(inner: Draft): void {
    this.enteredEpoch ||= inner.enteredEpoch;
    for (const [name, write] of inner.#writes) this.#writes.set(name, write);
    this.events.push(...inner.events);
    this.effects.push(...inner.effects);
    this.groups.absorb(inner.groups);
    this.consumed.push(...inner.consumed);
    this.renewed.push(...inner.renewed);
    this.forgotten.push(...inner.forgotten);
  }

  state(name: string): GroupState | undefined {
    return this.groups.state(name);
  }

  read(table: TableFacts, key: Uint8Array): Uint8Array | undefined {
    const write = this.#writes.get(mapKey(table, key));
    return write === undefined ? this.#records.read(table, key) : write.value;
  }

  rows(table: TableFacts, prefix: Uint8Array): Row[] {
    const rows = new Map<string, Row>();
    for (const row of this.#records.rows(table, prefix)) rows.set(toHex(row.key), row);
    for (const { key, value } of this.#writesTo(table, prefix)) {
      if (value === undefined) rows.delete(toHex(key));
      else rows.set(toHex(key), { key, value });
    }
    return inOrder(rows);
  }

  *#writesTo({ name }: TableFacts, prefix: Uint8Array): Iterable<Write> {
    for (const write of this.#writes.values()) {
      if (write.table.name === name && startsWith(write.key, prefix)) yield write;
    }
  }
}

const EMPTY = new Uint8Array(0);

const inOrder = <T>(byKey: ReadonlyMap<string, T>): T[] =>
  [...byKey].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);

const mapKey = ({ name }: TableFacts, key: Uint8Array): string => `${name}/${toHex(key)}`;

const startsWith = (key: Uint8Array, prefix: Uint8Array): boolean =>
  key.length >= prefix.length && prefix.every((byte, at) => key[at] === byte);

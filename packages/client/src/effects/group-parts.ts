/** MLS states in the vault, as parts that are written only where a step has changed them, and in memory once used. */
import { fromUtf8, toUtf8 } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import { type GroupState, loadGroup, saveGroup } from "@quicprochat/mls";
import { Failure } from "../failure.ts";
import { damagedGroupCode } from "../inbox/cell-fault.ts";
import { limits } from "../limits.ts";
import { type StateChange, statePrefix } from "../step/group-states.ts";
import { keyOf } from "../step/table.ts";
import type { VaultReader, VaultTransaction } from "../vault/vault-reader.ts";

const PARTS = "group-part";
/** What each state's parts are authenticated with, so that parts of two states cannot be mixed. */
const KEYS = "group-part-key";
const PART_KEY_BYTES = 32;

export class GroupParts {
  readonly #vault: VaultReader;
  readonly #random: Random;
  readonly #states = new Map<string, GroupState>();

  constructor(vault: VaultReader, random: Random) {
    this.#vault = vault;
    this.#random = random;
  }

  /** `undefined` when there is none of that name. */
  load(name: string): GroupState | undefined {
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const prefix = statePrefix(name);
    const partKey = this.#vault.get(KEYS, prefix);
    if (partKey === undefined) return undefined;
    const rows = this.#vault.list(PARTS, { prefix });
    const parts = rows.map(({ key, value }) => ({ name: fromUtf8(key.subarray(prefix.length)), bytes: value }));
    const loaded = loadGroup(parts, { key: partKey });
    if (loaded.kind === "refused") throw new Failure(damagedGroupCode, damagedText(loaded.code));
    this.#states.set(name, loaded.state);
    return loaded.state;
  }

  write(tx: VaultTransaction, name: string, change: StateChange): void {
    const prefix = statePrefix(name);
    const scope = prefix.slice(0, limits.groupIdBytes);
    const whole = change.kind === "forgotten" || change.parts === "all";
    if (whole) for (const key of tx.keys(PARTS, { prefix })) drop(tx, key, fromUtf8(key.subarray(prefix.length)));
    if (change.kind === "forgotten") return tx.erase(KEYS, prefix);
    const { state, parts, deleted } = change;
    const known = tx.get(KEYS, prefix);
    const partKey = known ?? this.#random(PART_KEY_BYTES);
    if (known === undefined) tx.putUnder(scope, KEYS, prefix, partKey);
    for (const part of deleted) drop(tx, keyOf(prefix, toUtf8(part)), part);
    const chosen = parts === "all" ? {} : { parts: [...parts] };
    for (const part of saveGroup(state, { key: partKey, ...chosen })) {
      const key = keyOf(prefix, toUtf8(part.name));
      if (isPublic(part.name)) tx.put(PARTS, key, part.bytes);
      else tx.putUnder(scope, PARTS, key, part.bytes);
    }
  }

  /** What became durable is what is used from now on. */
  adopt(changes: ReadonlyMap<string, StateChange>): void {
    for (const [name, change] of changes) {
      if (change.kind === "forgotten") this.#states.delete(name);
      else this.#states.set(name, change.state);
    }
  }

  clear(): void {
    this.#states.clear();
  }
}

/** Nodes of the tree are public, and most of a large group's state: a new key for each epoch need not seal them anew. */
const isPublic = (part: string): boolean => part.startsWith("node:");

function drop(tx: VaultTransaction, key: Uint8Array, part: string): void {
  if (isPublic(part)) tx.delete(PARTS, key);
  else tx.erase(PARTS, key);
}

const damagedText = (code: string): string =>
  `The state of a conversation in this vault is damaged (${code}). Register this device again, under another profile.`;

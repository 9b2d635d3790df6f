/** One client of a scenario: its keys, its state, and the store that each step brings up to date. */
import assert from "node:assert/strict";
import { equalBytes, toUtf8 } from "@quicprochat/bytes";
import { generateSigningKeyPair, type SigningKeyPair } from "@quicprochat/crypto";
import {
  basicCredential,
  type Capabilities,
  type ChangedParts,
  type CipherSuite,
  type CreatedKeyPackage,
  type Credential,
  createKeyPackage,
  credentialType,
  epoch,
  eraseState,
  forgetEpochsBefore,
  type GroupState,
  limits,
  loadGroup,
  saveGroup,
} from "../../src/index.ts";
import { lifetime } from "../people.ts";
import type { Seeded } from "./seeded.ts";

/** An extension that all clients of a scenario support. */
export const scenarioExtension = 0xf00d;

type Step = { readonly state: GroupState; readonly changed: ChangedParts };

export class Client {
  readonly name: string;
  readonly credential: Credential;
  readonly signatureKeyPair: SigningKeyPair;
  /** Follows the group's log; otherwise it catches up later. */
  online = true;
  /** How far it has read the log. */
  cursor = 0;
  /** Places in the log of proposals that never reached it. */
  readonly missed = new Set<number>();
  /** Messages that it has read. */
  readonly read = new Set<object>();
  #state: GroupState | undefined;
  #oldest = 0n;
  readonly #key: Uint8Array;
  readonly #parts = new Map<string, Uint8Array>();
  readonly #seeded: Seeded;
  readonly #erases: boolean;

  constructor(name: string, seeded: Seeded) {
    this.name = name;
    this.credential = basicCredential(toUtf8(name));
    this.signatureKeyPair = generateSigningKeyPair(seeded.bytes);
    this.#key = seeded.bytes(32);
    this.#seeded = seeded;
    this.#erases = seeded.chance(0.5);
  }

  get state(): GroupState {
    assert(this.#state !== undefined, `${this.name} has a state`);
    return this.#state;
  }

  get hasState(): boolean {
    return this.#state !== undefined;
  }

  /** The first epoch whose messages it can still read. */
  get oldestEpoch(): bigint {
    const kept = epoch(this.state) - BigInt(limits.pastEpochs);
    return kept > this.#oldest ? kept : this.#oldest;
  }

  capabilities(suite: CipherSuite): Capabilities {
    return {
      versions: [1],
      cipherSuites: [suite.id],
      extensions: [scenarioExtension],
      proposals: [],
      credentials: [credentialType.basic],
    };
  }

  keyPackage(suite: CipherSuite): CreatedKeyPackage {
    const { credential, signatureKeyPair } = this;
    const capabilities = this.capabilities(suite);
    return createKeyPackage({
      suite,
      credential,
      signatureKeyPair,
      capabilities,
      lifetime,
      random: this.#seeded.bytes,
    });
  }

  /** The whole of a new life in a group. */
  enter(state: GroupState): void {
    this.leave();
    this.#state = state;
    this.#oldest = epoch(state);
    for (const { name, bytes } of saveGroup(state, { key: this.#key })) this.#parts.set(name, bytes);
  }

  /** A step: only what changed is written. */
  adopt({ state, changed }: Step): void {
    const former = this.state;
    this.#state = state;
    for (const name of changed.deleted) this.#parts.delete(name);
    for (const { name, bytes } of saveGroup(state, { key: this.#key, parts: changed.written })) {
      this.#parts.set(name, bytes);
    }
    if (this.#erases) eraseState(former, state);
  }

  /** What it lost: of a commit that another one beat. */
  discard(next: GroupState): void {
    if (this.#erases) eraseState(next, this.state);
  }

  forget(oldest: bigint): void {
    this.adopt(forgetEpochsBefore(this.state, oldest));
    if (oldest > this.#oldest) this.#oldest = oldest;
  }

  leave(): GroupState | undefined {
    const last = this.#state;
    this.#state = undefined;
    this.#parts.clear();
    this.read.clear();
    this.missed.clear();
    return last;
  }

  /** A process that ends and begins again with what its store has. */
  reload(): void {
    const parts = this.#seeded.shuffled([...this.#parts].map(([name, bytes]) => ({ name, bytes })));
    const loaded = loadGroup(parts, { key: this.#key });
    assert(loaded.kind === "loaded", `${this.name} loads its state: ${loaded.kind}`);
    this.#sameAsStored(this.state);
    this.#sameAsStored(loaded.state);
    this.#state = loaded.state;
  }

  /** The parts that steps wrote one by one are those of the whole state. */
  #sameAsStored(state: GroupState): void {
    const whole = saveGroup(state, { key: this.#key });
    assert.deepEqual(whole.map(({ name }) => name).sort(), [...this.#parts.keys()].sort());
    for (const { name, bytes } of whole) {
      assert(equalBytes(bytes, this.#parts.get(name) ?? new Uint8Array(0)), `part ${name} of ${this.name} is stored`);
    }
  }
}

/** The group as a whole: its log of handshake messages, its mail, who should be in it, and how each client follows. */
import assert from "node:assert/strict";
import { equalBytes, fromUtf8, toHex } from "@quicprochat/bytes";
import { generateSigningKeyPair, type SigningKeyPair } from "@quicprochat/crypto";
import {
  adoptCommitted,
  type CipherSuite,
  type Committed,
  type CreatedKeyPackage,
  createGroup,
  type Extension,
  encrypt,
  epoch,
  epochAuthenticator,
  exportSecret,
  externalSendersExtension,
  type GroupState,
  groupId,
  joinByWelcome,
  members,
  type Processed,
  type PskStore,
  processMessage,
  ratchetTree,
} from "../../src/index.ts";
import { decodeTree } from "../../src/tree/encoding.ts";
import { validateTree } from "../../src/tree/validate-tree.ts";
import { now } from "../people.ts";
import { Client, scenarioExtension } from "./client.ts";
import type { Seeded } from "./seeded.ts";
import { thiefLearnsNothing } from "./thief.ts";

type LogEntry = {
  readonly kind: "proposal" | "commit";
  readonly message: Uint8Array;
  /** Of a proposal, in hex. */
  readonly reference: string;
  readonly author: Client | undefined;
};

export type Mail = {
  readonly message: Uint8Array;
  readonly sender: Client;
  readonly leafIndex: number;
  readonly epoch: bigint;
  readonly data: Uint8Array;
  readonly authenticatedData: Uint8Array;
};

/** A KeyPackage that somebody may have used. */
type Waiting = { readonly client: Client; readonly created: CreatedKeyPackage };

export type Settings = { readonly suite: CipherSuite; readonly membersMax: number; readonly seeded: Seeded };

const GHOSTS_MAX = 3;
const MAIL_MAX = 60;

export class World {
  readonly seeded: Seeded;
  readonly membersMax: number;
  readonly suite: CipherSuite;
  readonly clients: Client[] = [];
  /** Who is in the group as of the last commit. */
  readonly inside = new Set<Client>();
  readonly externalSender: SigningKeyPair;
  mail: Mail[] = [];
  /** Commits that won. */
  epochsSeen = 0n;
  #log: LogEntry[] = [];
  #waiting: Waiting[] = [];
  /** Last states of members that were removed, or that began anew. */
  #ghosts: GroupState[] = [];
  #resumption = new Map<string, Uint8Array>();
  /** The authenticator of the last epoch whose tree was judged. */
  #judged: Uint8Array | undefined;

  constructor({ suite, membersMax, seeded }: Settings) {
    this.seeded = seeded;
    this.suite = suite;
    this.membersMax = membersMax;
    this.externalSender = generateSigningKeyPair(seeded.bytes);
    const creator = this.newClient();
    const { credential, signatureKeyPair } = creator;
    const capabilities = creator.capabilities(suite);
    const identity = { suite, credential, signatureKeyPair, capabilities, random: seeded.bytes };
    const groupContextExtensions = this.contextExtensions();
    const state = createGroup({ ...identity, groupId: seeded.bytes(16), groupContextExtensions });
    this.inside.add(creator);
    creator.enter(state);
    this.#remember(state);
  }

  newClient(): Client {
    const client = new Client(`client ${this.clients.length}`, this.seeded);
    this.clients.push(client);
    return client;
  }

  contextExtensions(): readonly Extension[] {
    const credential = this.clients[0]?.credential ?? { kind: "basic", identity: new Uint8Array(0) };
    const { publicKey: signatureKey } = this.externalSender;
    return [
      externalSendersExtension([{ signatureKey, credential }]),
      { type: scenarioExtension, data: this.seeded.bytes(8) },
    ];
  }

  /** Members that have followed the log to its end. */
  following(): Client[] {
    return [...this.inside].filter(({ online }) => online);
  }

  /** Any client that is not in the group: mostly a new one. */
  outsider(): Client {
    const former = this.clients.filter((client) => !this.inside.has(client) && !client.hasState);
    return former.length > 0 && this.seeded.chance(0.4) ? this.seeded.pick(former) : this.newClient();
  }

  /** A KeyPackage of that client, whose secrets wait here for a Welcome. */
  keyPackageOf(client: Client): CreatedKeyPackage {
    const created = client.keyPackage(this.suite);
    this.#waiting.push({ client, created });
    return created;
  }

  /** Whether the secret of that epoch can be had by those who came later. */
  knowsEpoch(id: Uint8Array, at: bigint): boolean {
    return this.#resumption.has(`${toHex(id)} ${at}`);
  }

  psk(id: Uint8Array): Uint8Array {
    return Uint8Array.of(...id, 1, 2, 3);
  }

  /** External ones everybody has; a resumption PSK the engine must know, unless the client came after its epoch. */
  pskStore(joined: bigint | undefined): PskStore {
    return (id) => {
      if (id.kind === "external") return this.psk(id.id);
      if (joined !== undefined && id.epoch >= joined) return undefined;
      return this.#resumption.get(`${toHex(id.groupId)} ${id.epoch}`);
    };
  }

  /** A proposal that its author has taken into its own state. */
  announce(message: Uint8Array, reference: Uint8Array, author: Client | undefined): void {
    this.#log.push({ kind: "proposal", message, reference: toHex(reference), author });
    const place = this.#log.length - 1;
    for (const client of this.inside) {
      if (client !== author && this.seeded.chance(0.15)) client.missed.add(place);
    }
    this.followAll();
  }

  /** The commit that won: the author moves on, everybody follows, joiners come in. */
  publish(author: Client, made: Committed): void {
    const isMember = made.summary.committer.kind === "member";
    const before = isMember ? author.state : this.#anyState();
    this.#log.push({ kind: "commit", message: made.message, reference: "", author });
    for (const leafIndex of made.summary.removed) {
      const removed = this.#clientAt(before, leafIndex);
      if (removed !== author) this.inside.delete(removed);
    }
    const context = before.fields.context;
    if (isMember) {
      author.adopt(adoptCommitted(author.state, made.next));
    } else {
      this.haunt(author.leave());
      author.enter(made.next);
      this.inside.add(author);
    }
    author.cursor = this.#log.length;
    author.online = true;
    this.epochsSeen++;
    this.#remember(made.next);
    this.#welcomeJoiners(made);
    this.followAll();
    for (const ghost of this.#ghosts) thiefLearnsNothing(ghost, { context, made, tries: this.seeded.chance(0.05) });
  }

  send(sender: Client, data: Uint8Array): void {
    const authenticatedData = this.seeded.bytes(this.seeded.below(10));
    const paddingBytes = this.seeded.below(40);
    const sent = encrypt(sender.state, { data, authenticatedData, paddingBytes, random: this.seeded.bytes });
    assert(sent.kind === "encrypted", "a member can send");
    sender.adopt(sent);
    const { message, state } = sent;
    this.mail.push({ message, sender, leafIndex: state.fields.ownLeaf, epoch: epoch(state), data, authenticatedData });
    if (this.mail.length > MAIL_MAX) this.mail.shift();
    for (const ghost of this.#ghosts) {
      const { kind } = processMessage(ghost, message);
      assert.equal(kind, "future-epoch", "a removed member reads nothing new");
    }
  }

  followAll(): void {
    for (const client of this.following()) this.follow(client);
    // Whom a commit removed learns it when it reads on, not in the group any more.
    for (const client of this.clients) {
      if (client.hasState && !this.inside.has(client) && client.online) this.follow(client);
    }
  }

  follow(client: Client): void {
    for (; client.cursor < this.#log.length && client.hasState; client.cursor++) {
      const entry = this.#log[client.cursor];
      if (entry === undefined || entry.author === client || client.missed.delete(client.cursor)) continue;
      this.#hear(client, entry);
    }
  }

  /** What a client makes of a handshake message, and of the same one again. */
  #hear(client: Client, entry: LogEntry): void {
    const options = { now, psks: this.pskStore(client.oldestEpoch) };
    let outcome = processMessage(client.state, entry.message, options);
    if (outcome.kind === "needs-proposal") {
      for (const reference of outcome.references) this.#fetch(client, toHex(reference));
      outcome = processMessage(client.state, entry.message, options);
    }
    if (outcome.kind === "removed") return this.#goodbye(client);
    if (outcome.kind !== entry.kind) assert.fail(`${client.name} and a ${entry.kind}: ${describe(outcome)}`);
    if (!("state" in outcome)) assert.fail("a step has a state");
    client.adopt(outcome);
    if (this.seeded.chance(0.05)) {
      const again = processMessage(client.state, entry.message, options);
      assert.match(again.kind, /^(already-processed|stale-epoch)$/, `twice: ${describe(again)}`);
    }
  }

  #fetch(client: Client, reference: string): void {
    const entry = this.#log.findLast((each) => each.reference === reference);
    assert(entry !== undefined, "a missing proposal is in the log");
    const outcome = processMessage(client.state, entry.message, { now });
    assert(outcome.kind === "proposal", `a fetched proposal: ${describe(outcome)}`);
    client.adopt(outcome);
  }

  #goodbye(client: Client): void {
    assert(!this.inside.has(client), `${client.name} was removed by no proposal`);
    this.haunt(client.leave());
  }

  haunt(state: GroupState | undefined): void {
    if (state === undefined) return;
    this.#ghosts.push(state);
    if (this.#ghosts.length > GHOSTS_MAX) this.#ghosts.shift();
  }

  #clientAt(state: GroupState, leafIndex: number): Client {
    const leaf = members(state).find((member) => member.leafIndex === leafIndex);
    assert(leaf?.credential.kind === "basic");
    const name = fromUtf8(leaf.credential.identity);
    const client = this.clients.find((each) => each.name === name);
    assert(client !== undefined);
    return client;
  }

  #anyState(): GroupState {
    return this.seeded.pick(this.following()).state;
  }

  #remember(state: GroupState): void {
    // The engine's own array goes when the state is erased.
    const psk = state.fields.secrets.resumptionPsk.slice();
    this.#resumption.set(`${toHex(groupId(state))} ${epoch(state)}`, psk);
  }

  #welcomeJoiners({ welcome, summary, next, ratchetTree: tree }: Committed): void {
    const adds = summary.proposals.flatMap(({ proposal }) => (proposal.kind === "add" ? [proposal.keyPackage] : []));
    if (adds.length === 0) return;
    assert(welcome !== undefined);
    for (const { initKey } of adds) {
      const waiting = this.#waiting.find(({ created }) => equalBytes(created.keyPackage.initKey, initKey));
      assert(waiting !== undefined, "the KeyPackage's client waits");
      const { client, created } = waiting;
      const { keyPackage, secrets } = created;
      const joined = joinByWelcome({
        welcome,
        keyPackage,
        secrets,
        signaturePrivateKey: client.signatureKeyPair.privateKey,
        // Whether the Welcome holds it, too, is the committer's choice.
        ratchetTree: tree(),
        psks: this.pskStore(undefined),
      });
      assert(joined.kind === "joined", `${client.name} joins: ${JSON.stringify(joined)}`);
      client.enter(joined.state);
      client.cursor = this.#log.length;
      client.online = true;
      this.inside.add(client);
      this.#readsNothingOld(client, epoch(next));
    }
    this.#waiting = this.#waiting.slice(-40);
  }

  #readsNothingOld(client: Client, from: bigint): void {
    for (const { message, epoch: sentIn } of this.mail) {
      if (sentIn >= from) continue;
      assert.equal(processMessage(client.state, message).kind, "stale-epoch", "a joiner reads nothing old");
    }
  }

  /** A group that continues this one: everything about the former is over. */
  succeed(states: ReadonlyMap<Client, GroupState>): void {
    this.#log = [];
    this.mail = [];
    this.#ghosts = [];
    this.#waiting = [];
    this.inside.clear();
    for (const client of this.clients) client.leave();
    for (const [client, state] of states) {
      client.enter(state);
      client.cursor = 0;
      this.inside.add(client);
      this.#remember(state);
    }
  }

  /** What must hold after every step. */
  check(): void {
    const following = this.following();
    const [first] = following;
    assert(first !== undefined, "somebody follows");
    const expected = epochAuthenticator(first.state);
    const exported = { label: "scenario", context: expected, length: 24 };
    const secret = exportSecret(first.state, exported);
    const isNew = this.#judged === undefined || !equalBytes(this.#judged, expected);
    const tree = isNew ? ratchetTree(first.state) : undefined;
    for (const { name, state } of following) {
      assert(equalBytes(epochAuthenticator(state), expected), `${name} is in the same epoch`);
      assert(equalBytes(exportSecret(state, exported), secret), `${name} exports the same`);
      if (tree !== undefined) assert(equalBytes(ratchetTree(state), tree), `${name} has the same tree`);
    }
    if (tree !== undefined) this.#judge(first.state, tree);
    this.#judged = expected;
  }

  #judge(state: GroupState, encoded: Uint8Array): void {
    const decoded = decodeTree(encoded);
    assert(decoded.kind === "tree");
    // Without the hashes that the engine remembers.
    assert.equal(validateTree(this.suite, decoded.tree, state.fields.context), undefined, "the tree is valid");
    const names = members(state).map(({ credential }) =>
      credential.kind === "basic" ? toHex(credential.identity) : "",
    );
    const inside = [...this.inside].map(({ credential }) =>
      credential.kind === "basic" ? toHex(credential.identity) : "",
    );
    assert.deepEqual(names.sort(), inside.sort(), "the members are who they should be");
  }
}

export const describe = (outcome: Processed): string =>
  outcome.kind === "refused" ? `${outcome.phase} ${outcome.refusal.code}` : outcome.kind;

/** People in memory, one of whom may write into slots what no honest engine would. */
import assert from "node:assert/strict";
import { systemRandom } from "@quicprochat/crypto";
import { type CommitOptions, commit, decodeMlsMessage, type GroupState, type KeyPackage } from "@quicprochat/mls";
import { signSlot } from "@quicprochat/protocol";
import { groups } from "../src/conversation/group.ts";
import type { Joiner } from "../src/conversation/joiner.ts";
import { pendingCommits } from "../src/conversation/pending-commit.ts";
import { sealSlotEntry } from "../src/envelope/slot-entry.ts";
import { pendingStateName } from "../src/step/group-states.ts";
import { wantJoiner } from "../src/step/joiners.ts";
import { type NextSlot, nextSlot } from "../src/step/next-slot.ts";
import { MemoryPerson } from "./memory-person.ts";
import { MemoryServer } from "./memory-server.ts";

export type World = { readonly server: MemoryServer; readonly person: (name: string) => MemoryPerson };

export function world(): World {
  const server = new MemoryServer(systemRandom);
  return { server, person: (name) => new MemoryPerson(server, name, systemRandom) };
}

/** Walks of one group pause in between: each round is a minute later. */
export async function settle(people: readonly MemoryPerson[], rounds = 4): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const person of people) {
      const at = person.now() + 60_000;
      person.now = () => at;
      await person.sync();
    }
  }
}

export function slotOf(person: MemoryPerson): NextSlot {
  return person.core.look((draft) => {
    const [group] = draft.list(groups);
    const slot = group && nextSlot(draft, group.key);
    assert.ok(slot !== undefined);
    return slot;
  });
}

/** A commit in `state`, written into the slot that `reader` looks at next. */
async function put(
  reader: MemoryPerson,
  state: GroupState,
  options: Partial<CommitOptions>,
  proposals: readonly Uint8Array[] = [],
): Promise<void> {
  const { keys, group } = slotOf(reader);
  const made = commit(state, { wire: "public", now: 1_800_000_000n, random: systemRandom, ...options });
  assert.ok(made.kind === "committed", made.kind === "refused" ? made.refusal.code : "");
  const entry = sealSlotEntry(keys, [...proposals, made.message], systemRandom);
  assert.ok(entry !== undefined);
  const signature = signSlot(keys.name.privateKey, entry);
  const pending = { ...group, slotName: keys.name.publicKey, entry, signature, welcome: new Uint8Array(0), joined: [] };
  const { outcome } = await reader.network.putSlot(pending, reader.signal);
  assert.equal(outcome.case, "won");
}

/** What a commit in `state` makes of those who read its slot: whether it was void for all of them. */
export async function isVoidFor(
  readers: readonly MemoryPerson[],
  state: GroupState,
  options: Partial<CommitOptions>,
  proposals: readonly Uint8Array[] = [],
): Promise<boolean> {
  const [first] = readers;
  assert.ok(first !== undefined);
  const before = readers.map((reader) => slotOf(reader).group);
  await put(first, state, options, proposals);
  const verdicts: boolean[] = [];
  for (const [at, reader] of readers.entries()) {
    await settle([reader], 1);
    reader.core.step((draft) => draft.act({ kind: "walk", groupId: slotOf(reader).group.groupId }));
    await reader.sync();
    const { epoch, attempt } = slotOf(reader).group;
    verdicts.push(epoch === before[at]?.epoch && attempt === before[at].attempt + 1);
  }
  assert.equal(new Set(verdicts).size, 1, "all come to one end");
  return verdicts.every((verdict) => verdict);
}

/** Commits whatever MLS allows: this person's engine asks nobody and goes on as if it had made it itself. */
export async function force(
  person: MemoryPerson,
  options: Partial<CommitOptions>,
  joiners: readonly Joiner[] = [],
): Promise<void> {
  const { state, keys, group } = slotOf(person);
  const { groupId, epoch, attempt } = group;
  const proposals = joiners.map((joiner) => ({ kind: "add", keyPackage: keyPackageOf(joiner) }) as const);
  const context = { wire: "public", now: 1_800_000_000n, random: systemRandom } as const;
  const made = commit(state, { ...context, proposals, ...options });
  assert.ok(made.kind === "committed", made.kind === "refused" ? made.refusal.code : "");
  const entry = sealSlotEntry(keys, [made.message], systemRandom);
  assert.ok(entry !== undefined);
  person.core.step((draft) => {
    const signature = signSlot(keys.name.privateKey, entry);
    const slot = { epoch, attempt, slotName: keys.name.publicKey, entry, signature };
    for (const joiner of joiners) wantJoiner(draft, groupId, joiner);
    const joined = joiners.map(({ deviceId }) => deviceId);
    draft.put(pendingCommits, groupId, { ...slot, welcome: made.welcome ?? new Uint8Array(0), joined });
    draft.groups.adopt(pendingStateName(groupId), made.next, "all");
    draft.act({ kind: "commit", groupId });
  });
  await settle([person], 1);
}

/** Somebody's device with one of its KeyPackages, taken past all checks. */
export function takeJoiner(server: MemoryServer, { name, self }: MemoryPerson): Joiner {
  const keyPackage = server.accounts.get(name)?.packages.shift();
  assert.ok(keyPackage !== undefined);
  return { user: name, rootKey: self.rootKey, deviceId: self.deviceId, keyPackage };
}

export function keyPackageOf({ keyPackage }: Joiner): KeyPackage {
  const message = decodeMlsMessage(keyPackage);
  assert.ok(message.kind === "key-package");
  return message.keyPackage;
}

export const membersSeenBy = (person: MemoryPerson): string[] =>
  person.conversations().flatMap(({ members }) => members.toSorted());

export const noticesTo = ({ events }: MemoryPerson): string[] =>
  events.flatMap((event) => (event.kind === "notice" ? [event.text] : []));

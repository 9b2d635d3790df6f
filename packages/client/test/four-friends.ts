/** Four people around one server in memory, and means to write into slots what no honest engine would. */
import assert from "node:assert/strict";
import { systemRandom } from "@quicprochat/crypto";
import { type CommitOptions, commit } from "@quicprochat/mls";
import { signSlot } from "@quicprochat/protocol";
import { groups } from "../src/conversation/group.ts";
import { sealSlotEntry } from "../src/envelope/slot-entry.ts";
import { type NextSlot, nextSlot } from "../src/step/next-slot.ts";
import { MemoryPerson } from "./memory-person.ts";
import { MemoryServer } from "./memory-server.ts";

export type World = Record<"alice" | "bob" | "carol" | "dave", MemoryPerson> & { readonly server: MemoryServer };

export function world(): World {
  const server = new MemoryServer(systemRandom);
  const person = (name: string): MemoryPerson => new MemoryPerson(server, name, systemRandom);
  return { server, alice: person("alice"), bob: person("bob"), carol: person("carol"), dave: person("dave") };
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

export async function groupOfThree({ alice, bob, carol }: World): Promise<string> {
  const conversation = await alice.group("friends", ["bob", "carol"]);
  await alice.sync();
  await settle([bob, carol, alice]);
  return conversation;
}

export function slotOf(person: MemoryPerson): NextSlot {
  return person.core.look((draft) => {
    const [group] = draft.list(groups);
    const slot = group && nextSlot(draft, group.key);
    assert.ok(slot !== undefined);
    return slot;
  });
}

/** Writes messages into the group's next slot, past everything that an honest engine would ask itself. */
export async function put(person: MemoryPerson, messages: readonly Uint8Array[]): Promise<void> {
  const { keys, group } = slotOf(person);
  const entry = sealSlotEntry(keys, messages, systemRandom);
  assert.ok(entry !== undefined);
  const slotName = keys.name.publicKey;
  const signature = signSlot(keys.name.privateKey, entry);
  const pending = { ...group, slotName, entry, signature, welcome: new Uint8Array(0), joined: [] };
  const { outcome } = await person.network.putSlot(pending, person.signal);
  assert.equal(outcome.case, "won");
}

/** MLSMessage of a commit of this person's, valid by the RFC. */
export function commitOf(person: MemoryPerson, options: Partial<CommitOptions>): Uint8Array {
  const committed = commit(slotOf(person).state, {
    wire: "public",
    now: 1_800_000_000n,
    random: systemRandom,
    ...options,
  });
  assert.equal(committed.kind, "committed");
  return committed.message;
}

export const epochOf = (person: MemoryPerson): string | undefined => person.conversations()[0]?.epoch;
export const notices = ({ events }: MemoryPerson): string[] =>
  events.flatMap((event) => (event.kind === "notice" ? [event.text] : []));

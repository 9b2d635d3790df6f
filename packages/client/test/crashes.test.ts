/** Processes that end at any point, before or after any transaction and any call: nothing is lost, nothing comes twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Random } from "@quicprochat/crypto";
import { MemoryPerson } from "./memory-person.ts";
import { MemoryServer } from "./memory-server.ts";

const SEEDS = Number(process.env["QPC_CRASH_SEEDS"] ?? 12);
const STEPS = 60;

class Crash extends Error {}

/** mulberry32: choices and keys of a run follow from its seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Life {
  readonly person: MemoryPerson;
  readonly posted: string[] = [];
  readonly handedOut: string[] = [];
  crashes = 0;

  constructor(server: MemoryServer, name: string, random: Random) {
    this.person = new MemoryPerson(server, name, random);
  }

  /** Does it, and ends the process after so many further points of danger; then a new process begins. */
  async endangered(points: number, work: (person: MemoryPerson) => Promise<void> | void): Promise<void> {
    let left = points;
    this.person.fault = () => {
      if (left <= 0) throw new Crash();
      left--;
    };
    try {
      await work(this.person);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    this.person.fault = () => {};
    if (left > 0) return;
    this.crashes++;
    this.person.faults.length = 0;
    this.person.restart();
  }
}

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`crashes at any point lose nothing and repeat nothing (seed ${seed})`, () => run(seed));
}

async function run(seed: number): Promise<void> {
  const chance = seeded(seed);
  const random: Random = (length) => Uint8Array.from({ length }, () => Math.floor(chance() * 256));
  const server = new MemoryServer(random);
  const lives = ["alice", "bob", "carol"].map((name) => new Life(server, name, random));
  const [alice, bob, carol] = lives;
  assert.ok(alice && bob && carol);
  const dave = new Life(server, "dave", random);
  const points = (): number => (chance() < 0.5 ? 1 + Math.floor(chance() * 30) : Number.POSITIVE_INFINITY);
  const conversation = await begin(alice, points);
  await bob.endangered(Number.POSITIVE_INFINITY, (person) => person.sync());
  for (let step = 0; step < STEPS; step++) {
    if (step % 20 === 10) await alice.endangered(points(), (person) => person.add(conversation, ["dave"]));
    if (step % 7 === 0) await dave.endangered(points(), (person) => person.sync());
    const life = lives[Math.floor(chance() * lives.length)];
    assert.ok(life);
    await life.endangered(points(), async (person) => {
      // An interrupted beginning may have come about as well: there can be two groups.
      const isThere = person.conversations().some(({ conversation: id }) => id === conversation);
      if (chance() < 0.4 && isThere) {
        const text = `${person.name} ${step}`;
        person.post(conversation, text);
        life.posted.push(text);
      }
      if (chance() < 0.2) person.refresh();
      await person.sync();
      life.handedOut.push(...person.takeNew().map(({ text }) => text));
    });
  }
  assert.ok(
    lives.some(({ crashes }) => crashes > 0),
    `no crash (seed ${seed})`,
  );
  await settle([...lives, dave]);
  compare(lives, conversation, seed);
  agree([...lives, dave], conversation, seed);
}

/** Begins a group however often that takes. */
async function begin(alice: Life, points: () => number): Promise<string> {
  for (let attempt = 0; attempt < 10; attempt++) {
    await alice.endangered(points(), async (person) => void (await person.group("under fire", ["bob", "carol"])));
    await alice.endangered(points(), (person) => person.sync());
    const [begun] = alice.person.conversations();
    if (begun !== undefined) return begun.conversation;
  }
  throw new Error("no group came about");
}

async function settle(lives: readonly Life[]): Promise<void> {
  for (let round = 0; round < 6; round++) {
    for (const { person } of lives) {
      // Walks of one group pause in between.
      person.now = () => 1_800_000_000_000 + (round + 1) * 60_000;
      await person.sync();
    }
  }
}

/** Who came later has a part of what the others have, and all see the same group. */
function agree(lives: readonly Life[], conversation: string, seed: number): void {
  const views = lives.map(({ person }) => person.conversations().find(({ conversation: id }) => id === conversation));
  const [first] = views;
  for (const [at, view] of views.entries()) {
    if (view === undefined) continue;
    assert.equal(view.epoch, first?.epoch, `epochs differ (seed ${seed}, ${lives[at]?.person.name})`);
    assert.deepEqual(view.members, first?.members, `members differ (seed ${seed})`);
  }
  const later = lives.at(-1)?.person;
  const texts = later?.texts(conversation) ?? [];
  const all = lives[0]?.person.texts(conversation) ?? [];
  assert.equal(new Set(texts).size, texts.length, `shown twice to who came later (seed ${seed})`);
  assert.deepEqual(
    texts.filter((text) => !all.includes(text)),
    [],
  );
}

function compare(lives: readonly Life[], conversation: string, seed: number): void {
  const posted = lives.flatMap((life) => life.posted);
  assert.ok(posted.length > 0, `nothing was posted (seed ${seed})`);
  const [first] = lives;
  for (const { person, handedOut } of lives) {
    const texts = person.texts(conversation);
    assert.deepEqual(texts, first?.person.texts(conversation), `histories differ (seed ${seed}, ${person.name})`);
    assert.equal(new Set(texts).size, texts.length, `shown twice (seed ${seed}, ${person.name})`);
    for (const text of posted) assert.ok(texts.includes(text), `lost: ${text} (seed ${seed}, ${person.name})`);
    assert.equal(new Set(handedOut).size, handedOut.length, `handed out twice (seed ${seed}, ${person.name})`);
    assert.deepEqual(person.faults, [], `seed ${seed}, ${person.name}`);
  }
}

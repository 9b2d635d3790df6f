/** Random `kill -9` of the server and of clients under traffic; counts what was lost and what was shown twice. */
import { setTimeout as sleep } from "node:timers/promises";
import { Person, Scratch, ServerProcess } from "./processes.ts";

export type KillsReport = {
  readonly seed: number;
  readonly kills: { readonly server: number; readonly client: number };
  readonly confirmed: number;
  /** Confirmed by `send`, absent from somebody's history. */
  readonly lost: readonly string[];
  /** Twice in somebody's history or twice printed by somebody's `receive`. */
  readonly twice: readonly string[];
  /** In the history, never printed: the process died between marking and printing. */
  readonly notPrinted: number;
  /** Everything that was done and how it ended, for whoever has to find out why something is lost. */
  readonly journal: readonly string[];
};

type Life = {
  readonly server: ServerProcess;
  readonly people: readonly Person[];
  readonly conversation: string;
  readonly random: () => number;
  readonly confirmed: Map<string, Person>;
  readonly printed: Map<Person, string[]>;
  readonly kills: { server: number; client: number };
  readonly killsMax: number;
  readonly journal: string[];
};

const note = ({ journal }: Life, text: string): void => void journal.push(`${new Date().toISOString()} ${text}`);

type KillsOptions = {
  readonly kills: number;
  readonly seed: number;
  /** Leave profiles and server where they are, and say where. */
  readonly keep?: boolean;
};

/** Runs until `kills` kills have happened, then lets everything settle and compares what everybody has. */
export async function runKills({ kills, seed, keep = false }: KillsOptions): Promise<KillsReport> {
  using scratch = new Scratch();
  if (keep) scratch.keep();
  await using server = new ServerProcess(`${scratch.path}/server`);
  await server.start();
  const people = ["alice", "bob", "carol"].map((name) => new Person(name, scratch.path));
  for (const person of people) await person.register(server.invite);
  const [founder, ...others] = people;
  if (founder === undefined) throw new Error("nobody to talk");
  const created = await founder.must("group", "create", "under fire", ...others.map(({ name }) => name));
  const life: Life = {
    server,
    people,
    conversation: String(created["conversation"]),
    random: mulberry32(seed),
    confirmed: new Map(),
    printed: new Map(people.map((person) => [person, []])),
    kills: { server: 0, client: 0 },
    killsMax: kills,
    journal: [`everything is in ${scratch.path}`],
  };
  for (const person of others) await receiveOnce(life, person, 0);
  await Promise.all([serverUnderFire(life), ...people.map((person) => personUnderFire(life, person))]);
  // Awaited here: folders and server must outlive it.
  return await settle(life, seed);
}

const killsLeft = (life: Life): boolean => life.kills.server + life.kills.client < life.killsMax;

async function serverUnderFire(life: Life): Promise<void> {
  while (killsLeft(life)) {
    await sleep(1_000 + life.random() * 5_000);
    if (!killsLeft(life)) return;
    life.kills.server++;
    await life.server.end("SIGKILL");
    note(life, "server killed");
    await sleep(life.random() * 500);
    await life.server.start();
    note(life, "server is back");
  }
}

async function personUnderFire(life: Life, person: Person): Promise<void> {
  for (let serial = 0; killsLeft(life); serial++) {
    const killAfterMs = life.random() < 0.3 ? life.random() * 1_500 : 0;
    if (life.random() < 0.5) await sendOnce(life, person, { text: `${person.name} ${serial}`, killAfterMs });
    else await receiveOnce(life, person, killAfterMs);
  }
}

type Sending = { readonly text: string; readonly killAfterMs: number };

async function sendOnce(life: Life, person: Person, { text, killAfterMs }: Sending): Promise<void> {
  const { code } = await runAndPerhapsKill(life, { person, args: ["send", life.conversation, text], killAfterMs });
  if (code === 0) life.confirmed.set(text, person);
}

async function receiveOnce(life: Life, person: Person, killAfterMs: number): ReturnType<Person["run"]> {
  const finished = await runAndPerhapsKill(life, { person, args: ["receive", "--wait", "1"], killAfterMs });
  // A line may also be an error, such as that the server is gone.
  const messages = finished.lines.filter((line) => line["message"] !== undefined);
  for (const line of messages) life.printed.get(person)?.push(String(line["text"]));
  return finished;
}

type Running = { readonly person: Person; readonly args: readonly string[]; readonly killAfterMs: number };

async function runAndPerhapsKill(life: Life, { person, args, killAfterMs }: Running): ReturnType<Person["run"]> {
  let timer: NodeJS.Timeout | undefined;
  const finished = await person.run(args, {
    onSpawn: (child) => {
      if (killAfterMs === 0) return;
      timer = setTimeout(() => {
        if (child.kill("SIGKILL")) life.kills.client++;
      }, killAfterMs);
    },
  });
  clearTimeout(timer);
  const { code, stdout, stderr } = finished;
  note(life, `${person.name}: ${args.join(" ")}: ${code ?? "killed"} ${stdout}${code === 0 ? "" : stderr}`.trimEnd());
  return finished;
}

const SETTLE_ROUNDS = 4;

async function settle(life: Life, seed: number): Promise<KillsReport> {
  // Whatever an outbox still holds leaves while its owner receives.
  for (let round = 0; round < SETTLE_ROUNDS; round++) {
    for (const person of life.people) {
      const { code, stdout, stderr } = await receiveOnce(life, person, 0);
      if (code !== 0)
        throw new Error(`receive of ${person.name} ended with ${code} (seed ${seed}): ${stdout}${stderr}`);
    }
  }
  const lost: string[] = [];
  const twice: string[] = [];
  let notPrinted = 0;
  for (const person of life.people) {
    const { code, lines, stdout, stderr } = await person.run(["history", life.conversation, "--limit", "100000"]);
    if (code !== 0) throw new Error(`history of ${person.name} ended with ${code} (seed ${seed}): ${stdout}${stderr}`);
    const inHistory = count(lines.map((line) => String(line["text"])));
    const printed = count(life.printed.get(person) ?? []);
    for (const [text, times] of [...inHistory, ...printed]) if (times > 1) twice.push(`${person.name}: ${text}`);
    for (const [text, sender] of life.confirmed) {
      if (!inHistory.has(text)) lost.push(`${person.name}: ${text}`);
      else if (sender !== person && !printed.has(text)) notPrinted++;
    }
  }
  const { kills, journal } = life;
  return { seed, kills, confirmed: life.confirmed.size, lost, twice, notPrinted, journal };
}

function count(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** A small seeded generator: the kills need repeatable choices, not good randomness. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

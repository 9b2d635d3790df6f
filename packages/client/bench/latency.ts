/**
 * How long a message takes from `post` in one process to the event in another, through a server in a third, each with
 * its own disk writes; beside the round trip of as many bytes over bare QUIC, and beside one fsync of this disk.
 */
import { type ChildProcess, fork } from "node:child_process";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { dial, parseInvite } from "@quicprochat/transport";
import { type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { registered } from "../test/latency-person.ts";

const MESSAGES = 300;
const WARM_UP = 20;
/** Far enough apart that no message waits for the one before. */
const PAUSE_MS = 20;
/** In which the other has joined, and not yet committed. */
const JOINED_EPOCH = "1";
const CELL_BYTES = 1_024;

export const bench: Trial = {
  name: "latency",
  describe: "a message from send to receive, p50 and p99, beside the round trip of a bare QUIC echo in the same run",
  async run({ log }) {
    const folder = mkdtempSync(join(tmpdir(), "qpc-latency-"));
    const ends: End[] = [];
    try {
      const messages = await messageTimes(folder, ends);
      log("messages done");
      const echoes = await echoTimes(ends);
      const fsyncs = fsyncTimes(folder);
      const figures = [50, 99].flatMap((percent) => figuresAt(percent, { messages, echoes, fsyncs }));
      return { name: "latency", figures, machine: thisMachine() };
    } finally {
      for (const { child } of ends) child.disconnect();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

type Times = { readonly messages: number[]; readonly echoes: number[]; readonly fsyncs: number[] };

function figuresAt(percent: number, { messages, echoes, fsyncs }: Times): Figure[] {
  const [message, echo, fsync] = [messages, echoes, fsyncs].map((times) => percentile(times, percent));
  if (message === undefined || echo === undefined || fsync === undefined) return [];
  return [
    {
      name: `send to receive, p${percent}`,
      value: message,
      unit: "ms",
      peer: "bare QUIC echo",
      peerValue: echo,
      ratio: message / echo,
    },
    {
      name: `added to the echo, p${percent}`,
      value: message - echo,
      unit: "ms",
      peer: "three fsyncs in a row",
      peerValue: 3 * fsync,
      ratio: (message - echo) / (3 * fsync),
    },
  ];
}

async function messageTimes(folder: string, ends: End[]): Promise<number[]> {
  const server = End.start(ends, ["server"]);
  const { invite } = await server.next("invite");
  const receiver = End.start(ends, ["receiver", folder, String(invite)]);
  await receiver.next("ready");
  await using alice = await registered({ folder, invite: String(invite), username: "alice" });
  await alice.online({ timeoutMs: 30_000, signal: new AbortController().signal });
  const { conversation } = await alice.direct("bob");
  // Until it has brought its private mailbox, a new member's cells go to its door, on a connection for each.
  while (alice.conversations()[0]?.epoch === JOINED_EPOCH) await sleep(PAUSE_MS);
  const times: number[] = [];
  for (let serial = 0; serial < WARM_UP + MESSAGES; serial++) {
    const started = Number(process.hrtime.bigint());
    alice.post(conversation, `message ${serial}`);
    const { at } = await receiver.next("text");
    if (serial >= WARM_UP) times.push((Number(at) - started) / 1e6);
    await sleep(PAUSE_MS);
  }
  return times;
}

async function echoTimes(ends: End[]): Promise<number[]> {
  const server = End.start(ends, ["echo"]);
  const { host, port, serverId } = parseInvite(String((await server.next("invite"))["invite"]));
  const { connection } = await dial({ host, port, pin: serverId === null ? null : { serverId, counterSeen: 0 } });
  await using stream = await connection.open();
  const cell = new Uint8Array(CELL_BYTES);
  const times: number[] = [];
  for (let serial = 0; serial < WARM_UP + MESSAGES; serial++) {
    const started = performance.now();
    await stream.write(cell);
    for (let got = 0; got < CELL_BYTES; ) got += (await stream.read())?.length ?? CELL_BYTES;
    if (serial >= WARM_UP) times.push(performance.now() - started);
    await sleep(PAUSE_MS / 4);
  }
  connection.close(0, "");
  await connection.closed;
  return times;
}

function fsyncTimes(folder: string): number[] {
  const file = openSync(join(folder, "fsync"), "w");
  const times: number[] = [];
  for (let serial = 0; serial < MESSAGES; serial++) {
    const started = performance.now();
    writeSync(file, new Uint8Array(4_096));
    fsyncSync(file);
    times.push(performance.now() - started);
  }
  closeSync(file);
  return times;
}

function percentile(times: readonly number[], percent: number): number | undefined {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}

type Told = Readonly<Record<string, unknown>>;

/** A process of the bench, and what it tells us. */
class End {
  readonly child: ChildProcess;
  readonly #told: Told[] = [];
  #wake: (() => void) | undefined;
  #gone = false;

  private constructor(args: readonly string[]) {
    this.child = fork(fileURLToPath(new URL("../test/latency-end.ts", import.meta.url)), args);
    this.child.on("message", (told: Told) => {
      this.#told.push(told);
      this.#wake?.();
    });
    this.child.once("exit", () => {
      this.#gone = true;
      this.#wake?.();
    });
  }

  static start(ends: End[], args: readonly string[]): End {
    const end = new End(args);
    ends.push(end);
    return end;
  }

  /** The next thing told that has this field. */
  async next(field: string): Promise<Told> {
    for (;;) {
      const told = this.#told.shift();
      if (told !== undefined && field in told) return told;
      if (told !== undefined) continue;
      if (this.#gone) throw new Error("a process of the bench ended too early");
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

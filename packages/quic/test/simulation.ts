/** One whole run of two endpoints from a seed: what the network does, what the applications do, what must hold. */
import assert from "node:assert/strict";
import { CipherSuite, type ConnectionConfig, Version } from "../src/index.ts";
import { type LinkOptions, perfectLink } from "./network.ts";
import { Pair } from "./pair.ts";
import { SeededRandom } from "./seeded-random.ts";
import { applications, type Ends } from "./transfer.ts";

export type SimulationResult = {
  readonly seed: number;
  readonly virtualMs: number;
  readonly datagrams: number;
  readonly bytes: number;
  /** The network was so bad that the connection rightly gave up. */
  readonly gaveUp: boolean;
};

const suites = Object.values(CipherSuite);
/** Virtual time in which everything must be over. */
const LIMIT_MS = 900_000;

type Disturbance = (pair: Pair, random: SeededRandom) => void;

const disturbances: readonly Disturbance[] = [
  (pair) => pair.network.rebind(),
  (pair, random) => pair.network.blackHole(random.between(10, 4000)),
  (pair, random) => pair.network.setMtu(random.between(1228, 1500)),
  (pair, random) => {
    pair.network.client.clockOffset += random.between(0, 3000);
  },
  (pair, random) => {
    pair.network.server.clockOffset -= random.between(0, 500);
  },
  (pair) => {
    pair.connection.updateKeys(pair.network.timeOf(pair.network.client));
  },
  (pair, random) => {
    pair.connection.migrate(pair.network.timeOf(pair.network.client), pair.network.clientAddress(random.between(1, 4)));
  },
];

/** Throws when something that must hold did not. */
export function simulate(seed: number): SimulationResult {
  const random = new SeededRandom(seed);
  const link = randomLink(random);
  const config = randomConfig(random);
  const suite = suites[random.between(0, suites.length - 1)] ?? CipherSuite.aes128GcmSha256;
  const retry = random.chance(0.2) ? "always" : "when-busy";
  const pair = new Pair({ seed, link, client: config, server: randomConfig(random), suite, retry });
  const ends = applications(pair);
  const bytes = planTransfers(random, ends);
  const times = disturbanceTimes(random);
  const check = pair.network.check;
  pair.network.check = () => {
    while ((times[0] ?? Number.POSITIVE_INFINITY) <= pair.network.now) {
      times.shift();
      if (ends.client.connected) disturbances[random.between(0, disturbances.length - 1)]?.(pair, random);
    }
    check();
  };
  const isOver = (): boolean => isDone(ends) || ends.client.closed !== undefined || ends.server?.closed !== undefined;
  const done = pair.network.run(isOver, LIMIT_MS);
  assert.ok(done, `neither done nor closed after ${pair.network.now} ms: ${describe(pair, ends)}`);
  const gaveUp = !isDone(ends);
  if (gaveUp) checkGivingUp(ends);
  else assert.equal(ends.client.reading, bytes.echoed, "bytes echoed to the client");
  const virtualMs = pair.network.now;
  endAll(pair);
  return { seed, virtualMs, datagrams: pair.network.datagrams, bytes: bytes.total, gaveUp };
}

const isDone = (ends: Ends): boolean => ends.client.isDone && ends.server?.isDone === true;

function describe(pair: Pair, ends: Ends): string {
  return JSON.stringify({
    client: pair.connection.stats(),
    server: ends.server?.connection.stats(),
    deadlines: [pair.client.deadline, pair.server.deadline],
  });
}

/** Only silence may end a connection here: nobody breaks a rule. */
function checkGivingUp(ends: Ends): void {
  for (const closed of [ends.client.closed, ends.server?.closed]) {
    if (closed === undefined) continue;
    const { kind, code, reason } = closed.end;
    const timedOut = kind === "idle-timeout" || (kind === "transport" && reason === "the handshake takes too long");
    const unreachable = kind === "transport" && code === 0x10;
    assert.ok(timedOut || unreachable || kind === "stateless-reset", `ended with ${JSON.stringify(closed.end)}`);
  }
}

/** After close both ends forget everything, ids included. */
function endAll(pair: Pair): void {
  pair.connection.close(pair.network.timeOf(pair.network.client), 7, "done");
  const isEmpty = (): boolean => pair.client.connectionCount === 0 && pair.server.connectionCount === 0;
  const ended = pair.network.run(isEmpty, pair.network.now + 400_000);
  assert.ok(ended, "a connection does not end");
  assert.equal(pair.client.idCount + pair.server.idCount, 0, "connection ids are left behind");
}

function randomLink(random: SeededRandom): LinkOptions {
  const bad = random.chance(0.7);
  return {
    ...perfectLink,
    delayMs: random.between(0, 150),
    jitterMs: random.chance(0.5) ? random.between(0, 60) : 0,
    loss: bad ? random.unit() ** 2 * 0.4 : 0,
    duplication: random.chance(0.3) ? 0.1 : 0,
    corruption: random.chance(0.3) ? random.unit() * 0.1 : 0,
    mtu: random.chance(0.3) ? random.between(1228, 1500) : 1500,
    rate: random.chance(0.4) ? random.between(20, 5000) : Number.POSITIVE_INFINITY,
    queueBytes: random.between(5000, 200_000),
  };
}

function randomConfig(random: SeededRandom): Partial<ConnectionConfig> {
  const small = random.chance(0.3);
  return {
    congestion: random.chance(0.5) ? "cubic" : "bbr",
    versions: random.chance(0.2) ? [Version.two, Version.one] : [Version.one, Version.two],
    streamsMax: random.between(1, 100),
    streamWindowBytes: small ? random.between(1000, 10_000) : 256 * 1024,
    connectionWindowBytes: small ? random.between(1000, 20_000) : 512 * 1024,
    idleTimeoutMs: 60_000,
    // A client that waits in silence would never learn, nor tell, that its address has changed.
    keepAliveMs: 10_000,
    handshakeTimeoutMs: 60_000,
    greaseFixedBit: random.chance(0.5),
    ecn: random.chance(0.3),
    maxAckDelayMs: random.between(0, 50),
  };
}

function planTransfers(random: SeededRandom, ends: Ends): { readonly total: number; readonly echoed: number } {
  let total = 0;
  let echoed = 0;
  const streams = random.between(1, 12);
  for (let stream = 0; stream < streams; stream++) {
    const size = Math.floor(random.unit() ** 4 * 150_000);
    const unidirectional = random.chance(0.2);
    ends.client.send(size, unidirectional);
    total += unidirectional ? size : 2 * size;
    echoed += unidirectional ? 0 : size;
  }
  return { total, echoed };
}

function disturbanceTimes(random: SeededRandom): number[] {
  if (random.chance(0.4)) return [];
  const times: number[] = [];
  let at = 0;
  for (let count = random.between(1, 8); count > 0; count--) {
    at += random.between(1, 2000);
    times.push(at);
  }
  return times;
}

/** 100,000 random and as many mutated datagrams against a server that serves others, and whether its memory returns. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { type Figure, type Trial, type TrialOptions, thisMachine } from "../../../scripts/trial.ts";
import { mutated, nonsense } from "../test/damage.ts";
import { ask, Loopback } from "../test/loopback.ts";
import { Relay } from "../test/relay.ts";

const DATAGRAMS = 100_000;
const HELLO = Buffer.from("hello");
const GROWTH_MIB_MAX = 24;

export const soak: Trial = {
  name: "datagrams",
  describe: "100,000 random and as many mutated datagrams while others are served; memory returns to where it was",
  async run({ log }) {
    await using server = await Loopback.start();
    void server.echo();
    log("warming up");
    await connections(server, 500);
    await random(server, DATAGRAMS / 5);
    await mutations(server, DATAGRAMS / 5);
    await vanish(server, 50);
    await settle(server, log);
    const before = await residentMiB();
    log("random datagrams");
    await random(server, DATAGRAMS);
    log("mutated datagrams");
    const count = await mutations(server, DATAGRAMS);
    log("vanishing clients");
    await vanish(server, 100);
    await settle(server, log);
    const after = await residentMiB();
    const figures: Figure[] = [
      { name: "random datagrams", value: DATAGRAMS, unit: "" },
      { name: "mutated datagrams", value: count, unit: "" },
      { name: "memory before", value: before, unit: "MiB" },
      { name: "memory after", value: after, unit: "MiB" },
    ];
    if (after - before > GROWTH_MIB_MAX) throw new Error(`memory grew from ${before} to ${after} MiB`);
    return { name: "datagrams", figures, machine: thisMachine() };
  },
};

/** From many ports, so that every part of the server gets some. */
async function random(server: Loopback, count: number): Promise<void> {
  const { connection } = await server.dial();
  for (let sent = 0; sent < count; sent += 1_000) {
    const socket = createSocket("udp4");
    socket.connect(server.port, server.host);
    await once(socket, "connect");
    for (let at = 0; at < 1_000; at++) socket.send(nonsense(), () => {});
    await served(connection);
    socket.close();
  }
  connection.close(0, "");
}

/** Each packet of a connection comes thrice, twice of it damaged. */
async function mutations(server: Loopback, wanted: number): Promise<number> {
  let count = 0;
  while (count < wanted) {
    await using relay = await Relay.start(server.port);
    relay.forward = (datagram) => {
      count += 2;
      return [mutated(datagram), datagram, mutated(datagram)];
    };
    const { connection } = await server.dial({ port: relay.port, deadlineMs: 10_000 });
    for (let round = 0; round < 200; round++) await served(connection);
    connection.close(0, "");
    await connection.closed;
  }
  return count;
}

async function vanish(server: Loopback, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    await using relay = await Relay.start(server.port);
    let seen = 0;
    relay.forward = (datagram, way) => (way === "to-server" && seen++ >= at % 8 ? [] : [datagram]);
    await server.dial({ port: relay.port, deadlineMs: 100, idleTimeoutMs: 1_000 }).then(
      ({ connection }) => connection.close(0, ""),
      () => {},
    );
  }
}

async function connections(server: Loopback, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const { connection } = await server.dial();
    await served(connection);
    connection.close(0, "");
    await connection.closed;
  }
}

async function served(connection: Parameters<typeof ask>[0]): Promise<void> {
  if (!(await ask(connection, HELLO)).equals(HELLO)) throw new Error("a connection was not served as it should");
}

async function settle({ listener }: Loopback, log: TrialOptions["log"]): Promise<void> {
  log("waiting for what is left to end");
  const end = performance.now() + 60_000;
  while (listener.connectionCount + listener.handshakeCount > 0) {
    if (performance.now() > end) throw new Error(`${listener.connectionCount} connections remain`);
    await setTimeout(200);
  }
}

async function residentMiB(): Promise<number> {
  await setTimeout(1_000);
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

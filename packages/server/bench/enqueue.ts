/**
 * The same life of a cell over QUIC and RPC, server and clients in two processes, beside the bare store's in the same
 * run; and over connections in memory, all in one process, which tells what QUIC costs and what the server itself does.
 */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connection } from "@quicprochat/connection";
import { type ConnectionClass, connectionClasses, methods } from "@quicprochat/protocol";
import { call } from "@quicprochat/rpc";
import { dial, parseInvite } from "@quicprochat/transport";
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { limits } from "../src/limits.ts";
import { Hosted } from "../test/hosted.ts";
import { openMailbox } from "../test/person.ts";
import { bareStoreRate, CELL_BYTES } from "./bare-store.ts";
import { type Lifecycle, livesPerSecond } from "./lifecycle.ts";

const MEASURED_MS = 4_000;

export const bench: Trial = {
  name: "enqueue",
  describe: "durable enqueue, fetch, acknowledge a second over QUIC, at 1, 64 and 256 clients, beside the bare store",
  async run({ log }) {
    const figures: Figure[] = [];
    for (const clients of [1, 64, 256]) {
      const peerValue = await bareStoreRate(clients, limits.storeBatchMax, MEASURED_MS);
      const measured = { "over QUIC": await rateOverQuic(clients), "in memory": await rateInMemory(clients) };
      for (const [way, value] of Object.entries(measured)) {
        log(`${clients} clients ${way}: ${Math.round(value)}/s, the bare store ${Math.round(peerValue)}/s`);
        const name = `lifecycles, ${clients} clients ${way}`;
        figures.push(besidePeer({ name, value, unit: "/s", peer: "bare store", peerValue }));
      }
    }
    return { name: "enqueue", figures, machine: thisMachine() };
  },
};

async function rateOverQuic(clients: number): Promise<number> {
  await using server = await ServerProcess.start();
  return await rate(server, clients);
}

async function rateInMemory(clients: number): Promise<number> {
  await using server = await Hosted.start();
  return await rate(server, clients);
}

async function rate(server: Pick<Hosted, "connect">, clients: number): Promise<number> {
  const lives: Lifecycle[] = [];
  for (let made = 0; made < clients; made++) lives.push(await newClient(server));
  return await livesPerSecond(lives, MEASURED_MS);
}

async function newClient(server: Pick<Hosted, "connect">): Promise<Lifecycle> {
  const { receive, address } = await openMailbox(server);
  const send = await server.connect("send");
  const body = new Uint8Array(randomBytes(CELL_BYTES));
  return async () => {
    const items = [{ id: new Uint8Array(randomBytes(16)), address }];
    await call(send, methods.enqueue, { items, body });
    const { cells } = await call(receive, methods.mailboxFetch, { address, cursor: 0n, limit: 64 });
    assert.equal(cells.length, 1);
    await call(receive, methods.mailboxAcknowledge, { address, cursor: cells[0]?.cursor ?? 0n });
  };
}

type Started = { readonly address: string; readonly invite: string };

class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #connections: Connection[] = [];
  readonly #address: { readonly host: string; readonly port: number; readonly serverId: Uint8Array };

  private constructor(child: ChildProcess, folder: string, { address, invite }: Started) {
    const { serverId } = parseInvite(invite);
    assert.ok(serverId !== null);
    this.#child = child;
    this.#folder = folder;
    this.#address = { host: "127.0.0.1", port: Number(address.split(":")[1]), serverId };
  }

  static async start(): Promise<ServerProcess> {
    const folder = mkdtempSync(join(tmpdir(), "qpc-bench-"));
    const child = fork(fileURLToPath(new URL("../test/server-process.ts", import.meta.url)), [folder]);
    const started = await new Promise<Started>((resolve, reject) => {
      child.once("message", (message: Started) => resolve(message));
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    return new ServerProcess(child, folder, started);
  }

  async connect(connectionClass: ConnectionClass): Promise<Connection> {
    const { host, port, serverId } = this.#address;
    const { connection } = await dial({ host, port, pin: { serverId, counterSeen: 0 } });
    this.#connections.push(connection);
    await call(connection, methods.hello, { version: 1, class: connectionClasses[connectionClass] });
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "exit");
    for (const connection of this.#connections) connection.close(0, "");
    this.#child.disconnect();
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

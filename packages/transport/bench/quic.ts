/** Our QUIC beside node:tls over TCP, on loopback with both ends in this process: requests, handshakes and bulk. */
import type { Connection, Stream } from "@quicprochat/connection";
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { ask, Loopback } from "../test/loopback.ts";
import { pingPong, TlsEcho, bulk as tlsBulk } from "./tls-echo.ts";

const SECONDS = 3;
const MESSAGE = new Uint8Array(100).fill(1);
const BULK_BYTES = 64 * 1024 * 1024;

export const bench: Trial = {
  name: "transport-quic",
  describe: "requests, handshakes and bulk over QUIC beside node:tls on loopback, client and server on one core",
  async run({ log }) {
    await using quic = await Loopback.start();
    void quic.echo();
    await using tls = await TlsEcho.start();
    const figures: Figure[] = [];
    for (const count of [1, 64]) {
      log(`requests over ${count} connections`);
      figures.push(await requests(quic, tls, count));
    }
    log("a stream for each request");
    figures.push(await streams(quic));
    log("handshakes");
    figures.push(await handshakes(quic, tls));
    log("bulk");
    figures.push(await bulk(quic, tls));
    return { name: "transport-quic", figures, machine: thisMachine() };
  },
};

const rate = (count: number, since: number): number => count / ((performance.now() - since) / 1000);

function clock(): () => boolean {
  const end = performance.now() + SECONDS * 1000;
  return () => performance.now() >= end;
}

async function requests(quic: Loopback, tls: TlsEcho, count: number): Promise<Figure> {
  const connections = await dialMany(quic, count);
  const opened = await Promise.all(connections.map((connection) => connection.open()));
  const value = await measure(opened, quicPingPong);
  for (const connection of connections) connection.close(0, "");
  const sockets = await Promise.all(Array.from({ length: count }, () => tls.connect()));
  const peerValue = await measure(sockets, (socket, until) => pingPong(socket, MESSAGE, until));
  for (const socket of sockets) socket.destroy();
  return besidePeer({ name: `requests, ${count} connections`, value, unit: "/s", peer: "node:tls", peerValue });
}

async function measure<End>(
  ends: readonly End[],
  run: (end: End, until: () => boolean) => Promise<number>,
): Promise<number> {
  const [started, until] = [performance.now(), clock()];
  const counts = await Promise.all(ends.map((end) => run(end, until)));
  return rate(
    counts.reduce((sum, count) => sum + count, 0),
    started,
  );
}

async function quicPingPong(stream: Stream, until: () => boolean): Promise<number> {
  let count = 0;
  for (; !until(); count++) {
    await stream.write(MESSAGE);
    for (let received = 0; received < MESSAGE.length; ) received += (await stream.read())?.length ?? MESSAGE.length;
  }
  await stream.end();
  return count;
}

async function streams(quic: Loopback): Promise<Figure> {
  const connections = await dialMany(quic, 64);
  const value = await measure(connections, async (connection, until) => {
    let count = 0;
    for (; !until(); count++) await ask(connection, MESSAGE);
    return count;
  });
  for (const connection of connections) connection.close(0, "");
  return { name: "requests, a stream for each, 64 connections", value, unit: "/s" };
}

async function handshakes(quic: Loopback, tls: TlsEcho): Promise<Figure> {
  const value = await measure(Array.from({ length: 8 }), async (_, until) => {
    let count = 0;
    for (; !until(); count++) (await quic.dial()).connection.close(0, "");
    return count;
  });
  const peerValue = await measure(Array.from({ length: 8 }), async (_, until) => {
    let count = 0;
    for (; !until(); count++) (await tls.connect()).destroy();
    return count;
  });
  return besidePeer({ name: "handshakes, with the statement", value, unit: "/s", peer: "node:tls", peerValue });
}

async function bulk(quic: Loopback, tls: TlsEcho): Promise<Figure> {
  const { connection } = await quic.dial();
  const quicStarted = performance.now();
  await quicBulk(await connection.open());
  const value = rate(BULK_BYTES / 1e6, quicStarted);
  connection.close(0, "");
  const socket = await tls.connect();
  const tlsStarted = performance.now();
  await tlsBulk(socket, BULK_BYTES);
  const peerValue = rate(BULK_BYTES / 1e6, tlsStarted);
  socket.destroy();
  return besidePeer({ name: "bulk, there and back", value, unit: "MB/s", peer: "node:tls", peerValue });
}

async function quicBulk(stream: Stream): Promise<void> {
  const chunk = new Uint8Array(64 * 1024);
  const send = async (): Promise<void> => {
    for (let sent = 0; sent < BULK_BYTES; sent += chunk.length) await stream.write(chunk);
    await stream.end();
  };
  const receive = async (): Promise<void> => {
    while ((await stream.read()) !== null);
  };
  await Promise.all([send(), receive()]);
}

async function dialMany(quic: Loopback, count: number): Promise<Connection[]> {
  const dialled = await Promise.all(Array.from({ length: count }, () => quic.dial()));
  return dialled.map(({ connection }) => connection);
}

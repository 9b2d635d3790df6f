import assert from "node:assert/strict";
import { test } from "node:test";
import { toUtf8 } from "@quicprochat/bytes";
import { CipherSuite, type ConnectionEvent, Version } from "../src/index.ts";
import { Pair, type PairOptions } from "./pair.ts";
import { type Application, applications, type Ends } from "./transfer.ts";

type Run = { readonly pair: Pair; readonly ends: Ends; readonly until: (done: () => boolean, ms?: number) => void };

function start(options: PairOptions = {}): Run {
  const pair = new Pair(options);
  const ends = applications(pair);
  const until = (done: () => boolean, ms = 60_000): void => {
    const { network } = pair;
    assert.ok(
      network.run(done, network.now + ms),
      `not done at ${network.now} ms: ${JSON.stringify(ends.client.closed)}`,
    );
  };
  return { pair, ends, until };
}

/** Both ends with a confirmed handshake. */
function established(options: PairOptions = {}): Run & { readonly client: Application; readonly server: Application } {
  const run = start(options);
  const confirmed = (end: Application | undefined): boolean =>
    end?.events.some(({ kind }) => kind === "confirmed") === true;
  run.until(() => confirmed(run.ends.client) && confirmed(run.ends.server));
  const { client, server } = run.ends;
  assert.ok(server !== undefined);
  return { ...run, client, server };
}

const transferred = ({ ends }: Run): boolean => ends.client.isDone && ends.server?.isDone === true;
const has = (end: Application, kind: ConnectionEvent["kind"]): boolean =>
  end.events.some((event) => event.kind === kind);

test("all suites and both versions carry data", () => {
  for (const suite of Object.values(CipherSuite)) {
    for (const version of Object.values(Version)) {
      const run = start({ suite, client: { versions: [version] } });
      run.ends.client.send(20_000);
      run.until(() => transferred(run));
      assert.equal(run.pair.connection.stats().version, version);
    }
  }
});

test("a server that demands Retry lets a client in that shows the token, also when packets are lost", () => {
  for (const loss of [0, 0.2]) {
    const run = start({ retry: "always", link: { loss }, seed: 5 });
    run.ends.client.send(10_000);
    run.until(() => transferred(run));
  }
});

test("a token of an earlier connection saves the Retry", () => {
  const { pair, client, until } = established({ retry: "always" });
  const event = client.events.find(({ kind }) => kind === "new-token") ?? wait();
  function wait(): ConnectionEvent | undefined {
    until(() => has(client, "new-token"));
    return client.events.find(({ kind }) => kind === "new-token");
  }
  assert.ok(event?.kind === "new-token");
  const rounds = [event.token, undefined].map((token) => {
    const from = pair.network.now;
    const connection = pair.connect(token);
    let connected = false;
    pair.network.check = () => {
      for (let next = connection.nextEvent(); next !== undefined; next = connection.nextEvent()) {
        connected ||= next.kind === "connected";
      }
    };
    until(() => connected);
    return pair.network.now - from;
  });
  assert.ok((rounds[0] ?? 0) + 15 < (rounds[1] ?? 0), `with token ${rounds[0]} ms, without ${rounds[1]} ms`);
});

test("client and server agree on a version that both speak, and on nothing else", () => {
  const agreed = start({ client: { versions: [Version.two, Version.one] }, server: { versions: [Version.one] } });
  agreed.ends.client.send(1000);
  agreed.until(() => transferred(agreed));
  assert.equal(agreed.pair.connection.stats().version, Version.one);

  const apart = start({ client: { versions: [Version.two] }, server: { versions: [Version.one] } });
  apart.until(() => apart.ends.client.closed !== undefined);
  assert.equal(apart.ends.client.closed?.end.kind, "version-negotiation");
});

test("keys are updated again and again in the middle of a transfer", () => {
  const run = established({ link: { loss: 0.05 } });
  const { pair, client, server } = run;
  client.send(600_000);
  for (let update = 1; update <= 4; update++) {
    pair.connection.ping();
    run.until(() => pair.connection.updateKeys(pair.network.now));
    pair.connection.ping();
    run.until(() => server.connection.stats().keyUpdates === update);
  }
  run.until(() => transferred(run));
  assert.equal(pair.connection.stats().keyUpdates, 4);
});

test("a client moves to another address, and the server follows once it is validated", () => {
  const run = established();
  const { pair, client, server } = run;
  client.send(300_000);
  const before = server.connection.address.remote;
  run.until(() => pair.connection.migrate(pair.network.now, pair.network.clientAddress(3)));
  run.until(() => has(client, "path-changed") && has(server, "path-changed"));
  assert.notEqual(server.connection.address.remote, before);
  assert.equal(pair.connection.address.local, pair.network.clientAddress(3).local);
  run.until(() => transferred(run));
});

test("a move to an address that does not answer leaves the connection where it was", () => {
  const run = established({ server: { disableActiveMigration: false } });
  const { pair, client } = run;
  const nowhere = { local: "10.0.0.1:1", remote: "203.0.113.9:9" };
  run.until(() => pair.connection.migrate(pair.network.now, nowhere));
  pair.network.unreachable = nowhere.remote;
  client.send(50_000);
  run.until(() => has(client, "path-failed"));
  run.until(() => transferred(run));
});

test("a server that forbids migration is obeyed", () => {
  const { pair } = established({ server: { disableActiveMigration: true } });
  assert.equal(pair.connection.migrate(pair.network.now, pair.network.clientAddress(2)), false);
});

test("a NAT that forgets the client goes unnoticed", () => {
  const run = established({ link: { loss: 0.02 } });
  run.client.send(400_000);
  for (let change = 0; change < 5; change++) {
    const from = run.pair.network.now;
    run.pair.network.rebind();
    run.until(() => run.pair.network.now > from + 30 || transferred(run));
  }
  run.until(() => transferred(run));
  assert.equal(run.client.closed, undefined);
});

test("a NAT that forgets the client again and again within a round trip does not bring the connection to a stand", () => {
  const run = established({ link: { delayMs: 20 } });
  run.client.send(20_000);
  for (let change = 0; change < 12; change++) {
    const from = run.pair.network.now;
    run.pair.network.rebind();
    run.client.send(500);
    run.until(() => run.pair.network.now > from + 8);
  }
  const from = run.pair.network.now;
  run.until(() => transferred(run));
  assert.ok(run.pair.network.now < from + 5000);
});

test("datagrams grow to what the path carries", () => {
  for (const mtu of [1500, 1300, 1229]) {
    const run = established({ link: { mtu } });
    run.client.send(500_000);
    run.until(() => transferred(run));
    const { datagramBytes } = run.pair.connection.stats();
    assert.ok(datagramBytes + 28 <= mtu && datagramBytes + 28 > Math.min(mtu, 1480) - 17, `${datagramBytes} of ${mtu}`);
  }
});

test("a path that shrinks under the connection is noticed", () => {
  const run = established();
  run.client.send(200_000);
  run.until(() => run.pair.connection.stats().datagramBytes > 1400);
  run.pair.network.setMtu(1250);
  run.client.send(300_000);
  run.until(() => transferred(run));
  assert.equal(run.pair.connection.stats().datagramBytes, 1200);
});

test("unreliable datagrams arrive where they are wanted, and are refused where not", () => {
  const run = established({ client: { datagramFrameBytesMax: 1000 }, server: { datagramFrameBytesMax: 1000 } });
  assert.equal(run.pair.connection.sendDatagram(toUtf8("now or never")), true);
  assert.equal(run.pair.connection.sendDatagram(new Uint8Array(1000)), false);
  run.until(() => has(run.server, "datagram"));
  assert.deepEqual(run.server.connection.readDatagram(), toUtf8("now or never"));
  assert.equal(established().pair.connection.sendDatagram(toUtf8("no")), false);
});

test("a TLS alert closes both ends with its number", () => {
  const run = start({ serverTls: { alert: 40 } });
  run.until(() => run.ends.client.closed !== undefined);
  assert.deepEqual(run.ends.client.closed?.end, {
    kind: "transport",
    by: "peer",
    code: 0x128,
    reason: "the TLS handshake failed",
  });
});

test("a peer without transport parameters is refused", () => {
  const run = start({ serverTls: { omitTransportParameters: true } });
  run.until(() => run.ends.client.closed !== undefined);
  assert.equal(run.ends.client.closed?.end.code, 0x16d);
});

test("the application's code and reason reach the peer, and both ends forget the connection", () => {
  const run = established();
  run.pair.connection.close(run.pair.network.now, 42, "enough");
  run.until(() => run.server.closed !== undefined);
  assert.deepEqual(run.server.closed?.end, { kind: "application", by: "peer", code: 42, reason: "enough" });
  run.until(() => run.pair.client.connectionCount + run.pair.server.connectionCount === 0);
  assert.equal(run.pair.client.idCount + run.pair.server.idCount, 0);
});

test("a server that has forgotten everything says so", () => {
  const run = established();
  const forgetful = new Pair({ seed: 1 });
  // The same seed gives the same reset key; nothing else is left.
  run.pair.network.replaceServer(forgetful.server);
  run.pair.connection.ping();
  run.until(() => run.client.closed !== undefined);
  assert.equal(run.client.closed?.end.kind, "stateless-reset");
});

test("silence ends a connection, and keep-alive prevents it", () => {
  const silent = established({ client: { idleTimeoutMs: 5000 } });
  silent.until(() => silent.client.closed !== undefined, 20_000);
  assert.equal(silent.client.closed?.end.kind, "idle-timeout");

  const alive = established({ client: { idleTimeoutMs: 5000, keepAliveMs: 1000 } });
  assert.equal(
    alive.pair.network.run(() => alive.client.closed !== undefined, alive.pair.network.now + 60_000),
    false,
  );
});

test("a server that never answers is given up", () => {
  const run = start({ link: { loss: 1 }, client: { handshakeTimeoutMs: 3000 } });
  run.until(() => run.ends.client.closed !== undefined, 4000);
  assert.equal(run.ends.client.closed?.end.reason, "the handshake takes too long");
});

test("a server that has been stopped refuses clients", () => {
  const run = start();
  run.pair.server.stop();
  run.until(() => run.ends.client.closed !== undefined);
  assert.equal(run.ends.client.closed?.end.code, 2);
});

test("a client that goes silent after its first datagram gets three times as much, and no more", () => {
  const run = start();
  run.pair.network.flush();
  run.pair.network.run(() => run.pair.network.counted.received >= 2400, 1000);
  run.pair.network.blackHoleFrom("client", 100_000);
  run.pair.network.run(() => false, 60_000);
  const { received, sent } = run.pair.network.counted;
  assert.ok(sent > received && sent <= 3 * received, `${sent} for ${received}`);
});

test("a reader that does not read stops the writer, and goes on where it stopped", () => {
  const run = established();
  run.server.paused = true;
  run.client.send(3_000_000, true);
  run.pair.network.run(() => false, run.pair.network.now + 5000);
  const { streamBytesReceived } = run.server.connection.stats();
  assert.ok(streamBytesReceived > 0 && streamBytesReceived <= 256 * 1024, `${streamBytesReceived} bytes`);
  run.server.paused = false;
  run.until(() => transferred(run));
  assert.equal(run.server.reading, 3_000_000);
});

test("more streams than the peer allows wait until others have ended", () => {
  const run = established({ server: { streamsMax: 3 } });
  for (let stream = 0; stream < 20; stream++) run.client.send(2000);
  run.until(() => transferred(run));
  assert.ok(has(run.client, "streams-available"));
  assert.equal(run.client.reading, 40_000);
});

test("a reset stream reads as reset, and a stopped one is reset by its writer", () => {
  const run = established();
  const { connection } = run.client;
  const reset = connection.openStream({ unidirectional: true });
  const stopped = connection.openStream({ unidirectional: true });
  assert.ok(reset !== undefined && stopped !== undefined);
  connection.write(reset, new Uint8Array(5000));
  connection.reset(reset, 77);
  run.server.paused = true;
  connection.write(stopped, new Uint8Array(60_000));
  run.until(() => run.server.incoming.size === 2);
  run.server.connection.stopSending(stopped, 78);
  run.server.paused = false;
  run.until(() => run.server.incoming.get(reset)?.resetCode === 77 && has(run.client, "stream-stopped"));
  const event = run.client.events.find(({ kind }) => kind === "stream-stopped");
  assert.deepEqual(event, { kind: "stream-stopped", streamId: stopped, code: 78 });
  assert.equal(connection.write(stopped, new Uint8Array(1)), undefined);
});

test("both ends export the same keys until TLS is released", () => {
  const run = established();
  const options = { label: "test", context: toUtf8("context"), length: 32 };
  assert.deepEqual(run.pair.connection.exportKey(options), run.server.connection.exportKey(options));
  run.pair.connection.releaseTls();
  assert.throws(() => run.pair.connection.exportKey(options), RangeError);
});

test("the qlog of a connection is lines of JSON that begin with its trace", () => {
  const lines: string[] = [];
  const run = established({ qlog: (line) => lines.push(line) });
  run.client.send(10_000);
  run.until(() => transferred(run));
  const parsed = lines.map((line): unknown => JSON.parse(line));
  assert.match(lines[0] ?? "", /"qlog_format":"JSON-SEQ"/);
  assert.ok(parsed.length > 20);
  for (const name of ["transport:packet_sent", "transport:packet_received", "recovery:metrics_updated"]) {
    assert.ok(
      lines.some((line) => line.includes(`"name":"${name}"`)),
      name,
    );
  }
});

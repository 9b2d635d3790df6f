import assert from "node:assert/strict";
import { test } from "node:test";
import { equalBytes } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import { methods } from "@quicprochat/protocol";
import { Registered } from "../../test/registered.ts";
import { verified } from "../../test/small-server.ts";
import { until } from "../../test/until.ts";
import { connect } from "./connect.ts";
import type { LinkEvent } from "./links.ts";
import { OnDemandLink } from "./on-demand-link.ts";

const states = (events: readonly LinkEvent[]): string[] =>
  events.flatMap((event) => (event.kind === "connection" ? [event.state] : []));

const wakes = (events: readonly LinkEvent[]): string[] =>
  events.flatMap((event) => (event.kind === "wake" ? [event.source.kind] : []));

const enqueue = { items: [], body: new Uint8Array(0) };

test("a device comes online with one connection for each class, and hears of both its sources", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  const before = server.visits.length;
  const { links, events } = registered.links();
  await using _links = links;
  links.start();
  await links.online();
  assert.deepEqual(states(events), ["connecting", "online"]);
  assert.deepEqual(wakes(events).toSorted(), ["door", "mailbox"]);
  const { connected, keyExchange, problem } = links.status();
  assert.deepEqual({ connected, problem }, { connected: true, problem: undefined });
  assert.equal(typeof keyExchange, "string");
  const visits = server.visits.slice(before);
  assert.deepEqual(
    visits.map(({ calls }) => calls).toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1)),
    [
      ["hello", "mailbox.attach", "mailbox.subscribe"],
      ["hello", "session.open", "door.subscribe"],
    ],
  );
});

test("a door and a mailbox that the server does not know are made", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  server.doors.clear();
  server.mailboxes.clear();
  const { links } = registered.links();
  await using _links = links;
  links.start();
  await links.online();
  assert.deepEqual([server.doors.size, server.mailboxes.size], [1, 1]);
});

test("pushes are heard as wakes", async () => {
  using registered = await Registered.start();
  const { server, account } = registered;
  const { links, events } = registered.links();
  await using _links = links;
  links.start();
  await links.online();
  events.length = 0;
  await server.wakeMailbox(random(32));
  await server.wakeDoor();
  await server.wakeMailbox(account.mailbox.address);
  await until(() => events.length === 2);
  assert.deepEqual(wakes(events).toSorted(), ["door", "mailbox"]);
  const [woken] = events.flatMap((event) => (event.kind === "wake" && event.source.kind === "mailbox" ? [event] : []));
  assert.deepEqual(woken?.source, { kind: "mailbox", address: account.mailbox.address });
});

test("after the server went away the device comes back, and looks at both sources again", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  const { links, events } = registered.links();
  await using _links = links;
  links.start();
  await links.online();
  events.length = 0;
  server.endAll();
  await until(() => !links.status().connected);
  await links.online();
  assert.deepEqual(wakes(events).toSorted(), ["door", "mailbox"]);
  assert.equal(states(events).at(-1), "online");
});

test("while nobody answers the device is offline and says why; when asked it tries at once", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  server.reachable = false;
  const { links, events } = registered.links();
  await using _links = links;
  links.start();
  await until(() => states(events).includes("offline"));
  const offline = events.find((event) => event.kind === "connection" && event.state === "offline");
  assert.ok(offline?.kind === "connection" && offline.reason?.code === "unreachable" && offline.reason.exitCode === 3);
  const failure = { code: "unreachable", exitCode: 3, message: "Nobody answers." };
  await until(() => server.dials >= 4);
  await assert.rejects(links.call("account", methods.doorFetch, { limit: 1 }), failure);
  await assert.rejects(links.call("send", methods.enqueue, enqueue), failure);
  await assert.rejects(
    links.errand((call) => call(methods.slotGet, {})),
    failure,
  );
  await assert.rejects(links.online(AbortSignal.timeout(10)), failure);
  server.reachable = true;
  const online = links.online();
  while (!links.status().connected) {
    links.retryNow();
    await until(() => true);
  }
  await online;
});

test("before it was started there is no connection, and none is made", async () => {
  using registered = await Registered.start();
  const { links } = registered.links();
  await using _links = links;
  const dials = registered.server.dials;
  await assert.rejects(links.call("receive", methods.mailboxFetch, { limit: 1 }), { code: "unreachable" });
  assert.equal(registered.server.dials, dials);
});

test("another server than the pinned one stops the device for good, with the command that accepts it", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  server.server = verified();
  const { links, events } = registered.links();
  await using _links = links;
  links.start();
  const failure = { code: "server_changed", exitCode: 4, message: /qpc server-accept/ };
  await assert.rejects(links.online(), failure);
  await assert.rejects(links.call("account", methods.doorFetch, { limit: 1 }), failure);
  await assert.rejects(links.call("send", methods.enqueue, enqueue), failure);
  assert.equal(states(events).at(-1), "offline");
  const { dials } = server;
  links.retryNow();
  await assert.rejects(links.online(), failure);
  assert.equal(server.dials, dials);
});

test("a device that was revoked stops", async () => {
  using registered = await Registered.start();
  registered.server.accounts.clear();
  const { links } = registered.links();
  await using _links = links;
  links.start();
  await assert.rejects(links.online(), { code: "no_session", message: /revoked/ });
});

test("a server that is busy is tried again", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  server.refusals.set("session.open", "unavailable");
  const { links } = registered.links();
  await using _links = links;
  links.start();
  await until(() => links.status().problem?.code === "unavailable");
  server.refusals.clear();
  links.retryNow();
  await links.online();
});

test("a clock that is off is told once, and a day off it stops", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  server.clockOffsetMs = 11 * 60_000;
  {
    const { links, events } = registered.links();
    await using _links = links;
    links.start();
    await links.online();
    await links.call("send", methods.enqueue, enqueue);
    const notices = events.filter(({ kind }) => kind === "notice");
    assert.equal(notices.length, 1);
    assert.ok(Math.abs(links.status().clockSkewMs - 11 * 60_000) < 60_000);
  }
  server.clockOffsetMs = -25 * 3_600_000;
  const { links } = registered.links();
  await using _links = links;
  links.start();
  await assert.rejects(links.online(), { code: "clock_wrong", message: /25 hours apart/ });
  await assert.rejects(links.call("send", methods.enqueue, enqueue), { code: "clock_wrong" });
});

test("a server of another version says so", async () => {
  using registered = await Registered.start();
  registered.server.refusals.set("hello", "unknown_method");
  const { links } = registered.links();
  await using _links = links;
  links.start();
  await assert.rejects(links.online(), { code: "version_mismatch", message: /update/i });
});

test("sending opens one connection for all who send, and keeps it", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  const { links } = registered.links();
  await using _links = links;
  const before = server.visits.length;
  await Promise.all([1, 2, 3].map(() => links.call("send", methods.enqueue, enqueue)));
  await links.call("send", methods.enqueue, enqueue);
  const visits = server.visits.slice(before);
  assert.deepEqual(
    visits.map(({ kind, calls }) => [kind, calls.length]),
    [["send", 5]],
  );
  server.endAll();
  await until(() => server.visits.every(({ open }) => !open));
  await links.call("send", methods.enqueue, enqueue);
  assert.equal(server.visits.length, before + 2);
});

test("a sending connection that nobody uses is closed, and made again for the next", async () => {
  using registered = await Registered.start();
  const { server, account } = registered;
  const before = server.visits.length;
  await using link = new OnDemandLink({
    connect: (signal) =>
      connect({ ...account.server, dial: server.dial, pin: null, connectionClass: "send", now: Date.now, signal }),
    random,
    idleMs: [1, 5],
  });
  await link.call(methods.enqueue, enqueue);
  await until(() => server.visits.slice(before).every(({ open }) => !open));
  await link.call(methods.enqueue, enqueue);
  assert.equal(server.visits.length, before + 2);
});

test("an errand has a connection of its own, which ends with it", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  const { links } = registered.links();
  await using _links = links;
  const before = server.visits.length;
  const twice = await links.errand(async (call) => [await call(methods.slotGet, {}), await call(methods.slotGet, {})]);
  assert.equal(twice.length, 2);
  await assert.rejects(
    links.errand(async () => {
      throw new Error("on purpose");
    }),
    /on purpose/,
  );
  await until(() => server.visits.slice(before).every(({ open }) => !open));
  assert.deepEqual(
    server.visits.slice(before).map(({ kind }) => kind),
    ["errand", "errand"],
  );
});

test("whoever gives up waits no longer, and hears their own reason", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  const { links } = registered.links();
  await using _links = links;
  const reason = new Error("given up");
  const signal = AbortSignal.abort(reason);
  await assert.rejects(links.call("send", methods.enqueue, enqueue, { signal }), reason);
  await assert.rejects(
    links.errand((call) => call(methods.slotGet, {}), { signal }),
    reason,
  );
  const controller = new AbortController();
  server.fault = (at) => {
    if (at === "before slot.get") controller.abort(reason);
  };
  await assert.rejects(
    links.errand((call) => call(methods.slotGet, {}), { signal: controller.signal }),
    reason,
  );
  await assert.rejects(links.online(signal), reason);
});

test("what the server newly shows is handed out to be stored, once", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  const seen: number[] = [];
  const { links } = registered.links({ onServer: ({ counter }) => seen.push(counter) });
  await using _links = links;
  links.start();
  await links.online();
  assert.deepEqual(seen, []);
  server.server = { ...server.server, counter: 5, statementKey: random(32) };
  await links.call("send", methods.enqueue, enqueue);
  assert.deepEqual(seen, [5]);
  assert.ok(equalBytes(links.status().server.statementKey, server.server.statementKey));
});

test("once closed, all connections have ended and nothing more is heard", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  const { links, events } = registered.links();
  links.start();
  await links.online();
  await links.call("send", methods.enqueue, enqueue);
  const heard = events.length;
  await links[Symbol.asyncDispose]();
  await until(() => server.visits.every(({ open }) => !open));
  assert.equal(events.length, heard);
  const { dials } = server;
  await assert.rejects(links.call("account", methods.doorFetch, { limit: 1 }), { code: "unreachable" });
  assert.equal(server.dials, dials);
});

test("closing while an attempt is under way ends it", async () => {
  using registered = await Registered.start();
  const { links } = registered.links();
  links.start();
  await links[Symbol.asyncDispose]();
  await until(() => registered.server.visits.every(({ open }) => !open));
});

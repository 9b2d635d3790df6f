import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { toBase64Url, toHex } from "@quicprochat/bytes";
import { methods } from "@quicprochat/protocol";
import { call } from "@quicprochat/rpc";
import { needsProgram } from "../../../../scripts/needs.ts";
import { Hosted } from "../../test/hosted.ts";
import { openMailbox, Person } from "../../test/person.ts";
import { refused } from "../../test/refused.ts";
import { bytes } from "../../test/store-conformance/samples.ts";

const metricsAt = { host: "127.0.0.1", port: 0 };

async function read(hosted: Hosted): Promise<string> {
  const { metrics } = hosted.running;
  assert.ok(metrics !== null);
  return (await fetch(metrics)).text();
}

const valueOf = (text: string, series: string): number => {
  const line = text.split("\n").find((one) => one.startsWith(`${series} `));
  return Number(line?.split(" ")[1] ?? "NaN");
};

test("a scripted day is counted under the names that operators know", async () => {
  await using hosted = await Hosted.start({ metricsAt });
  const { person, account } = await Person.join(hosted, "alice");
  await person.session();
  await assert.rejects(person.session(Person.newDevice()), refused("no_session"));
  await call(account, methods.keyPackagePublish, {
    cipherSuite: 0x4d,
    keyPackages: [bytes(50)],
    lastResort: bytes(50),
  });
  const { address, receive } = await openMailbox(hosted);
  const send = await hosted.connect("send");
  const items = [address, bytes(32)].map((to) => ({ id: bytes(16), address: to }));
  await call(send, methods.enqueue, { items, body: bytes(1_024) });
  await call(receive, methods.mailboxSubscribe, { address });
  await call(receive, methods.mailboxFetch, { address, limit: 1 });
  await assert.rejects(call(send, methods.lookUp, { username: "alice" }), refused("wrong_class"));

  const text = await read(hosted);
  const expected: readonly (readonly [string, number])[] = [
    ['enqueue_total{outcome="stored"}', 1],
    ['enqueue_total{outcome="mailbox_unknown"}', 1],
    ["enqueue_bytes_total", 1_024],
    ["fetch_total", 1],
    ["fetch_wait_total", 1],
    ["key_package_upload_total", 2],
    ['auth_login_success_total{kind="password"}', 1],
    ['auth_login_success_total{kind="device"}', 1],
    ['auth_login_failure_total{kind="device"}', 1],
    ['call_total{method="account.look-up",outcome="wrong_class"}', 1],
    ['call_seconds_count{method="enqueue"}', 1],
    ["delivery_queue_depth", 1],
    ["connections", 5],
    ["subscriptions", 1],
  ];
  for (const [series, value] of expected) assert.equal(valueOf(text, series), value, series);
  assert.ok(valueOf(text, "store_seconds_count") > 10);
  assert.ok(valueOf(text, "process_resident_memory_bytes") > 1e6);
});

test("limits that were hit are counted by kind", async () => {
  await using hosted = await Hosted.start({ metricsAt, limits: { callsPerSecondPerConnection: 2 }, now: () => 1e12 });
  const send = await hosted.connect("send");
  const hello = () => call(send, methods.hello, { version: 1, class: 3 });
  await hello();
  await assert.rejects(hello(), refused("rate_limited"));
  assert.equal(valueOf(await read(hosted), 'rate_limit_hit_total{kind="connection"}'), 1);
});

test("no label and no value tells an account, a mailbox, an address or a token", async () => {
  await using hosted = await Hosted.start({ metricsAt });
  const { person, account } = await Person.join(hosted, "alice.smith");
  const { address, receive, reader } = await openMailbox(hosted);
  await call(receive, methods.mailboxFetch, { address, limit: 1 });
  await call(account, methods.doorPut, { address: bytes(32), open: true });
  const text = await read(hosted);
  const labels = [...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label);
  assert.ok(labels.length > 20);
  assert.deepEqual(new Set(labels), new Set(["kind", "le", "method", "outcome"]));
  const names = new Set([...Object.values(methods).map(({ name }) => name), "unknown"]);
  for (const [, method = ""] of text.matchAll(/method="([^"]*)"/g)) assert.ok(names.has(method), method);
  for (const secret of [address, reader.publicKey, person.device.id]) {
    for (const encoded of [toHex(secret), toBase64Url(secret)]) assert.ok(!text.includes(encoded));
  }
  for (const word of ["alice", "client"]) assert.ok(!text.includes(word), word);
});

test("metrics are off unless asked for, and only their own path is served", async () => {
  await using quiet = await Hosted.start();
  assert.equal(quiet.running.metrics, null);
  await using hosted = await Hosted.start({ metricsAt });
  const { metrics } = hosted.running;
  assert.match(metrics ?? "", /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  for (const path of ["/", "/metrics/x", "/metrics?x"]) {
    assert.equal((await fetch(new URL(path, metrics ?? ""))).status, 404, path);
  }
  assert.equal((await fetch(metrics ?? "", { method: "POST" })).status, 404);
  const port = Number(new URL(metrics ?? "").port);
  const taken = { code: "metrics_unusable", message: /another program uses that port.*--metrics/ };
  await assert.rejects(Hosted.start({ metricsAt: { host: "127.0.0.1", port } }), taken);
});

test("dashboard and alerts ask for figures that there are", async () => {
  await using hosted = await Hosted.start({ metricsAt });
  const text = await read(hosted);
  const known = new Set([...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name));
  const folder = fileURLToPath(new URL("../../../../deploy/prometheus", import.meta.url));
  const asked = readdirSync(folder).flatMap((name) => {
    const words = readFileSync(`${folder}/${name}`, "utf8").match(/\b[a-z]+(?:_[a-z]+)+\b(?=[{[ )])/g) ?? [];
    return words.map((word) => word.replace(/_(bucket|sum|count)$/, ""));
  });
  const figures = asked.filter((word) => /_(total|seconds|depth|bytes)$/.test(word));
  assert.ok(figures.length > 10);
  for (const figure of figures) assert.ok(known.has(figure), figure);
});

test("promtool takes the figures and the alerts", { skip: needsProgram("promtool") }, async () => {
  await using hosted = await Hosted.start({ metricsAt });
  const figures = spawnSync("promtool", ["check", "metrics"], { input: await read(hosted), encoding: "utf8" });
  assert.equal(figures.status, 0, figures.stderr);
  const alerts = fileURLToPath(new URL("../../../../deploy/prometheus/alerts.yml", import.meta.url));
  const rules = spawnSync("promtool", ["check", "rules", alerts], { encoding: "utf8" });
  assert.equal(rules.status, 0, rules.stderr);
});

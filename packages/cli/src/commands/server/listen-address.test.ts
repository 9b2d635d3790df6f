import assert from "node:assert/strict";
import { test } from "node:test";
import { advertisedHost, defaultListen, parseListen, parseMetrics } from "./listen-address.ts";

test("an address is a host and a port, and either may be left to us", () => {
  assert.deepEqual(parseListen(undefined), defaultListen);
  assert.deepEqual(parseListen("127.0.0.1:0"), { host: "127.0.0.1", port: 0 });
  assert.deepEqual(parseListen("[::]:5001"), { host: "::", port: 5001 });
  assert.deepEqual(parseListen(":6000"), { host: "0.0.0.0", port: 6000 });
  assert.deepEqual(parseListen("chat.example:65535"), { host: "chat.example", port: 65_535 });
});

test("what is no address is wrong usage, with an example", () => {
  for (const text of ["", "5001", "host", "host:", "host:65536", "::1:5001", "[::1]", "host:port", "a:b:1"]) {
    assert.throws(() => parseListen(text), { code: "usage", message: /0\.0\.0\.0:5001/ }, text);
  }
});

const address = (value: string, family: "IPv4" | "IPv6", internal = false) => ({
  address: value,
  family,
  internal,
  netmask: "",
  mac: "",
  cidr: null,
  scopeid: 0,
});

test("a server on all addresses advertises one that others can reach", () => {
  const interfaces = {
    lo: [address("127.0.0.1", "IPv4", true), address("::1", "IPv6", true)],
    eth: [address("fe80::1", "IPv6"), address("169.254.3.3", "IPv4"), address("2001:db8::7", "IPv6")],
    wlan: [address("192.0.2.5", "IPv4")],
  };
  assert.equal(advertisedHost({ host: "0.0.0.0", port: 1 }, interfaces), "192.0.2.5");
  assert.equal(advertisedHost({ host: "::", port: 1 }, interfaces), "192.0.2.5");
  assert.equal(advertisedHost({ host: "::", port: 1 }, { eth: interfaces.eth }), "2001:db8::7");
  assert.equal(advertisedHost({ host: "0.0.0.0", port: 1 }, { lo: interfaces.lo }), "127.0.0.1");
  assert.equal(advertisedHost({ host: "::", port: 1 }, { lo: interfaces.lo }), "::1");
});

test("a server on one address advertises that one itself", () => {
  assert.equal(advertisedHost({ host: "192.0.2.9", port: 1 }), undefined);
});

test("metrics are off unless asked for, and for this machine alone unless a host is named", () => {
  assert.equal(parseMetrics(undefined), undefined);
  assert.deepEqual(parseMetrics(":9464"), { host: "127.0.0.1", port: 9464 });
  assert.deepEqual(parseMetrics("[::1]:0"), { host: "::1", port: 0 });
  for (const text of ["9464", "host:99999", "::"]) {
    assert.throws(() => parseMetrics(text), { code: "usage", message: /--metrics needs HOST:PORT/ });
  }
});

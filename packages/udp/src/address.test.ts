import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatAddress, parseAddress } from "./address.ts";
import { SocketAddresses } from "./linux/socket-address.ts";

const port = fc.nat(0xffff);

test("an address survives text and sockaddr in either family", () => {
  const four = fc.ipV4();
  fc.assert(
    fc.property(four, port, (host, number) => {
      const text = formatAddress({ host, port: number });
      assert.deepEqual(parseAddress(text), { host, port: number });
      for (const family of [4, 6] as const) assert.equal(throughSockaddr(family, text), text);
    }),
  );
  fc.assert(
    fc.property(fc.ipV6(), port, (host, number) => {
      const text = formatAddress({ host, port: number });
      assert.equal(throughSockaddr(6, text), text);
      assert.equal(formatAddress(parseAddress(text)), text);
    }),
  );
});

function throughSockaddr(family: 4 | 6, text: string): string | undefined {
  const addresses = new SocketAddresses(family);
  const encoded = addresses.encode(text);
  if (encoded === undefined) return undefined;
  const memory = new Uint8Array(40);
  memory.set(encoded.sockaddr, 8);
  const view = new DataView(memory.buffer);
  assert.equal(addresses.decode(view, 8), addresses.decode(view, 8));
  return addresses.decode(view, 8);
}

test("one peer has one text", () => {
  assert.equal(formatAddress({ host: "2001:DB8:0:0:0:0:0:1", port: 1 }), "[2001:db8::1]:1");
  assert.equal(formatAddress({ host: "::ffff:192.0.2.1", port: 1 }), "192.0.2.1:1");
  assert.equal(throughSockaddr(6, "[fe80::1%3]:9"), "[fe80::1%3]:9");
});

test("an IPv4 socket reaches no IPv6 address", () => {
  assert.equal(new SocketAddresses(4).encode("[::1]:1"), undefined);
});

test("what is no address with a port is refused", () => {
  for (const text of [
    "",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "localhost:1",
    "::1:1",
    "[127.0.0.1]:1",
    "[::1]",
  ]) {
    assert.throws(() => parseAddress(text), TypeError);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { AddressBook, addressText, rawAddress } from "./peer-address.ts";

test("addresses as Node writes them become their bytes", () => {
  const cases: readonly [string, string][] = [
    ["127.0.0.1", "7f000001"],
    ["::1", "00000000000000000000000000000001"],
    ["::", "00000000000000000000000000000000"],
    ["2001:db8::5:1", "20010db8000000000000000000050001"],
    ["fe80::1%eth0", "fe800000000000000000000000000001"],
    ["::ffff:10.1.2.3", "00000000000000000000ffff0a010203"],
    ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
  ];
  for (const [text, hex] of cases) assert.equal(rawAddress(text).toString("hex"), hex, text);
});

test("addresses are written so that a port can stand behind them", () => {
  assert.equal(addressText({ address: "10.1.2.3", port: 5 }), "10.1.2.3:5");
  assert.equal(addressText({ address: "::1", port: 5 }), "[::1]:5");
  assert.equal(addressText({ address: "::ffff:10.1.2.3", port: 5 }), "10.1.2.3:5");
});

test("a native address is made once for each peer", () => {
  using book = new AddressBook();
  const one = book.native({ address: "127.0.0.1", port: 5001 });
  assert.equal(book.native({ address: "127.0.0.1", port: 5001 }), one);
  assert.notEqual(book.native({ address: "127.0.0.1", port: 5002 }), one);
  assert.notEqual(book.native({ address: "::1", port: 5001 }), one);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes } from "@quicprochat/bytes";
import { SessionTickets } from "./session-tickets.ts";
import { TransportError } from "./transport-error.ts";

const message = (type: number, length: number): Uint8Array =>
  concatBytes(Uint8Array.of(type, length >>> 16, (length >>> 8) & 0xff, length & 0xff), new Uint8Array(length).fill(9));

test("session tickets are skipped in whatever pieces they come", () => {
  const wire = concatBytes(message(4, 300), message(4, 0), message(4, 70));
  for (const piece of [1, 3, 7, 1000]) {
    const tickets = new SessionTickets();
    for (let at = 0; at < wire.length; at += piece) tickets.skip(wire.subarray(at, at + piece));
    assert.throws(() => tickets.skip(message(24, 1)), TransportError);
  }
});

test("tickets without end are refused", () => {
  const tickets = new SessionTickets();
  assert.throws(() => {
    for (let count = 0; count < 1000; count++) tickets.skip(message(4, 1000));
  }, TransportError);
});

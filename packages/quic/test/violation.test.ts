import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, fromHex } from "@quicprochat/bytes";
import { nullCipherProvider } from "./null-ciphers.ts";
import { Pair } from "./pair.ts";
import { type Application, applications } from "./transfer.ts";

/** A server with a confirmed connection, and packets that its client never wrote. */
function victim() {
  const config = { ciphers: nullCipherProvider, greaseFixedBit: false };
  const pair = new Pair({ client: config, server: config });
  const ends = applications(pair);
  let last: Uint8Array = new Uint8Array(0);
  pair.network.onSend = (from, bytes) => {
    if (from === "client" && (bytes[0] ?? 0) < 0x80) last = bytes.slice(0, 11);
  };
  ends.client.send(10, true);
  const ready = (): boolean =>
    ends.server?.isDone === true && ends.server.events.some(({ kind }) => kind === "confirmed");
  assert.ok(pair.network.run(() => ready() && last.length > 0, 5000));
  const { server } = ends;
  assert.ok(server !== undefined);
  const send = (payload: Uint8Array, firstByte = 0x43): void => {
    // Far ahead of what the client has sent, so that nothing is a duplicate; four bytes of packet number.
    const header = concatBytes(Uint8Array.of(firstByte), last.subarray(1, 9), Uint8Array.of(0, 0, 0x20, 0x01));
    const address = { local: "192.0.2.1:443", remote: "198.51.100.7:5000" };
    pair.server.receive(pair.network.now, concatBytes(header, payload, new Uint8Array(16)), { address });
  };
  return { pair, server, send };
}

function codeOf(server: Application): number | undefined {
  server.step();
  const end = server.closed?.end;
  return end?.kind === "transport" && end.by === "local" ? end.code : undefined;
}

const ids = [1, 2, 3, 4, 5].map((sequence) => {
  const id = new Uint8Array(8).fill(sequence);
  return concatBytes(Uint8Array.of(0x18, sequence, 0, 8), id, new Uint8Array(16).fill(sequence));
});

const violations: readonly { readonly what: string; readonly frames: Uint8Array; readonly code: number }[] = [
  { what: "stream data beyond the window", frames: fromHex("0e0080ffffff0161"), code: 0x03 },
  { what: "a stream beyond the limit", frames: fromHex("0a41940161"), code: 0x04 },
  { what: "a stream of ours that we never opened", frames: fromHex("0a010161"), code: 0x05 },
  { what: "credit for a stream that only the peer sends on", frames: fromHex("110205"), code: 0x05 },
  { what: "an end before bytes that have come", frames: fromHex("0a000261620b000161"), code: 0x06 },
  { what: "a reset at another size than the end", frames: fromHex("0b0002616204000001"), code: 0x06 },
  { what: "an unknown frame", frames: fromHex("21"), code: 0x07 },
  { what: "a frame that is cut off", frames: fromHex("0a000961"), code: 0x07 },
  { what: "more connection ids than allowed", frames: concatBytes(...ids), code: 0x09 },
  { what: "a packet without frames", frames: new Uint8Array(0), code: 0x0a },
  { what: "HANDSHAKE_DONE from a client", frames: fromHex("1e"), code: 0x0a },
  { what: "NEW_TOKEN from a client", frames: fromHex("070101"), code: 0x0a },
  { what: "an ACK of what was never sent", frames: fromHex("0280ffffff000000"), code: 0x0a },
  { what: "retirement of an id that was never given", frames: fromHex("1920"), code: 0x0a },
  { what: "an unreliable datagram that nobody asked for", frames: fromHex("3000"), code: 0x0a },
  { what: "a TLS message behind the handshake", frames: fromHex("0600050400000100"), code: 0x10a },
];

for (const { what, frames, code } of violations) {
  test(`${what} closes the connection with 0x${code.toString(16)}`, () => {
    const { server, send } = victim();
    send(frames);
    assert.equal(codeOf(server), code);
  });
}

test("reserved bits close the connection once the packet is authentic", () => {
  const { server, send } = victim();
  send(fromHex("01"), 0x5b);
  assert.equal(codeOf(server), 0x0a);
});

test("a packet that says nothing wrong changes nothing", () => {
  const { server, send } = victim();
  send(fromHex("01"));
  send(fromHex("01"));
  assert.equal(codeOf(server), undefined);
  assert.equal(server.closed, undefined);
});

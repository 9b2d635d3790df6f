import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError } from "@quicprochat/bytes";
import fc from "fast-check";
import { readLongHeader, writeLongHeader } from "./packet-header.ts";
import { PacketWriter } from "./packet-writer.ts";
import { writeVarint2 } from "./varint.ts";
import { Version } from "./version.ts";
import { encodeVersionNegotiation, readVersionNegotiation } from "./version-negotiation.ts";

const connectionId = fc.uint8Array({ maxLength: 20 });

test("long headers read as they were written, in both versions", () => {
  const fields = fc.record({
    type: fc.constantFrom("initial", "handshake", "zero-rtt"),
    version: fc.constantFrom(Version.one, Version.two),
    destination: connectionId,
    source: connectionId,
    token: fc.uint8Array({ maxLength: 100 }),
  });
  fc.assert(
    fc.property(fields, fc.integer({ min: 4, max: 900 }), (given, payload) => {
      const writer = new PacketWriter(new Uint8Array(1500));
      const lengthAt = writeLongHeader(writer, given, 2);
      writeVarint2(writer.bytes, lengthAt, payload);
      const header = readLongHeader(writer.bytes.subarray(0, writer.at + payload), 0);
      assert.equal(header.type, given.type);
      assert.equal(header.version, given.version);
      assert.deepEqual(header.destination, given.destination);
      assert.deepEqual(header.source, given.source);
      assert.deepEqual(header.token, given.type === "initial" ? given.token : new Uint8Array(0));
      assert.equal(header.packetNumberAt, writer.at);
      assert.equal(header.end, writer.at + payload);
    }),
  );
});

test("version negotiation reads as it was written", () => {
  const versions = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 10 });
  fc.assert(
    fc.property(connectionId, connectionId, versions, (destination, source, list) => {
      const packet = { destination, source, versions: list };
      assert.deepEqual(readVersionNegotiation(encodeVersionNegotiation(packet, 0x55)), packet);
    }),
  );
});

test("random bytes yield headers or a DecodeError, nothing else", () => {
  const version = fc.constantFrom([0, 0, 0, 1], [0x6b, 0x33, 0x43, 0xcf], [0, 0, 0, 0], [9, 9, 9, 9]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 255 }), version, fc.uint8Array({ maxLength: 80 }), (first, bytes, rest) => {
      const datagram = Uint8Array.of(first, ...bytes, ...rest);
      for (const read of [() => readLongHeader(datagram, 0), () => readVersionNegotiation(datagram)]) {
        try {
          read();
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }
    }),
    { numRuns: 3000 },
  );
});

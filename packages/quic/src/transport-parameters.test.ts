import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError, fromHex } from "@quicprochat/bytes";
import fc from "fast-check";
import {
  decodeTransportParameters,
  defaultTransportParameters,
  encodeTransportParameters,
  type TransportParameters,
} from "./transport-parameters.ts";

const size = fc.maxSafeInteger().map(Math.abs);
const connectionId = fc.option(fc.uint8Array({ maxLength: 20 }), { nil: undefined });

const parameters: fc.Arbitrary<TransportParameters> = fc.record({
  originalDestinationConnectionId: connectionId,
  retrySourceConnectionId: connectionId,
  statelessResetToken: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 }), { nil: undefined }),
  initialSourceConnectionId: connectionId,
  maxIdleTimeout: size,
  maxUdpPayloadSize: fc.integer({ min: 1200, max: 70_000 }),
  initialMaxData: size,
  initialMaxStreamDataBidiLocal: size,
  initialMaxStreamDataBidiRemote: size,
  initialMaxStreamDataUni: size,
  initialMaxStreamsBidi: fc.nat(),
  initialMaxStreamsUni: fc.nat(),
  ackDelayExponent: fc.integer({ min: 0, max: 20 }),
  maxAckDelay: fc.integer({ min: 0, max: 16_383 }),
  activeConnectionIdLimit: fc.integer({ min: 2, max: 100 }),
  maxDatagramFrameSize: size,
  disableActiveMigration: fc.boolean(),
  greaseQuicBit: fc.boolean(),
  versionInformation: fc.option(
    fc.record({
      chosen: fc.integer({ min: 1, max: 0xffff_ffff }),
      available: fc.array(fc.integer({ min: 1, max: 0xffff_ffff }), { maxLength: 5 }),
    }),
    { nil: undefined },
  ),
});

/** Without prototypes, which fast-check leaves out. */
const plain = (value: TransportParameters): TransportParameters => ({
  ...value,
  versionInformation: value.versionInformation === undefined ? undefined : { ...value.versionInformation },
});

test("transport parameters read as they were written and write the same bytes again", () => {
  fc.assert(
    fc.property(parameters, (given) => {
      const wire = encodeTransportParameters(given);
      const read = decodeTransportParameters(wire, "server");
      assert.deepEqual(read, plain(given));
      assert.deepEqual(encodeTransportParameters(read), wire);
    }),
  );
});

test("random bytes yield transport parameters or a DecodeError, nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeTransportParameters(bytes, "client");
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});

test("what RFC 9000 section 18.2 forbids is refused", () => {
  for (const wire of [
    "0304403c",
    "0a0115",
    "0b0480004000",
    "0e0101",
    "01010101010a",
    "0c0100",
    "020100",
    "11080000000100000000",
  ]) {
    assert.throws(() => decodeTransportParameters(fromHex(wire), "server"), DecodeError, wire);
  }
  assert.throws(() => decodeTransportParameters(fromHex("0000"), "client"), DecodeError);
  assert.deepEqual(decodeTransportParameters(fromHex("7fff03010203"), "client"), defaultTransportParameters);
});

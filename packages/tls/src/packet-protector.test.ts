import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, fromHex, toHex } from "@quicprochat/bytes";
import { type CipherProvider, CipherSuite, type CipherSuiteId, nodeCipherProvider, Version } from "@quicprochat/quic";
import fc from "fast-check";
import { openSslCipherProvider } from "./packet-protector.ts";

const TAG_BYTES = 16;
const suites = Object.values(CipherSuite);
const secretFor = (suite: CipherSuiteId, byte: number): Uint8Array =>
  new Uint8Array(suite === CipherSuite.aes256GcmSha384 ? 48 : 32).fill(byte);

type Direction = "read" | "write";

const protectorOf = (provider: CipherProvider, suite: CipherSuiteId, direction: Direction, version: Version) =>
  provider.packetProtector({ suite, direction, version, secret: secretFor(suite, 7) });

test("the client's Initial packet of RFC 9001 appendix A.2 comes out", () => {
  const secret = fromHex("c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea");
  const suite = CipherSuite.aes128GcmSha256;
  const header = fromHex("c300000001088394c8f03e5157080000449e00000002");
  const hello = fromHex(
    "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c0" +
      "00000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d00170018001000070005" +
      "04616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559fedba753de171fa71f50f1ce15d43e994ec" +
      "74d748002b0003020304000d0010000e0403050306030203080408050806002d000201010" +
      "01c00024001003900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f" +
      "088394c8f03e51570806048000ffff",
  );
  const payload = concatBytes(hello, new Uint8Array(1162 - hello.length));
  const packet = concatBytes(header, payload, new Uint8Array(TAG_BYTES));
  const protector = openSslCipherProvider.packetProtector({ suite, secret, version: Version.one, direction: "write" });
  protector.seal(2, packet, 0, header.length, header.length + payload.length);
  assert.equal(toHex(packet.subarray(-TAG_BYTES)), "e221af44860018ab0856972e194cd934");
  const mask = new Uint8Array(5);
  protector.headerMask(packet, header.length, mask);
  assert.equal(toHex(mask), "437b9aec36");
  protector.free();
});

test("every suite seals, masks and opens as node:crypto does, also after key updates", () => {
  const given = fc.record({
    suite: fc.constantFrom(...suites),
    version: fc.constantFrom(Version.one, Version.two),
    updates: fc.nat(3),
    packetNumber: fc.nat(2 ** 53 - 1),
    before: fc.uint8Array({ maxLength: 40 }),
    header: fc.uint8Array({ minLength: 1, maxLength: 60 }),
    payload: fc.uint8Array({ minLength: 4, maxLength: 1500 }),
    flipped: fc.nat(),
  });
  fc.assert(
    fc.property(given, ({ suite, version, updates, packetNumber, before, header, payload, flipped }) => {
      const make = (provider: CipherProvider, direction: Direction) => {
        let protector = protectorOf(provider, suite, direction, version);
        for (let update = 0; update < updates; update++) {
          const next = protector.next();
          protector.free();
          protector = next;
        }
        return protector;
      };
      const headerAt = before.length;
      const payloadAt = headerAt + header.length;
      const tagAt = payloadAt + payload.length;
      const ours = concatBytes(before, header, payload, new Uint8Array(TAG_BYTES), before);
      const theirs = ours.slice();
      const sealer = make(openSslCipherProvider, "write");
      const opener = make(openSslCipherProvider, "read");
      const reference = make(nodeCipherProvider, "write");
      sealer.seal(packetNumber, ours, headerAt, payloadAt, tagAt);
      reference.seal(packetNumber, theirs, headerAt, payloadAt, tagAt);
      assert.deepEqual(ours, theirs);

      const mask = new Uint8Array(5);
      const expected = new Uint8Array(5);
      sealer.headerMask(ours, payloadAt + 4, mask);
      reference.headerMask(ours, payloadAt + 4, expected);
      assert.deepEqual(mask, expected);

      const at = headerAt + (flipped % (tagAt + TAG_BYTES - headerAt));
      const changed = ours.map((byte, index) => (index === at ? byte ^ 1 : byte));
      assert.equal(opener.open(packetNumber, changed, headerAt, payloadAt, tagAt), false);
      assert.equal(opener.open(packetNumber, ours, headerAt, payloadAt, tagAt), true);
      assert.deepEqual(ours.subarray(payloadAt, tagAt), payload);
      for (const protector of [sealer, opener, reference]) protector.free();
    }),
    { numRuns: 200 },
  );
});

test("a position outside the buffer is refused before OpenSSL sees it", () => {
  const suite = CipherSuite.aes128GcmSha256;
  const sealer = protectorOf(openSslCipherProvider, suite, "write", Version.one);
  const opener = protectorOf(openSslCipherProvider, suite, "read", Version.one);
  const buffer = new Uint8Array(100);
  for (const [header, payload, end] of [
    [-1, 10, 50],
    [10, 5, 50],
    [0, 60, 50],
    [0, 10, 85],
    [0, Number.NaN, 50],
  ] as const) {
    assert.throws(() => sealer.seal(1, buffer, header, payload, end), RangeError);
    assert.throws(() => opener.open(1, buffer, header, payload, end), RangeError);
  }
  for (const at of [-1, 85, Number.NaN])
    assert.throws(() => sealer.headerMask(buffer, at, new Uint8Array(5)), RangeError);
  const given = new Uint8Array(100);
  structuredClone(given.buffer, { transfer: [given.buffer] });
  assert.throws(() => sealer.seal(1, given, 0, 10, 50), RangeError);
  assert.throws(() => opener.seal(1, buffer, 0, 10, 50));
  assert.throws(() => sealer.open(1, buffer, 0, 10, 50));
});

test("freed keys protect nothing, and the next ones go on with the shared header key", () => {
  for (const suite of suites) {
    const first = protectorOf(openSslCipherProvider, suite, "write", Version.one);
    const second = first.next();
    const mask = new Uint8Array(5);
    const expected = new Uint8Array(5);
    first.headerMask(new Uint8Array(16), 0, expected);
    first.free();
    first.free();
    second.headerMask(new Uint8Array(16), 0, mask);
    assert.deepEqual(mask, expected);
    assert.throws(() => first.seal(1, new Uint8Array(100), 0, 10, 50));
    second.free();
    assert.throws(() => second.headerMask(new Uint8Array(16), 0, mask));
  }
});

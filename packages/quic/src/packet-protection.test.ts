import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, fromHex, toHex } from "@quicprochat/bytes";
import { initialSecrets, nextSecret, packetKeys } from "./key-schedule.ts";
import { nodeCipherProvider } from "./node-ciphers.ts";
import { readLongHeader } from "./packet-header.ts";
import { expandPacketNumber, readPacketNumber } from "./packet-number.ts";
import { AEAD_TAG_BYTES } from "./packet-protection.ts";
import { protectPacket, unprotectHeader } from "./protect-packet.ts";
import { encodeRetry, retryIsGenuine } from "./retry.ts";
import { CipherSuite, type CipherSuiteId } from "./tls-handshake.ts";
import { Version } from "./version.ts";

/** RFC 9001 appendix A and RFC 9369 appendix A, which use one set of plaintexts. */
const connectionId = fromHex("8394c8f03e515708");
const clientHello = fromHex(
  "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868" +
    "04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578" +
    "616d706c652e636f6dff01000100000a00080006001d00170018001000070005" +
    "04616c706e000500050100000000003300260024001d00209370b2c9caa47fba" +
    "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400" +
    "0d0010000e0403050306030203080408050806002d00020101001c0002400100" +
    "3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000" +
    "75300901100f088394c8f03e51570806048000ffff",
);
const serverHello = fromHex(
  "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf739" +
    "88cfc79825df566dc5430b9a045a1200130100002e00330024001d00209d3c94" +
    "0d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a002b00020304",
);
const oneRttSecret = fromHex("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b");

const vectors = [
  {
    version: Version.one,
    clientSecret: "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea",
    clientKey: "1f369613dd76d5467730efcbe3b1a22d",
    clientIv: "fa044b2f42a3fd3b46fb255c",
    serverKey: "cf3a5331653c364c88f0f379b6067e37",
    clientHeader: "c300000001088394c8f03e5157080000449e00000002",
    clientStart: "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11",
    clientTag: "e221af44860018ab0856972e194cd934",
    serverHeader: "c1000000010008f067a5502a4262b50040750001",
    serverPacket:
      "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb3" +
      "8cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84" +
      "022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee",
    retry: "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba",
    chachaKey: "c6d98ff3441c3fe1b2182094f69caa2ed4b716b65488960a7a984979fb23e1c8",
    chachaIv: "e0459b3474bdd0e44a41c144",
    chachaNext: "1223504755036d556342ee9361d253421a826c9ecdf3c7148684b36b714881f9",
    chachaPacket: "4cfe4189655e5cd55c41f69080575d7999c25a5bfb",
  },
  {
    version: Version.two,
    clientSecret: "14ec9d6eb9fd7af83bf5a668bc17a7e283766aade7ecd0891f70f9ff7f4bf47b",
    clientKey: "8b1a0bc121284290a29e0971b5cd045d",
    clientIv: "91f73e2351d8fa91660e909f",
    serverKey: "82db637861d55e1d011f19ea71d5d2a7",
    clientHeader: "d36b3343cf088394c8f03e5157080000449e00000002",
    clientStart: "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485",
    clientTag: "a18b2faa745b6fe189cf772a9f84cbfc",
    serverHeader: "d16b3343cf0008f067a5502a4262b50040750001",
    serverPacket:
      "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf872630" +
      "17915358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2" +
      "c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140",
    retry: "cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6",
    chachaKey: "3bfcddd72bcf02541d7fa0dd1f5f9eeea817e09a6963a0e6c7df0f9a1bab90f2",
    chachaIv: "a6b5bc6ab7dafce30ffff5dd",
    chachaNext: "c69374c49e3d2a9466fa689e49d476db5d0dfbc87d32ceeaa6343fd0ae4c7d88",
    chachaPacket: "5558b1c60ae7b6b932bc27d786f4bc2bb20f2162ba",
  },
];

type Given = { header: string; payload: Uint8Array; packetNumber: number; packetNumberBytes: number };

function protectorOf(version: Version, suite: CipherSuiteId, secret: Uint8Array) {
  return nodeCipherProvider.packetProtector({ suite, secret, version, direction: "write" });
}

function protect(protector: ReturnType<typeof protectorOf>, given: Given): Uint8Array {
  const header = fromHex(given.header);
  const buffer = concatBytes(header, given.payload, new Uint8Array(AEAD_TAG_BYTES));
  const payloadEnd = header.length + given.payload.length;
  const packetNumberAt = header.length - given.packetNumberBytes;
  const place = { at: 0, packetNumberAt, payloadAt: header.length, payloadEnd };
  protectPacket(protector, buffer, given.packetNumber, place);
  return buffer;
}

for (const vector of vectors) {
  const { version } = vector;
  const name = version === Version.one ? "version 1 (RFC 9001)" : "version 2 (RFC 9369)";
  const secrets = initialSecrets(version, connectionId);
  const suite = CipherSuite.aes128GcmSha256;

  test(`${name}: Initial secrets and keys are those of the appendix`, () => {
    assert.equal(toHex(secrets.client), vector.clientSecret);
    const client = packetKeys({ suite, version, secret: secrets.client });
    assert.equal(toHex(client.key), vector.clientKey);
    assert.equal(toHex(client.iv), vector.clientIv);
    assert.equal(toHex(packetKeys({ suite, version, secret: secrets.server }).key), vector.serverKey);
  });

  test(`${name}: the client's Initial packet is protected as in the appendix`, () => {
    const payload = concatBytes(clientHello, new Uint8Array(1162 - clientHello.length));
    const packet = protect(protectorOf(version, suite, secrets.client), {
      header: vector.clientHeader,
      payload,
      packetNumber: 2,
      packetNumberBytes: 4,
    });
    assert.equal(packet.length, 1200);
    assert.equal(toHex(packet.subarray(0, 32)), vector.clientStart);
    // The tag is over everything, so it stands for what lies between.
    assert.equal(toHex(packet.subarray(-AEAD_TAG_BYTES)), vector.clientTag);
  });

  test(`${name}: the server's Initial packet is protected and opened as in the appendix`, () => {
    const protector = protectorOf(version, suite, secrets.server);
    const packet = protect(protector, {
      header: vector.serverHeader,
      payload: serverHello,
      packetNumber: 1,
      packetNumberBytes: 2,
    });
    assert.equal(toHex(packet), vector.serverPacket);

    const header = readLongHeader(packet, 0);
    assert.equal(header.type, "initial");
    const length = unprotectHeader(protector, packet, header);
    const truncated = readPacketNumber(packet, header.packetNumberAt, length);
    assert.equal(expandPacketNumber(truncated, length, -1), 1);
    const payloadAt = header.packetNumberAt + length;
    const tagAt = header.end - AEAD_TAG_BYTES;
    assert.equal(protector.open(1, packet, 0, payloadAt, tagAt), true);
    assert.deepEqual(packet.subarray(payloadAt, tagAt), serverHello);
    packet[tagAt] = (packet[tagAt] ?? 0) ^ 1;
    assert.equal(protector.open(1, packet, 0, payloadAt, tagAt), false);
  });

  test(`${name}: Retry carries the integrity tag of the appendix`, () => {
    const packet = fromHex(vector.retry);
    assert.equal(retryIsGenuine(version, connectionId, packet), true);
    const source = fromHex("f067a5502a4262b5");
    const token = fromHex("746f6b656e");
    const fields = { version, destination: new Uint8Array(0), source, token, originalDestination: connectionId };
    assert.equal(toHex(encodeRetry(fields, 0x0f)), vector.retry);
    assert.equal(retryIsGenuine(version, source, packet), false);
  });

  test(`${name}: ChaCha20-Poly1305 protects a short header packet as in the appendix`, () => {
    const chacha = CipherSuite.chacha20Poly1305Sha256;
    const options = { suite: chacha, version, secret: oneRttSecret };
    assert.equal(toHex(packetKeys(options).key), vector.chachaKey);
    assert.equal(toHex(packetKeys(options).iv), vector.chachaIv);
    assert.equal(toHex(nextSecret(options)), vector.chachaNext);
    const packet = protect(protectorOf(version, chacha, oneRttSecret), {
      header: "4200bff4",
      payload: Uint8Array.of(1),
      packetNumber: 654_360_564,
      packetNumberBytes: 3,
    });
    assert.equal(toHex(packet), vector.chachaPacket);
  });
}

test("every suite opens what it sealed, also after a key update, and nothing else", () => {
  for (const suite of Object.values(CipherSuite)) {
    const secret = new Uint8Array(suite === CipherSuite.aes256GcmSha384 ? 48 : 32).fill(7);
    for (const protector of [protectorOf(Version.one, suite, secret), protectorOf(Version.one, suite, secret).next()]) {
      const buffer = new Uint8Array(64).fill(3);
      protector.seal(2 ** 40 + 5, buffer, 0, 10, 48);
      assert.notDeepEqual(buffer.subarray(10, 48), new Uint8Array(38).fill(3));
      const wrong = buffer.slice();
      assert.equal(protector.open(2 ** 40 + 4, wrong, 0, 10, 48), false);
      assert.equal(protector.open(2 ** 40 + 5, buffer, 0, 10, 48), true);
      assert.deepEqual(buffer.subarray(10, 48), new Uint8Array(38).fill(3));
    }
  }
});

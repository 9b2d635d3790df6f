import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { CipherSuite } from "@quicprochat/quic";
import { selfSigned } from "../test/certificate.ts";
import {
  ALPN,
  clientContext,
  clientParameters,
  converse,
  credentials,
  type End,
  note,
  type Options,
  serverContext,
  serverParameters,
  twoEnds,
} from "../test/two-ends.ts";
import { Alert } from "./alert.ts";
import { TlsContext } from "./tls-context.ts";

const secretsOf = (end: End, direction: "read" | "write"): string[] =>
  end.secrets
    .filter((secret) => secret.direction === direction)
    .map(({ level, secret }) => `${level} ${toHex(secret)}`);

function assertAgreed({ client, server }: { client: End; server: End }): void {
  assert.deepEqual([client.alert, server.alert], [undefined, undefined]);
  assert.deepEqual([client.complete, server.complete], [true, true]);
  assert.deepEqual(secretsOf(client, "read"), secretsOf(server, "write"));
  assert.deepEqual(secretsOf(client, "write"), secretsOf(server, "read"));
  assert.equal(secretsOf(client, "read").length, 2);
  const request = { label: "EXPORTER-qpc-session", context: new Uint8Array(0), length: 32 };
  assert.deepEqual(client.handshake.exportKey(request), server.handshake.exportKey(request));
}

for (const chunk of [undefined, 1000, 100, 7, 1]) {
  test(`a handshake completes whatever the pieces: ${chunk ?? "whole flights"}`, () => {
    const ends = twoEnds();
    converse(ends.client, ends.server, chunk === undefined ? {} : { chunk });
    assertAgreed(ends);
    const { client, server } = ends;
    const common = { keyExchange: "X25519MLKEM768", alpn: ALPN };
    assert.deepEqual(client.handshake.facts(), { ...common, peerCertificate: credentials.certificate });
    assert.deepEqual(server.handshake.facts(), { ...common, peerCertificate: null });
    assert.deepEqual(client.handshake.peerTransportParameters(), serverParameters);
    assert.deepEqual(server.handshake.peerTransportParameters(), clientParameters);
    client.handshake.free();
    server.handshake.free();
    assert.throws(() => client.handshake.exportKey({ label: "a", context: new Uint8Array(0), length: 32 }));
  });
}

test("the legacy session id is empty, as RFC 9001 section 8.4 demands", () => {
  const { client } = twoEnds();
  const [hello] = note(client, client.handshake.start());
  assert.equal(hello?.bytes[4 + 2 + 32], 0);
});

test("a server asks for another key share and goes on with it", () => {
  const ends = twoEnds({ clientGroups: "*X25519:X25519MLKEM768" });
  converse(ends.client, ends.server, { chunk: 50 });
  assertAgreed(ends);
  assert.equal(ends.client.handshake.facts().keyExchange, "X25519MLKEM768");
  assert.deepEqual(ends.server.handshake.peerTransportParameters(), clientParameters);
  assert.equal(ends.client.sent.filter(({ level }) => level === "initial").length, 2);
});

for (const [suites, suite, bytes] of [
  ["TLS_AES_128_GCM_SHA256", CipherSuite.aes128GcmSha256, 32],
  ["TLS_AES_256_GCM_SHA384", CipherSuite.aes256GcmSha384, 48],
  ["TLS_CHACHA20_POLY1305_SHA256", CipherSuite.chacha20Poly1305Sha256, 32],
] as const) {
  test(`secrets name their suite: ${suites}`, () => {
    const ends = twoEnds({ clientSuites: suites });
    converse(ends.client, ends.server);
    assertAgreed(ends);
    for (const secret of [...ends.client.secrets, ...ends.server.secrets]) {
      assert.equal(secret.suite, suite);
      assert.equal(secret.secret.length, bytes);
    }
  });
}

const refusals: readonly { title: string; options: Options; alert: number }[] = [
  { title: "a peer without our group", options: { clientGroups: "X25519" }, alert: 40 },
  { title: "another application protocol", options: { clientAlpn: "h3" }, alert: Alert.noApplicationProtocol },
  { title: "no suite in common", options: { clientSuites: "TLS_AES_128_CCM_SHA256" }, alert: 40 },
];
for (const { title, options, alert } of refusals) {
  test(`a server refuses ${title} with alert ${alert}`, () => {
    const { client, server } = twoEnds(options);
    converse(client, server);
    assert.equal(server.alert, alert);
    assert.equal(client.complete, false);
    assert.deepEqual(server.secrets, []);
    assert.throws(() => server.handshake.facts());
  });
}

test("a certificate that is too large is refused", () => {
  const { client, server } = twoEnds({ credentials: selfSigned(20_000) });
  converse(client, server);
  assert.equal(client.alert, Alert.badCertificate);
});

test("a large certificate within the bound is taken whole", () => {
  const large = selfSigned(12_000);
  const ends = twoEnds({ credentials: large });
  converse(ends.client, ends.server, { chunk: 1100 });
  assertAgreed(ends);
  assert.deepEqual(ends.client.handshake.facts().peerCertificate, large.certificate);
});

test("a changed Finished is refused with decrypt_error", () => {
  const { client, server } = twoEnds();
  converse(client, server, {
    tamper(bytes, level, from) {
      if (from !== "client" || level !== "handshake") return bytes;
      return bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte));
    },
  });
  assert.equal(client.complete, true);
  assert.equal(server.alert, 51);
  assert.equal(server.complete, false);
});

test("bytes behind the Finished are refused", () => {
  const { client, server } = twoEnds();
  converse(client, server, {
    tamper: (bytes, level, from) =>
      from === "client" && level === "handshake" ? Uint8Array.of(...bytes, 8, 0, 0, 0) : bytes,
  });
  assert.equal(server.alert, Alert.unexpectedMessage);
  assert.equal(server.complete, false);
});

test("bytes of a level that is over, or has not begun, are refused", () => {
  for (const level of ["handshake", "application"] as const) {
    const { server } = twoEnds();
    note(server, server.handshake.receive(level, new Uint8Array(10)));
    assert.equal(server.alert, Alert.unexpectedMessage);
  }
  const { client, server } = twoEnds();
  const hello = note(client, client.handshake.start());
  for (const { level, bytes } of hello) note(server, server.handshake.receive(level, bytes));
  note(server, server.handshake.receive("initial", Uint8Array.of(1)));
  assert.equal(server.alert, Alert.unexpectedMessage);
});

test("a client that never comes to an end is refused", () => {
  const { server } = twoEnds();
  // A ClientHello as long as OpenSSL would take, and longer than we do.
  note(server, server.handshake.receive("initial", Uint8Array.of(1, 0x02, 0x00, 0xa0)));
  let sent = 0;
  for (; server.alert === undefined && sent < 200; sent++) {
    note(server, server.handshake.receive("initial", new Uint8Array(1024)));
  }
  assert.equal(server.alert, Alert.recordOverflow);
  assert.equal(sent, 128);
});

test("after an alert every step repeats it and yields nothing", () => {
  const { server } = twoEnds();
  note(server, server.handshake.receive("initial", new Uint8Array(100).fill(7)));
  const { alert } = server;
  assert.notEqual(alert, undefined);
  assert.deepEqual(server.handshake.receive("initial", new Uint8Array(1)), {
    outgoing: [],
    secrets: [],
    complete: false,
    alert,
  });
  server.handshake.free();
  server.handshake.free();
});

test("a context disposed of makes no more handshakes, and those it made go on", () => {
  const clients = clientContext();
  const servers = serverContext();
  const factory = servers.handshakes();
  const ends = twoEnds();
  clients[Symbol.dispose]();
  servers[Symbol.dispose]();
  servers[Symbol.dispose]();
  assert.throws(() => factory(serverParameters));
  converse(ends.client, ends.server);
  assertAgreed(ends);
});

test("what is no certificate, no key or not its key is refused when the context is made", () => {
  const alpn = ALPN;
  const { certificate, privateKey } = credentials;
  const wrong = [
    { certificate: new Uint8Array(100), privateKey },
    { certificate, privateKey: new Uint8Array(48) },
    { certificate, privateKey: selfSigned().privateKey },
  ];
  for (const given of wrong) assert.throws(() => TlsContext.server({ alpn, ...given }), TypeError);
  assert.throws(() => TlsContext.client({ alpn: "" }), TypeError);
  assert.throws(() => TlsContext.client({ alpn, groups: "no-such-group" }), TypeError);
});

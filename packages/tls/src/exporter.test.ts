import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { connect, createServer } from "node:tls";
import { toUtf8 } from "@quicprochat/bytes";
import { selfSigned } from "../test/certificate.ts";
import { type ExporterHash, exportKeyingMaterial } from "./exporter.ts";
import { exporterSecretOf } from "./key-log.ts";
import { EXPORTED_BYTES_MAX } from "./limits.ts";

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----\n`;

const suites: readonly (readonly [string, ExporterHash])[] = [
  ["TLS_AES_128_GCM_SHA256", "sha256"],
  ["TLS_AES_256_GCM_SHA384", "sha384"],
];
for (const [ciphers, hash] of suites) {
  test(`keying material is what node:tls exports from the same secret: ${hash}`, async () => {
    const { certificate, privateKey } = selfSigned();
    const server = createServer({ cert: pem("CERTIFICATE", certificate), key: pem("PRIVATE KEY", privateKey) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const socket = connect({ port: address.port, host: "127.0.0.1", ciphers, rejectUnauthorized: false });
    const lines: Buffer[] = [];
    socket.on("keylog", (line: Buffer) => lines.push(line.subarray(0, line.indexOf("\n"))));
    await once(socket, "secureConnect");
    const [secret, ...others] = lines.map(exporterSecretOf).filter((found) => found !== undefined);
    assert.ok(secret !== undefined);
    assert.equal(others.length, 0);
    for (const [label, context, length] of [
      ["EXPORTER-qpc-session", "", 32],
      ["EXPORTER-other", "context", 32],
      ["EXPORTER-long", "context", 200],
    ] as const) {
      const expected = socket.exportKeyingMaterial(length, label, Buffer.from(context));
      const actual = exportKeyingMaterial(hash, secret.bytes, { label, context: toUtf8(context), length });
      assert.deepEqual(actual, new Uint8Array(expected));
    }
    socket.destroy();
    server.close();
  });
}

test("no more than one expansion yields is exported", () => {
  const options = { label: "a", context: new Uint8Array(0), length: EXPORTED_BYTES_MAX + 1 };
  assert.throws(() => exportKeyingMaterial("sha256", new Uint8Array(32), options), RangeError);
});

test("other lines of the key log, and broken ones, hold no exporter secret", () => {
  const random = "ab".repeat(32);
  for (const line of [
    `CLIENT_TRAFFIC_SECRET_0 ${random} ${"cd".repeat(32)}`,
    `EXPORTER_SECRET ${random} ${"cd".repeat(31)}`,
    `EXPORTER_SECRET ${random} ${"zz".repeat(32)}`,
    "EXPORTER_SECRET ",
    "",
  ]) {
    assert.equal(exporterSecretOf(toUtf8(line)), undefined);
  }
  using secret = exporterSecretOf(toUtf8(`EXPORTER_SECRET ${random} ${"0aFf".repeat(16)}`));
  assert.deepEqual(
    secret?.bytes,
    Uint8Array.from({ length: 32 }, (_, index) => (index % 2 === 0 ? 0x0a : 0xff)),
  );
});

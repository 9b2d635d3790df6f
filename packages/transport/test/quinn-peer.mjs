/** Run by Deno, whose QUIC is quinn on rustls: an echo server, or a client of ours. Talks JSON over standard output. */
const [role, ...rest] = Deno.args;
const say = (value) => console.log(JSON.stringify(value));

async function readAll(readable) {
  const chunks = [];
  for await (const chunk of readable) chunks.push(chunk);
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

async function echo(stream) {
  const writer = stream.writable.getWriter();
  for await (const chunk of stream.readable) await writer.write(chunk);
  await writer.close();
}

async function serve(cert, key) {
  const endpoint = new Deno.QuicEndpoint({ hostname: "127.0.0.1", port: 0 });
  const listener = endpoint.listen({ cert, key, alpnProtocols: ["qpc"], maxIdleTimeout: 10_000 });
  say({ port: endpoint.addr.port });
  for await (const incoming of listener) {
    const connection = await incoming.accept();
    (async () => {
      for await (const stream of connection.incomingBidirectionalStreams) echo(stream).catch(() => {});
    })().catch(() => {});
    connection.closed.then((end) => say({ closed: end })).catch((error) => say({ failed: String(error) }));
  }
}

async function ask(connection, bytes) {
  const stream = await connection.createBidirectionalStream({ waitUntilAvailable: true });
  const writer = stream.writable.getWriter();
  const [answer] = await Promise.all([readAll(stream.readable), writer.write(bytes).then(() => writer.close())]);
  return answer.length === bytes.length && answer.every((byte, index) => byte === bytes[index]);
}

async function dial(port) {
  const connection = await Deno.connectQuic({ hostname: "127.0.0.1", port, alpnProtocols: ["qpc"] });
  const bytes = (length, seed) => Uint8Array.from({ length }, (_, index) => (index * 31 + seed) & 0xff);
  const many = await Promise.all(Array.from({ length: 300 }, (_, seed) => ask(connection, bytes(1 + seed * 7, seed))));
  const large = await ask(connection, bytes(3_000_000, 9));
  say({ many: many.every(Boolean), large });
  connection.close({ closeCode: 7, reason: "done" });
  await connection.closed.catch(() => {});
}

if (role === "serve") await serve(...rest);
else await dial(Number(rest[0]));

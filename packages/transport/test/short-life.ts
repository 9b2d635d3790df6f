/** A process of its own: with `serve` it serves until it is killed, else it talks to itself, closes all and should end. */
import { ask, Loopback } from "./loopback.ts";

const server = await Loopback.start();
void server.echo();
if (process.argv[2] === "serve") process.stdout.write(`${server.listener.address}\n`);
else {
  const { connection } = await server.dial();
  await ask(connection, Buffer.from("hello"));
  connection.close(0, "");
  await connection.closed;
  await server.listener.close(0, "");
}

/** A server in a process of its own, without rate limits. Its argument: the data folder. It tells its address and waits. */
import { type ServerLimits, startServer } from "../src/index.ts";

const unlimited: Partial<ServerLimits> = {
  callsPerSecondPerPrefix: 1e9,
  callsPerSecondPerConnection: 1e9,
  enqueuesPerSecondPerMailbox: 1e9,
  mailboxesPerMinutePerPrefix: 1e9,
  storedBytesPerMinutePerPrefix: 1e15,
};

const [, , dataDir = ""] = process.argv;
const server = await startServer({ host: "127.0.0.1", port: 0, dataDir, registration: "closed", limits: unlimited });
process.send?.({ address: server.address, invite: server.invite });
process.once("disconnect", () => void server.stop());
await server.closed;

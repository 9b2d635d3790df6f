/** `startServer`: one server of a data folder on one UDP address, until it is asked to stop. */
import { systemRandom } from "@quicprochat/crypto";
import {
  createServerIdentity,
  decodeServerIdentity,
  encodeInvite,
  encodeServerIdentity,
  listen,
  type ServerIdentity,
  serverIdOf,
  statementKeyOf,
} from "@quicprochat/transport";
import { DataFolder, type SecretFile } from "./data-folder.ts";
import { giveMemoryBackSoon } from "./give-memory-back.ts";
import { limits } from "./limits.ts";
import type { MetricsAddress } from "./metrics/metrics-server.ts";
import type { RegistrationPolicy, RunSettings } from "./open-context.ts";
import { type RunningServer, runServer } from "./run-server.ts";

export type ServerOptions = RunSettings & {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Made when it is absent. */
  readonly dataDir: string;
  readonly registration: RegistrationPolicy;
  /** What invite links say instead of `host`. */
  readonly advertisedHost?: string;
  readonly metricsAt?: MetricsAddress;
};

/** Throws `ServerError` and the transport's `ListenError`; both carry a `code` and say what to do. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, dataDir, advertisedHost } = options;
  const { connectionsMax } = { ...limits, ...options.limits };
  const folder = new DataFolder(dataDir);
  const identity = identityOf(folder);
  const serverId = serverIdOf(identity);
  const running = await runServer({
    ...options,
    folder,
    keys: { serverId, statementKey: statementKeyOf(identity) },
    openListener: () => listen({ host, port, identity, limits: { connectionsMax } }),
    inviteOf: (address, registrationSecret) => {
      const at = address.lastIndexOf(":");
      // Links put their own brackets around an IPv6 address.
      const ownHost = address.slice(0, at).replace(/^\[|\]$/g, "");
      const own = { host: advertisedHost ?? ownHost, port: Number(address.slice(at + 1)), serverId };
      return encodeInvite(registrationSecret === null ? own : { ...own, registrationSecret });
    },
  });
  giveMemoryBackSoon();
  return running;
}

const identityFile: SecretFile<ServerIdentity> = {
  name: "identity",
  make: () => encodeServerIdentity(createServerIdentity({ random: systemRandom })),
  parse: decodeServerIdentity,
  lossMeans: "every client refuses this server",
};

/** Made once: another identity on the same address is another server to every client. */
function identityOf(folder: DataFolder): ServerIdentity {
  try {
    return folder.readOrCreate(identityFile);
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

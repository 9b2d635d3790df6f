/** `startServer`: one server of a data folder on one UDP address, until it is asked to stop. */
import type { Listener } from "@quicprochat/connection";
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
import { DataFolder } from "./data-folder.ts";
import type { RegistrationPolicy, RunSettings } from "./open-context.ts";
import { type RunningServer, runServer } from "./run-server.ts";
import { errorCode, ServerError } from "./server-error.ts";

export type ServerOptions = RunSettings & {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Made when it is absent. */
  readonly dataDir: string;
  readonly registration: RegistrationPolicy;
  /** What invite links say instead of `host`. */
  readonly advertisedHost?: string;
};

/** Throws `ServerError`, whose message says what to do. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, dataDir, advertisedHost } = options;
  const folder = new DataFolder(dataDir);
  const identity = identityOf(folder);
  const serverId = serverIdOf(identity);
  return await runServer({
    ...options,
    folder,
    keys: { serverId, statementKey: statementKeyOf(identity) },
    openListener: () => listenOrExplain({ host, port, identity }),
    inviteOf: (address, registrationSecret) => {
      const at = address.lastIndexOf(":");
      const own = { host: advertisedHost ?? address.slice(0, at), port: Number(address.slice(at + 1)), serverId };
      return encodeInvite(registrationSecret === null ? own : { ...own, registrationSecret });
    },
  });
}

/** Made once: another identity on the same address is another server to every client. */
function identityOf(folder: DataFolder): ServerIdentity {
  try {
    const make = (): Uint8Array => encodeServerIdentity(createServerIdentity({ random: systemRandom }));
    return folder.readOrCreate("identity", make, decodeServerIdentity);
  } catch (error) {
    folder[Symbol.dispose]();
    throw error;
  }
}

async function listenOrExplain(options: Parameters<typeof listen>[0]): Promise<Listener> {
  const { host, port } = options;
  try {
    return await listen(options);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === "EADDRINUSE") {
      const text = `UDP port ${port} is in use by another program. Stop it, or choose another one with --listen ${host}:PORT.`;
      throw new ServerError("address_in_use", text, cause);
    }
    if (["EADDRNOTAVAIL", "EACCES", "EPERM", "EINVAL", "ENOTFOUND", "EAFNOSUPPORT"].includes(code)) {
      const text = `The server cannot listen on ${host} port ${port} (${code}). Choose an address of this machine with --listen HOST:PORT.`;
      throw new ServerError("address_unusable", text, cause);
    }
    throw cause;
  }
}

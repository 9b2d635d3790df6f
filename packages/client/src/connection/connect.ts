/** Dials the server and says hello: the beginning of every connection, whatever its class. docs/protocol.md, "Connections". */
import type { Connection } from "@quicprochat/connection";
import {
  type ConnectionClass,
  connectionClasses,
  type KeyStretching,
  methods,
  RefusalError,
} from "@quicprochat/protocol";
import { call, closeCodes } from "@quicprochat/rpc";
import type { ServerPin, VerifiedServer } from "@quicprochat/transport";
import { Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import { clockSkew } from "./clock.ts";
import { connectionFailure } from "./connection-failure.ts";

type DialOptions = {
  readonly host: string;
  readonly port: number;
  readonly pin: ServerPin | null;
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
};

/** The transport's. */
export type Dial = (
  options: DialOptions,
) => Promise<{ readonly connection: Connection; readonly server: VerifiedServer }>;

export type Opened = {
  readonly connection: Connection;
  readonly server: VerifiedServer;
  /** Milliseconds that the server's clock is ahead. */
  readonly clockSkewMs: number;
  readonly keyStretching: KeyStretching | undefined;
};

export type Connecting = Omit<DialOptions, "deadlineMs"> & {
  readonly dial: Dial;
  readonly connectionClass: ConnectionClass;
  readonly now: () => number;
};

const VERSION = 1;

/** Throws `Failure` and `RefusalError`. Whether the clock is right is for the caller to judge. */
export async function connect({ dial, connectionClass, now, ...target }: Connecting): Promise<Opened> {
  const { signal } = target;
  let opened: Awaited<ReturnType<Dial>> | undefined;
  try {
    opened = await dial({ ...target, deadlineMs: limits.dialMs });
    const { connection, server } = opened;
    const askedAt = now();
    const request = { version: VERSION, class: connectionClasses[connectionClass] };
    const { serverTimeMs, keyStretching } = await call(connection, methods.hello, request, optional(signal));
    return { connection, server, keyStretching, clockSkewMs: clockSkew({ askedAt, answeredAt: now(), serverTimeMs }) };
  } catch (error) {
    opened?.connection.close(closeCodes.done, "");
    signal?.throwIfAborted();
    if (error instanceof RefusalError && error.code === "unknown_method") throw otherVersion(error);
    throw connectionFailure(error);
  }
}

const optional = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

const otherVersion = (cause: unknown): Failure =>
  new Failure("version_mismatch", "The server speaks another version of the protocol. Update whichever is older.", {
    cause,
  });

/** Connects to a server over our own transport, and makes sure that it is the right one before a byte is written. */
import { type Dialled, type DialOptions, dialWith } from "../quic/dial.ts";
import { connectEndpoint } from "./connect.ts";

/** Throws `DialError` and `TlsUnavailableError`. */
export const dialEndpoint = (options: DialOptions & { readonly groups?: string }): Promise<Dialled> =>
  dialWith({ ...options, connect: connectEndpoint });

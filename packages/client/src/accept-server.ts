/** Trusts, on purpose, the identity that the server of a profile shows now. */
import { dial } from "@quicprochat/transport";
import { acceptServerIdentity } from "./account/accept-server.ts";
import type { OpenOptions } from "./open-engine.ts";

/** Fingerprints of the identity before and of the one that is trusted from now on. */
export const acceptServer = (options: OpenOptions): Promise<{ readonly old: string; readonly new: string }> =>
  acceptServerIdentity({ ...options, dial });

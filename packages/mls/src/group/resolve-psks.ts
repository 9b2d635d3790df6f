/** Finding pre-shared keys: the group's own past epochs, then the caller's store. RFC 9420 section 8.4. */
import { equalBytes } from "@quicprochat/bytes";
import type { PreSharedKey } from "../keys/psk-secret.ts";
import type { PreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import type { ResumptionPsk } from "./group-state.ts";
import type { PskStore } from "./outcome.ts";

type Known = {
  /** Of a group that this client is or was in. */
  readonly groups: readonly { readonly groupId: Uint8Array; readonly resumptionPsks: readonly ResumptionPsk[] }[];
  readonly store: PskStore | undefined;
};

/** In order; `undefined` when one is missing. */
export function resolvePsks(known: Known, ids: readonly PreSharedKeyId[]): PreSharedKey[] | undefined {
  const found: PreSharedKey[] = [];
  for (const id of ids) {
    const psk = ownPsk(known, id) ?? known.store?.(id);
    if (psk === undefined) return undefined;
    found.push({ id, psk });
  }
  return found;
}

function ownPsk({ groups }: Known, id: PreSharedKeyId): Uint8Array | undefined {
  if (id.kind !== "resumption") return undefined;
  const group = groups.find(({ groupId }) => equalBytes(groupId, id.groupId));
  return group?.resumptionPsks.find(({ epoch }) => epoch === id.epoch)?.secret;
}

/** Who a user name belongs to, as first seen. docs/protocol.md, "Identities". */
import { equalBytes, toUtf8 } from "@quicprochat/bytes";
import { codec, readBytes, readCount, writeCount } from "../step/codec.ts";
import type { Draft } from "../step/draft.ts";
import { table } from "../step/table.ts";

export type Contact = {
  readonly rootKey: Uint8Array;
  readonly identityVersion: number;
  readonly firstSeenAt: number;
};

/** Key: the user name. */
export const contacts = table(
  "contact",
  codec<Contact>({
    version: 1,
    write: (writer, { rootKey, identityVersion, firstSeenAt }) =>
      writeCount(writer.vector32(rootKey).u32(identityVersion), firstSeenAt),
    read: (reader) => ({
      rootKey: readBytes(reader),
      identityVersion: reader.u32(),
      firstSeenAt: readCount(reader),
    }),
  }),
);

type Claimed = { readonly user: string; readonly rootKey: Uint8Array; readonly identityVersion: number };

/** Remembers whoever is new. False when the name is known with another root key. */
export function pinContact(draft: Draft, { user, rootKey, identityVersion }: Claimed): boolean {
  const key = toUtf8(user);
  const known = draft.get(contacts, key);
  if (known === undefined) {
    draft.put(contacts, key, { rootKey, identityVersion, firstSeenAt: draft.now });
    return true;
  }
  if (!equalBytes(known.rootKey, rootKey)) return false;
  if (identityVersion > known.identityVersion) draft.put(contacts, key, { ...known, identityVersion });
  return true;
}

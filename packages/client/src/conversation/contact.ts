/** Who a user name belongs to, as the server's directory first said. docs/protocol.md, "Identities". */
import { equalBytes, toUtf8 } from "@quicprochat/bytes";
import { codec, readBytes, readCount, writeCount } from "../step/codec.ts";
import type { Draft } from "../step/draft.ts";
import { table } from "../step/table.ts";

export type Contact = {
  readonly rootKey: Uint8Array;
  readonly identityVersion: number;
  /** Of the newest device list of that version. */
  readonly devicesCounter: bigint;
  readonly firstSeenAt: number;
};

/** Key: the user name. */
export const contacts = table(
  "contact",
  codec<Contact>({
    version: 1,
    write: (writer, { rootKey, identityVersion, devicesCounter, firstSeenAt }) =>
      writeCount(writer.vector32(rootKey).u32(identityVersion), firstSeenAt).u64(devicesCounter),
    read: (reader) => ({
      rootKey: readBytes(reader),
      identityVersion: reader.u32(),
      firstSeenAt: readCount(reader),
      // The first vaults did not keep it.
      devicesCounter: reader.remaining === 0 ? 0n : reader.u64(),
    }),
  }),
);

/** What the directory says of a name, its signatures verified. */
export type Entry = Omit<Contact, "firstSeenAt">;

/** `changed`: the name is known with another root. `older`: what it says has been replaced by what we know. */
export type Pinned = "pinned" | "changed" | "older";

/** Remembers whoever is new, and what is newer. */
export function pinContact(draft: Draft, user: string, entry: Entry): Pinned {
  const known = contactOf(draft, user);
  if (known !== undefined && !equalBytes(known.rootKey, entry.rootKey)) return "changed";
  if (known !== undefined && isOlder(entry, known)) return "older";
  draft.put(contacts, toUtf8(user), { ...entry, firstSeenAt: known?.firstSeenAt ?? draft.now });
  return "pinned";
}

export const contactOf = (draft: Draft, user: string): Contact | undefined => draft.get(contacts, toUtf8(user));

/** A higher version voids all device lists of the versions before. */
const isOlder = (entry: Entry, { identityVersion, devicesCounter }: Entry): boolean =>
  entry.identityVersion === identityVersion
    ? entry.devicesCounter < devicesCounter
    : entry.identityVersion < identityVersion;

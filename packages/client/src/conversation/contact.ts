/** Who a user name belongs to, as first seen. docs/protocol.md, "Identities". */
import { codec, readBytes, readCount, writeCount } from "../step/codec.ts";
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

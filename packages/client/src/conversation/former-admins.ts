/** Who could add people to a group when this device was removed from it: they alone lead it back. */
import { equalBytes, fromHex } from "@quicprochat/bytes";
import { codec, readBytes, readMany, writeMany } from "../step/codec.ts";
import type { Draft } from "../step/draft.ts";
import { table } from "../step/table.ts";
import type { Rules } from "./policy.ts";

/** Key: the group's id; value: root keys. */
export const formerAdmins = table(
  "former-admins",
  codec<readonly Uint8Array[]>({
    version: 1,
    write: (writer, roots) => {
      writeMany(writer, roots, (inner, root) => inner.vector32(root));
    },
    read: (reader) => readMany(reader, readBytes),
  }),
);

export function rememberAdmins(draft: Draft, groupId: Uint8Array, { roles }: Rules): void {
  const above = [...roles].filter(([, role]) => role !== "member");
  draft.put(
    formerAdmins,
    groupId,
    above.map(([root]) => fromHex(root)),
  );
}

export const wasAdmin = (draft: Draft, groupId: Uint8Array, rootKey: Uint8Array): boolean =>
  draft.get(formerAdmins, groupId)?.some((root) => equalBytes(root, rootKey)) ?? false;

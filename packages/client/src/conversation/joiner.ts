/** A device that we want in a group: its claimed KeyPackage, until some commit has added it. */
import { codec, readBytes, readText, writeText } from "../step/codec.ts";
import { table } from "../step/table.ts";

export type Joiner = {
  readonly user: string;
  readonly rootKey: Uint8Array;
  readonly deviceId: Uint8Array;
  /** MLSMessage, as claimed. */
  readonly keyPackage: Uint8Array;
};

/** The intent to add. Key: group id, then device id. */
export const joiners = table(
  "joiner",
  codec<Joiner>({
    version: 1,
    write: (writer, { user, rootKey, deviceId, keyPackage }) =>
      writeText(writer, user).vector32(rootKey).vector32(deviceId).vector32(keyPackage),
    read: (reader) => ({
      user: readText(reader),
      rootKey: readBytes(reader),
      deviceId: readBytes(reader),
      keyPackage: readBytes(reader),
    }),
  }),
);

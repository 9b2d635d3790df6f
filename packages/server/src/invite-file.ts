/** The invite link of a data folder, written at every start for those who ask for it later. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, ServerError } from "./server-error.ts";

export const inviteFile = "invite.txt";

/** Throws `ServerError`: `no_invite` when no server has run on this folder yet. */
export async function readInvite(folder: string): Promise<string> {
  try {
    return (await readFile(join(folder, inviteFile), "utf8")).trim();
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") {
      const text = `No server has run on ${folder} yet. Start one with "qpc server start", or name its folder with --data.`;
      throw new ServerError("no_invite", text, cause);
    }
    const text = `The data folder ${folder} cannot be read (${errorCode(cause)}). Check its owner and permissions, or name another folder with --data.`;
    throw new ServerError("data_folder_unreadable", text, cause);
  }
}

/** One name, one root: within a group no account has two names, and no name has two accounts. docs/protocol.md, "Policy". */
import { toHex } from "@quicprochat/bytes";

export type Named = { readonly user: string; readonly rootKey: Uint8Array };

/** The first newcomer who has somebody's name with another root, or somebody's root with another name. */
export function contradicting<T extends Named>(present: readonly Named[], newcomers: readonly T[]): T | undefined {
  const roots = new Map(present.map(({ user, rootKey }) => [user, toHex(rootKey)]));
  const names = new Map(present.map(({ user, rootKey }) => [toHex(rootKey), user]));
  return newcomers.find(({ user, rootKey }) => {
    const root = toHex(rootKey);
    const fits = (roots.get(user) ?? root) === root && (names.get(root) ?? user) === user;
    roots.set(user, root);
    names.set(root, user);
    return !fits;
  });
}

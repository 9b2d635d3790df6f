/** Which conversation a person means: by id, by a group's title, or by the other's name. */
import type { ConversationView } from "./conversation-view.ts";

export type Resolved =
  | { readonly kind: "found"; readonly conversation: string }
  | { readonly kind: "unknown" }
  | { readonly kind: "ambiguous"; readonly ids: readonly string[] };

/** A whole id comes first, so that a title which looks like one cannot stand in its way. */
export function resolveConversation(meant: string, all: readonly ConversationView[]): Resolved {
  const byId = all.find(({ conversation }) => conversation === meant.toLowerCase());
  if (byId !== undefined) return { kind: "found", conversation: byId.conversation };
  const ids = all.filter(({ title }) => title === meant).map(({ conversation }) => conversation);
  const [only] = ids;
  if (only === undefined) return { kind: "unknown" };
  return ids.length === 1 ? { kind: "found", conversation: only } : { kind: "ambiguous", ids };
}

/** Reads the newest messages of a conversation, in the order shown, from the vault a page at a time. */
import { limits } from "../limits.ts";
import type { VaultReader } from "../vault/vault-reader.ts";
import { type MessageView, messages, viewOf } from "./message.ts";

export type HistoryOptions = {
  /** Only messages whose text has all of these words, whatever their case. */
  readonly search?: string;
  /** The newest so many. */
  readonly limit?: number;
};

export function readHistory(
  vault: Pick<VaultReader, "list">,
  conversationId: Uint8Array,
  { search = "", limit = limits.historyMax }: HistoryOptions,
): MessageView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found: MessageView[] = [];
  let after: Uint8Array | undefined;
  while (found.length < limit) {
    const page = vault.list(messages.name, {
      prefix: conversationId,
      reverse: true,
      limit: words.length === 0 ? Math.min(limit - found.length, limits.historyPage) : limits.historyPage,
      ...(after === undefined ? {} : { after }),
    });
    for (const { value } of page) {
      const message = messages.codec.decode(value);
      const text = message.text.toLowerCase();
      if (found.length < limit && words.every((word) => text.includes(word))) found.push(viewOf(message));
    }
    after = page.at(-1)?.key;
    if (after === undefined) break;
  }
  return found.reverse();
}

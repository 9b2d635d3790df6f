/** Finds the epoch that a cell was sealed in, by its commitment: the epochs used last are tried first. */
import { epochSecrets } from "../conversation/group.ts";
import { type CellContent, openGroupCell, type UnsupportedContent } from "../envelope/group-cell.ts";
import type { Draft } from "../step/draft.ts";

export type OpenedCell = {
  readonly content: CellContent | UnsupportedContent;
  readonly groupId: Uint8Array;
  /** The epoch of the envelope. */
  readonly epoch: bigint;
};

export function openByEpoch(draft: Draft, cell: Uint8Array): OpenedCell | undefined {
  for (const { key: groupId, value } of draft.list(epochSecrets)) {
    for (const { secret, epoch } of value.envelopes) {
      const content = openGroupCell(secret, cell);
      if (content !== undefined) return { content, groupId, epoch };
    }
  }
  return undefined;
}

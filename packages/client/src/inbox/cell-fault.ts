/** Whose fault it is that a cell could not be received: a cell that would fail each time is skipped, no other is. */
import { Failure } from "../failure.ts";

/** What one group's own damage is called: it costs the cells of that group only. */
export const damagedGroupCode = "group_damaged";

/** The vault cannot be read or written now: the cell must wait until it can, wherever it lies. */
export const isOfOurVault = (error: unknown): boolean => error instanceof Failure && error.code !== damagedGroupCode;

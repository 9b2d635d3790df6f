/** Keys in the order of their bytes, and the stretches of them that a list asks for. */
import { compareBytes } from "@quicprochat/bytes";
import type { ListOptions } from "./vault-reader.ts";

export function insertKey(sorted: Uint8Array[], key: Uint8Array): void {
  const at = lowerBound(sorted, key);
  const there = sorted[at];
  if (there === undefined || compareBytes(there, key) !== 0) sorted.splice(at, 0, key);
}

export function removeKey(sorted: Uint8Array[], key: Uint8Array): void {
  const at = lowerBound(sorted, key);
  const there = sorted[at];
  if (there !== undefined && compareBytes(there, key) === 0) sorted.splice(at, 1);
}

export function selectKeys(sorted: readonly Uint8Array[], options: ListOptions): Uint8Array[] {
  const { prefix, after, limit = sorted.length, reverse = false } = options;
  let start = prefix === undefined ? 0 : lowerBound(sorted, prefix);
  let end = prefix === undefined ? sorted.length : behindPrefix(sorted, prefix, start);
  if (after !== undefined) {
    const at = lowerBound(sorted, after);
    const there = sorted[at];
    const found = there !== undefined && compareBytes(there, after) === 0;
    if (reverse) end = Math.min(end, at);
    else start = Math.max(start, found ? at + 1 : at);
  }
  if (start >= end) return [];
  if (reverse) return sorted.slice(Math.max(start, end - limit), end).reverse();
  return sorted.slice(start, Math.min(end, start + limit));
}

/** The first place whose key is not below `key`. */
function lowerBound(sorted: readonly Uint8Array[], key: Uint8Array): number {
  return firstPlace(sorted, 0, (other) => compareBytes(other, key) >= 0);
}

function behindPrefix(sorted: readonly Uint8Array[], prefix: Uint8Array, from: number): number {
  return firstPlace(sorted, from, (key) => compareBytes(key.subarray(0, prefix.length), prefix) > 0);
}

/** By halving: `holds` is false up to some place and true from there on. */
function firstPlace(sorted: readonly Uint8Array[], from: number, holds: (key: Uint8Array) => boolean): number {
  let [low, high] = [from, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = sorted[middle];
    if (key === undefined || holds(key)) high = middle;
    else low = middle + 1;
  }
  return low;
}

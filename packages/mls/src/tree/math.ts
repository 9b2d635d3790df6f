/** The array representation of a perfect binary tree, RFC 9420 appendix C. */
import assert from "node:assert/strict";

/** 0 for leaves. */
export const level = (node: number): number => 31 - Math.clz32(~node & (node + 1));

export const isLeaf = (node: number): boolean => (node & 1) === 0;

export const nodeWidth = (leafCount: number): number => (leafCount === 0 ? 0 : 2 * leafCount - 1);

/** `leafCount` is a power of two, so the root is the one node of the highest level. */
export const root = (leafCount: number): number => leafCount - 1;

export const leafNodeIndex = (leafIndex: number): number => 2 * leafIndex;

export const leafIndexOf = (node: number): number => node >>> 1;

export function left(node: number): number {
  assert(!isLeaf(node));
  return node ^ (1 << (level(node) - 1));
}

export function right(node: number): number {
  assert(!isLeaf(node));
  return node ^ (3 << (level(node) - 1));
}

/** The parent in a tree where `node` is not the root. */
export function parent(node: number): number {
  const height = level(node);
  const bit = (node >>> (height + 1)) & 1;
  return (node | (1 << height)) ^ (bit << (height + 1));
}

export function sibling(node: number): number {
  const above = parent(node);
  return node < above ? right(above) : left(above);
}

/** From the parent of `node` to the root. */
export function directPath(node: number, leafCount: number): number[] {
  const top = root(leafCount);
  assert(node < nodeWidth(leafCount));
  const path: number[] = [];
  for (let at = node; at !== top; ) {
    at = parent(at);
    path.push(at);
  }
  return path;
}

/** Whether `node` is `ancestor` or below it. */
export function isBelow(node: number, ancestor: number): boolean {
  const span = (1 << level(ancestor)) - 1;
  return node >= ancestor - span && node <= ancestor + span;
}

/** The lowest common ancestor of two leaves, by node index. */
export function commonAncestor(one: number, other: number): number {
  let at = one;
  while (!isBelow(other, at)) at = parent(at);
  return at;
}

/** Leaves below `node`: first and one past the last, by leaf index. */
export function leafRange(node: number): { readonly first: number; readonly end: number } {
  const span = (1 << level(node)) - 1;
  return { first: leafIndexOf(node - span), end: leafIndexOf(node + span) + 1 };
}

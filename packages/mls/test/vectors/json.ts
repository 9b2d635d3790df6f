/** Reading test vectors: JSON of which nothing is believed. */
import assert from "node:assert/strict";
import { fromHex } from "@quicprochat/bytes";

export type Json = { readonly [name: string]: unknown };

export function record(value: unknown): Json {
  assert(isRecord(value), "an object was expected");
  return value;
}

const isRecord = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function list(value: unknown): readonly unknown[] {
  assert(Array.isArray(value), "an array was expected");
  return value;
}

export const records = (value: unknown): readonly Json[] => list(value).map(record);

export function text(value: unknown): string {
  assert(typeof value === "string", "a string was expected");
  return value;
}

export function integer(value: unknown): number {
  assert(typeof value === "number" && Number.isSafeInteger(value), "an integer was expected");
  return value;
}

export const bytes = (value: unknown): Uint8Array => fromHex(text(value));

/** `null` is an absent value. */
export const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === null || value === undefined ? undefined : read(value);

export function equal(actual: Uint8Array | undefined, expected: unknown, what: string): void {
  assert.equal(actual && Buffer.from(actual).toString("hex"), text(expected).toLowerCase(), what);
}

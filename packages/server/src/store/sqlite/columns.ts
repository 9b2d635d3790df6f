/** Columns of prepared statements, as the type that the schema gives them. */
import assert from "node:assert/strict";
import type { SQLOutputValue } from "node:sqlite";

export type Row = Readonly<Record<string, SQLOutputValue>>;

export function integer(row: Row, column: string): number {
  const value = row[column];
  assert.ok(typeof value === "number", `${column} is no integer`);
  return value;
}

export function blob(row: Row, column: string): Uint8Array {
  const value = row[column];
  assert.ok(value instanceof Uint8Array, `${column} is no blob`);
  return value;
}

export const blobOrNull = (row: Row, column: string): Uint8Array | null =>
  row[column] === null ? null : blob(row, column);

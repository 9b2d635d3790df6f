/** Choices and bytes from a seed (sfc32), so that a run can be repeated exactly. */
import assert from "node:assert/strict";
import type { Random } from "@quicprochat/crypto";

export class Seeded {
  #a = 0x9e37_79b9;
  #b = 0x243f_6a88;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#c = seed | 0;
    for (let warm = 0; warm < 16; warm++) this.#next();
  }

  readonly bytes: Random = (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at++) bytes[at] = this.#next() >>> 24;
    return bytes;
  };

  /** 0 to `bound` - 1. */
  below(bound: number): number {
    return this.#next() % bound;
  }

  chance(probability: number): boolean {
    return this.#next() < probability * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    assert(item !== undefined, "there must be something to pick");
    return item;
  }

  shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, place: this.#next() }))
      .sort((one, other) => one.place - other.place)
      .map(({ item }) => item);
  }

  /** At most `count` different ones, in any order. */
  some<T>(items: readonly T[], count: number): T[] {
    return this.shuffled(items).slice(0, count);
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

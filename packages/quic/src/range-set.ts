/** A set of integers as disjoint, ascending, half-open ranges: packet numbers received, stream bytes acknowledged. */

export class RangeSet {
  /** start, end, start, end... */
  readonly #edges: number[] = [];

  get count(): number {
    return this.#edges.length / 2;
  }

  /** The start of range `index`, counted from the lowest. */
  start(index: number): number {
    return this.#edges[2 * index] ?? 0;
  }

  end(index: number): number {
    return this.#edges[2 * index + 1] ?? 0;
  }

  /** Behind the highest member; 0 when empty. */
  get top(): number {
    return this.#edges.at(-1) ?? 0;
  }

  has(value: number): boolean {
    const index = this.#firstEndingBehind(value);
    return index < this.count && this.start(index) <= value;
  }

  /** Adds `[start, end)`; returns how many of them were new. */
  add(start: number, end: number): number {
    if (end <= start) return 0;
    const edges = this.#edges;
    const last = edges.length - 1;
    if (last < 0 || start > (edges[last] ?? 0)) {
      edges.push(start, end);
      return end - start;
    }
    if (start === edges[last]) {
      edges[last] = end;
      return end - start;
    }
    return this.#merge(start, end);
  }

  /** Removes `[start, end)`. */
  remove(start: number, end: number): void {
    if (end <= start) return;
    const first = this.#firstEndingBehind(start);
    const kept: number[] = [];
    let index = first;
    for (; index < this.count && this.start(index) < end; index++) {
      if (this.start(index) < start) kept.push(this.start(index), start);
      if (this.end(index) > end) kept.push(end, this.end(index));
    }
    if (index > first) this.#edges.splice(2 * first, 2 * (index - first), ...kept);
  }

  /** Removes everything below `value`. */
  removeBelow(value: number): void {
    const edges = this.#edges;
    let drop = 0;
    while (drop < edges.length && (edges[drop + 1] ?? 0) <= value) drop += 2;
    if (drop > 0) edges.splice(0, drop);
    const first = edges[0];
    if (first !== undefined && first < value) edges[0] = value;
  }

  dropLowest(): void {
    this.#edges.splice(0, 2);
  }

  clear(): void {
    this.#edges.length = 0;
  }

  #merge(start: number, end: number): number {
    const first = this.#firstEndingBehind(start - 1);
    let from = start;
    let to = end;
    let covered = 0;
    let index = first;
    for (; index < this.count && this.start(index) <= end; index++) {
      covered += Math.max(0, Math.min(end, this.end(index)) - Math.max(start, this.start(index)));
      from = Math.min(from, this.start(index));
      to = Math.max(to, this.end(index));
    }
    this.#edges.splice(2 * first, 2 * (index - first), from, to);
    return end - start - covered;
  }

  /** Index of the first range whose end is above `value`. */
  #firstEndingBehind(value: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.end(middle) > value) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

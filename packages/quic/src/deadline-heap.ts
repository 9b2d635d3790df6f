/** The earliest of many deadlines, each of which changes often: a binary heap that knows where its members are. */

type Entry<Member> = { readonly member: Member; at: number; index: number };

export class DeadlineHeap<Member> {
  readonly #entries = new Map<Member, Entry<Member>>();
  readonly #heap: Entry<Member>[] = [];

  /** Infinite when empty. */
  get earliest(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** A member whose deadline is not after `now`. It stays until its deadline is set again. */
  due(now: number): Member | undefined {
    const first = this.#heap[0];
    return first !== undefined && first.at <= now ? first.member : undefined;
  }

  set(member: Member, at: number): void {
    const known = this.#entries.get(member);
    if (known === undefined) {
      const entry = { member, at, index: this.#heap.length };
      this.#entries.set(member, entry);
      this.#heap.push(entry);
      this.#rise(entry);
      return;
    }
    if (known.at === at) return;
    const earlier = at < known.at;
    known.at = at;
    if (earlier) this.#rise(known);
    else this.#sink(known);
  }

  delete(member: Member): void {
    const entry = this.#entries.get(member);
    if (entry === undefined) return;
    this.#entries.delete(member);
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, entry.index);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: Entry<Member>): void {
    for (;;) {
      const parent = this.#heap[(entry.index - 1) >> 1];
      if (entry.index === 0 || parent === undefined || parent.at <= entry.at) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: Entry<Member>): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const child = right !== undefined && left !== undefined && right.at < left.at ? right : left;
      if (child === undefined || child.at >= entry.at) return;
      this.#swap(child, entry);
    }
  }

  #swap(a: Entry<Member>, b: Entry<Member>): void {
    const { index } = a;
    this.#place(a, b.index);
    this.#place(b, index);
  }

  #place(entry: Entry<Member>, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }
}

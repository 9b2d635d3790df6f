/** The largest sample of the last few rounds. */

export class MaxFilter {
  readonly #rounds: number;
  /** Candidates, falling in value and rising in round. */
  #candidates: { readonly round: number; readonly value: number }[] = [];

  constructor(rounds: number) {
    this.#rounds = rounds;
  }

  get value(): number {
    return this.#candidates[0]?.value ?? 0;
  }

  update(round: number, value: number): void {
    const kept = this.#candidates;
    while ((kept.at(-1)?.value ?? Number.POSITIVE_INFINITY) <= value) kept.pop();
    kept.push({ round, value });
    while ((kept[0]?.round ?? round) + this.#rounds <= round) kept.shift();
  }

  reset(): void {
    this.#candidates = [];
  }
}

/** The fuzzer: inputs by their number, each from a seed of its own, so that one can be tried again alone. */
import { classicalSuite, hybridSuite } from "../../src/index.ts";
import { Seeded } from "../scenario/seeded.ts";
import { type Corpus, corpusOf } from "./corpus.ts";
import { targets } from "./targets.ts";

export type Fuzzed = {
  readonly inputs: number;
  /** By target and outcome. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly slowestMs: number;
  /** Inputs that took longer than 50 ms: on a machine that does nothing else there is none. */
  readonly slow: number;
};

const SLOW_MS = 50;
const total = targets.reduce((sum, { weight }) => sum + weight, 0);

/** The bytes that all corpora begin with never change. */
export const corpora = (): readonly Corpus[] => [
  corpusOf(classicalSuite, new Seeded(1)),
  corpusOf(hybridSuite, new Seeded(2)),
];

/** Throws an error that names the input's number. */
export function fuzz(from: number, inputs: number, corpus: readonly Corpus[]): Fuzzed {
  const outcomes = new Map<string, number>();
  let slowestMs = 0;
  let slow = 0;
  for (let input = from; input < from + inputs; input++) {
    const started = performance.now();
    const outcome = tryInput(input, corpus);
    const spentMs = performance.now() - started;
    // Once more, where it may have been the machine.
    const sureMs = spentMs > SLOW_MS ? Math.min(spentMs, again(input, corpus)) : spentMs;
    slowestMs = Math.max(slowestMs, sureMs);
    if (sureMs > SLOW_MS) slow++;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return { inputs, outcomes, slowestMs, slow };
}

/** In processor time. */
function again(input: number, corpus: readonly Corpus[]): number {
  const started = process.cpuUsage();
  tryInput(input, corpus);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1_000;
}

/** The number decides everything about it. */
function tryInput(input: number, [classical, hybrid]: readonly Corpus[]): string {
  const seeded = new Seeded(input);
  const { name, target } = chosen(seeded);
  const corpus = seeded.chance(0.1) ? hybrid : classical;
  if (corpus === undefined) throw new RangeError("two corpora are needed");
  return `${name}: ${attempt(input, name, () => target(corpus, seeded))}`;
}

function chosen(seeded: Seeded): (typeof targets)[number] {
  let at = seeded.below(total);
  for (const target of targets) {
    if (at < target.weight) return target;
    at -= target.weight;
  }
  throw new RangeError("the weights are their sum");
}

function attempt(input: number, name: string, work: () => string): string {
  try {
    return work();
  } catch (error) {
    throw new Error(`input ${input} (${name})`, { cause: error });
  }
}

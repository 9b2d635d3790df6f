/** Ten million changed inputs; the number of one that fails is in its message. */
import { type Trial, thisMachine } from "../../../scripts/trial.ts";
import { corpora, fuzz } from "../test/fuzz/fuzz.ts";
import { heapBytes } from "../test/fuzz/heap.ts";

const INPUTS = 10_000_000;
const STEP = 100_000;
const GROWTH_MAX = 16 * 2 ** 20;

export const soak: Trial = {
  name: "mls-fuzz",
  describe: "changed valid inputs into every decoder and step of MLS: --inputs N --from FIRST",
  async run({ args, log }) {
    const corpus = corpora();
    const from = numberOf(args, "--from") ?? 1_000_000;
    const wanted = numberOf(args, "--inputs") ?? INPUTS;
    let [slowestMs, slow, before] = [0, 0, 0];
    const outcomes = new Map<string, number>();
    for (let done = 0; done < wanted; done += STEP) {
      const fuzzed = fuzz(from + done, Math.min(STEP, wanted - done), corpus);
      slowestMs = Math.max(slowestMs, fuzzed.slowestMs);
      slow += fuzzed.slow;
      for (const [outcome, count] of fuzzed.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
      const heap = heapBytes();
      before ||= heap;
      if (heap - before > GROWTH_MAX) throw new Error(`the heap grew by ${heap - before} bytes`);
      log(
        `${done + STEP} inputs, ${slow} over 50 ms, ${((heap - before) / 2 ** 20).toFixed(1)} MiB more than at first`,
      );
    }
    const figures = [
      { name: "inputs", value: wanted, unit: "inputs" },
      { name: "different outcomes", value: outcomes.size, unit: "outcomes" },
      { name: "slowest input", value: slowestMs, unit: "ms" },
      { name: "inputs over 50 ms", value: slow, unit: "inputs" },
      { name: "heap grown by", value: (heapBytes() - before) / 2 ** 20, unit: "MiB" },
    ];
    return { name: "mls-fuzz", figures, machine: thisMachine() };
  },
};

function numberOf(args: readonly string[], name: string): number | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : Number(args[at + 1]);
}

/** Thousands of simulated connections over bad networks; the seed of a failure is in its message. */
import { type Trial, thisMachine } from "../../../scripts/trial.ts";
import { simulate } from "../test/simulation.ts";

const SEEDS = 5000;

export const soak: Trial = {
  name: "simulation",
  describe: "two endpoints over networks that lose, reorder, repeat, damage, rebind and jump: --seeds N --from N",
  async run({ args, log }) {
    const from = numberOf(args, "--from") ?? 1;
    const seeds = numberOf(args, "--seeds") ?? SEEDS;
    let gaveUp = 0;
    let datagrams = 0;
    for (let seed = from; seed < from + seeds; seed++) {
      const result = attempt(seed);
      datagrams += result.datagrams;
      if (result.gaveUp) gaveUp++;
      if ((seed - from) % 250 === 249) log(`${seed - from + 1} of ${seeds} seeds, ${gaveUp} gave up`);
    }
    if (gaveUp > seeds / 50) throw new Error(`${gaveUp} of ${seeds} connections gave up`);
    const figures = [
      { name: "simulated connections", value: seeds, unit: "connections" },
      { name: "gave up", value: gaveUp, unit: "connections" },
      { name: "datagrams", value: datagrams, unit: "datagrams" },
    ];
    return { name: "simulation", figures, machine: thisMachine() };
  },
};

function attempt(seed: number) {
  try {
    return simulate(seed);
  } catch (error) {
    throw new Error(`seed ${seed}`, { cause: error });
  }
}

function numberOf(args: readonly string[], name: string): number | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : Number(args[at + 1]);
}

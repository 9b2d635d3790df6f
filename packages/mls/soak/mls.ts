/** Random lives of groups, as long as one likes: the seed of a failure is in its message. */
import { type Trial, thisMachine } from "../../../scripts/trial.ts";
import { classicalSuite, hybridSuite } from "../src/index.ts";
import { live, type Scenario } from "../test/scenario/scenario.ts";

const MINUTES = 30;
const MEMBERS_MAX = 50;
const STEPS = 3_000;

export const soak: Trial = {
  name: "mls",
  describe: "random lives of MLS groups: --minutes N --seed FIRST --members MAX --steps N --runs N",
  async run({ args, log }) {
    const option = (name: string, otherwise: number): number => numberOf(args, name) ?? otherwise;
    const until = Date.now() + option("--minutes", MINUTES) * 60_000;
    const first = option("--seed", Date.now() % 1_000_000);
    const runs = option("--runs", Number.POSITIVE_INFINITY);
    const [members, steps] = [option("--members", MEMBERS_MAX), option("--steps", STEPS)];
    const sums = { runs: 0, steps: 0, epochs: 0, peak: 0 };
    for (let seed = first; seed < first + runs && (sums.runs === 0 || Date.now() < until); seed++) {
      const scenario = scenarioOf(seed, { members, steps });
      const lived = live(scenario);
      sums.runs++;
      sums.steps += lived.steps;
      sums.epochs += Number(lived.epochs);
      sums.peak = Math.max(sums.peak, lived.membersPeak);
      log(`seed ${seed}: ${lived.steps} steps, ${lived.epochs} epochs, ${lived.membersPeak} of ${scenario.membersMax}`);
    }
    const figures = [
      { name: "lives of groups", value: sums.runs, unit: "groups" },
      { name: "steps", value: sums.steps, unit: "steps" },
      { name: "epochs", value: sums.epochs, unit: "epochs" },
      { name: "most members at once", value: sums.peak, unit: "members" },
    ];
    return { name: "mls", figures, machine: thisMachine() };
  },
};

/** Every fourth with the hybrid suite; every second of full size. */
const scenarioOf = (seed: number, { members, steps }: { members: number; steps: number }): Scenario => ({
  seed,
  suite: seed % 4 === 0 ? hybridSuite : classicalSuite,
  membersMax: seed % 2 === 0 ? members : 2 + (seed % Math.max(1, members - 1)),
  steps,
});

function numberOf(args: readonly string[], name: string): number | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : Number(args[at + 1]);
}

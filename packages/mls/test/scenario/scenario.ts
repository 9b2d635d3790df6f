/** A random life of a group, from a seed: any operation at any step, and after each one all that must hold. */
import type { CipherSuite } from "../../src/index.ts";
import {
  commitSomething,
  deliverMail,
  forgetEpochs,
  goAwayOrReturn,
  intrude,
  joinFromOutside,
  type Operation,
  proposeFromOutside,
  proposeSomething,
  raceToCommit,
  reload,
  sendMail,
} from "./operations.ts";
import { Seeded } from "./seeded.ts";
import { branchGroup, reinitialiseGroup } from "./succeed.ts";
import { World } from "./world.ts";

export type Scenario = {
  readonly seed: number;
  readonly suite: CipherSuite;
  readonly membersMax: number;
  readonly steps: number;
};

export type Lived = { readonly steps: number; readonly epochs: bigint; readonly membersPeak: number };

/** Throws an error that names the seed and the last steps. */
export function live(scenario: Scenario): Lived {
  const seeded = new Seeded(scenario.seed);
  const world = new World({ ...scenario, seeded });
  const story: string[] = [];
  let membersPeak = 1;
  let epochs = 0n;
  try {
    for (let step = 0; step < scenario.steps; step++) {
      const operation = choose(seeded);
      story.push(`${step}: ${operation.name}`);
      const told = operation(world);
      story[story.length - 1] = `${step}: ${told ?? `${operation.name} (nothing to do)`}`;
      world.check();
      membersPeak = Math.max(membersPeak, world.inside.size);
    }
    for (const client of world.clients) client.online = true;
    world.followAll();
    world.check();
    epochs = world.epochsSeen;
  } catch (error) {
    const { seed, suite, membersMax, steps } = scenario;
    const replay = `seed ${seed}, suite ${suite.id}, at most ${membersMax} members, ${steps} steps`;
    throw new Error(`${replay}\n${story.slice(-15).join("\n")}`, { cause: error });
  }
  return { steps: scenario.steps, epochs, membersPeak };
}

const weighted: readonly (readonly [weight: number, operation: Operation])[] = [
  [22, commitSomething],
  [8, raceToCommit],
  [14, proposeSomething],
  [3, proposeFromOutside],
  [7, joinFromOutside],
  [12, sendMail],
  [18, deliverMail],
  [6, reload],
  [2, forgetEpochs],
  [6, goAwayOrReturn],
  [1, intrude],
  [1, branchGroup],
  [1, reinitialiseGroup],
];
const total = weighted.reduce((sum, [weight]) => sum + weight, 0);

function choose(seeded: Seeded): Operation {
  let at = seeded.below(total);
  for (const [weight, operation] of weighted) {
    if (at < weight) return operation;
    at -= weight;
  }
  return commitSomething;
}

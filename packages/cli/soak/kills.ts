/** Fifty random `kill -9` of server and clients under traffic: nothing that `send` confirmed is lost, nothing is shown twice. */
import { type Trial, thisMachine } from "../../../scripts/trial.ts";
import { runKills } from "../test/kills.ts";

const KILLS = 50;

export const soak: Trial = {
  name: "kills",
  describe: "random kill -9 of server and clients under traffic: [--kills 50] [--seed N]",
  async run({ args, log }) {
    const seed = numberBehind(args, "--seed") ?? Date.now() % 2 ** 31;
    const wanted = numberBehind(args, "--kills") ?? KILLS;
    log(`  ${wanted} kills, seed ${seed}`);
    const { kills, confirmed, lost, twice, notPrinted } = await runKills({ kills: wanted, seed });
    if (lost.length > 0) throw new Error(`lost (seed ${seed}): ${lost.join(", ")}`);
    if (twice.length > 0) throw new Error(`shown twice (seed ${seed}): ${twice.join(", ")}`);
    const figures = [
      { name: "kills of the server", value: kills.server, unit: "" },
      { name: "kills of clients", value: kills.client, unit: "" },
      { name: "messages that send confirmed", value: confirmed, unit: "" },
      { name: "lost", value: lost.length, unit: "" },
      { name: "shown twice", value: twice.length, unit: "" },
      { name: "in the history, never printed", value: notPrinted, unit: "" },
    ];
    return { name: "kills", figures, machine: thisMachine() };
  },
};

function numberBehind(args: readonly string[], option: string): number | undefined {
  const at = args.indexOf(option);
  const value = Number(args[at + 1]);
  return at < 0 || !Number.isInteger(value) ? undefined : value;
}

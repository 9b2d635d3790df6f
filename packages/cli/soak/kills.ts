/** Fifty random `kill -9` of server and clients under traffic: nothing that `send` confirmed is lost, nothing is shown twice. */
import { type Trial, thisMachine } from "../../../scripts/trial.ts";
import { runKills } from "../test/kills.ts";

const KILLS = 50;

export const soak: Trial = {
  name: "kills",
  describe: "random kill -9 of server and clients under traffic: [--kills 50] [--seed N] [--keep]",
  async run({ args, log }) {
    const seed = numberBehind(args, "--seed") ?? Date.now() % 2 ** 31;
    const wanted = numberBehind(args, "--kills") ?? KILLS;
    log(`  ${wanted} kills, seed ${seed}`);
    const report = await runKills({ kills: wanted, seed, keep: args.includes("--keep") });
    const { kills, confirmed, lost, twice, notPrinted } = report;
    if (lost.length + twice.length > 0) {
      for (const line of report.journal) log(line);
      throw new Error(`lost: ${lost.join(", ")}; shown twice: ${twice.join(", ")} (seed ${seed})`);
    }
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

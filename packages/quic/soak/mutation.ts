/** Ten million mutated datagrams into running connections of both roles. */
import { type Trial, thisMachine } from "../../../scripts/trial.ts";
import { mutateDatagrams } from "../test/mutation.ts";

const DATAGRAMS = 10_000_000;
const STEP = 100_000;

export const soak: Trial = {
  name: "mutation",
  describe: "mutated datagrams against client and server, with real protection and with none: --datagrams N",
  async run({ args, log }) {
    const at = args.indexOf("--datagrams");
    const wanted = at < 0 ? DATAGRAMS : Number(args[at + 1]);
    let done = 0;
    let closedByError = 0;
    for (let seed = 1; done < wanted; seed += 1_000_000) {
      for (const authenticated of [true, false]) {
        const result = mutateDatagrams({ seed, datagrams: STEP, authenticated });
        done += result.datagrams;
        closedByError += result.closedByError;
      }
      log(`${done} of ${wanted} datagrams`);
    }
    const figures = [
      { name: "mutated datagrams", value: done, unit: "datagrams" },
      { name: "connections that mutated frames ended", value: closedByError, unit: "connections" },
    ];
    return { name: "mutation", figures, machine: thisMachine() };
  },
};

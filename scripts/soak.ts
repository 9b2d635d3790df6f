/** `npm run soak [-- NAME|all] [--json]`: lists or runs the soaks of all packages. */
import { runTrials } from "./run-trials.ts";

await runTrials("soak", process.argv.slice(2));

/** `npm run bench [-- NAME|all] [--json]`: lists or runs the benches of all packages. */
import { runTrials } from "./run-trials.ts";

await runTrials("bench", process.argv.slice(2));

/** Loaded before a test, it puts one fault into the engine: `MLS_MUTANT` is the fault's place in the list of `faults.ts`. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { faults } from "./faults.ts";

const fault = faults[Number(process.env["MLS_MUTANT"])];
if (fault === undefined) throw new Error("MLS_MUTANT names no fault");

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(`/packages/${fault.file}`)) return loaded;
    const source = readFileSync(fileURLToPath(url), "utf8");
    if (source.split(fault.from).length !== 2) throw new Error(`${fault.file} has not one place to put the fault in`);
    return { ...loaded, source: source.replace(fault.from, () => fault.to) };
  },
});

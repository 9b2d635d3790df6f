/** Every package names its licence and has its text; every dependency has one that goes with ours. */
import { existsSync, globSync, readFileSync } from "node:fs";

type Manifest = { readonly license: string; readonly dependencies: readonly string[] };

/** First line of the text that must lie in the package's folder, or at the root for the root's own licence. */
const texts: Readonly<Record<string, string>> = {
  MIT: "MIT License",
  "AGPL-3.0-or-later": "GNU AFFERO GENERAL PUBLIC LICENSE",
};
/** Of what is shipped with us; build tools may have others. */
const accepted = ["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "0BSD", "(Apache-2.0 AND BSD-3-Clause)"];

const faults = globSync("packages/*").sort().flatMap(faultsOf);
console.log(faults.length === 0 ? "Every package has its licence, and so has what it depends on." : faults.join("\n"));
process.exit(faults.length === 0 ? 0 : 1);

function faultsOf(folder: string): string[] {
  const { license, dependencies } = manifestOf(folder);
  const heading = texts[license];
  if (heading === undefined) return [`${folder}: no licence of ours: ${license}`];
  const file = license === "MIT" ? `${folder}/LICENSE` : "LICENSE";
  const found = existsSync(file) && readFileSync(file, "utf8").trimStart().startsWith(heading);
  const missing = found ? [] : [`${folder}: ${file} does not hold the text of ${license}`];
  const foreign = dependencies.filter((name) => !name.startsWith("@quicprochat/"));
  return [...missing, ...foreign.flatMap((name) => faultsOfDependency(folder, name))];
}

function faultsOfDependency(folder: string, name: string): string[] {
  const place = [`${folder}/node_modules/${name}`, `node_modules/${name}`].find((path) => existsSync(path));
  if (place === undefined) return [`${folder}: ${name} is not installed`];
  const { license } = manifestOf(place);
  return accepted.includes(license) ? [] : [`${folder}: ${name} has the licence ${license}`];
}

function manifestOf(folder: string): Manifest {
  const manifest: unknown = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  if (typeof manifest !== "object" || manifest === null) throw new Error(`${folder}/package.json is no object`);
  const license = "license" in manifest ? String(manifest.license) : "none";
  const listed: unknown = "dependencies" in manifest ? manifest.dependencies : undefined;
  return { license, dependencies: typeof listed === "object" && listed !== null ? Object.keys(listed) : [] };
}

/** What STYLE.md asks of files and no other tool checks: an opening sentence, and a name that says something. */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

const files = globSync(["packages/*/{src,test,bench,soak}/**/*.ts", "scripts/*.ts"])
  .filter((file) => !file.includes("/src/gen/"))
  .sort();
const faults = files.flatMap(faultsOf);
console.log(faults.length === 0 ? `${files.length} files have the shape of STYLE.md.` : faults.join("\n"));
process.exit(faults.length === 0 && files.length > 0 ? 0 : 1);

function faultsOf(file: string): string[] {
  const name = basename(file).replace(/(\.fuzz)?(\.test)?\.ts$/, "");
  const faults: string[] = [];
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) faults.push(`${file}: the name is not kebab-case`);
  if (/^(utils?|helpers?|types|misc|common)$/.test(name)) faults.push(`${file}: the name says nothing`);
  // The titles of a test's cases are its opening.
  const opens = file.endsWith(".test.ts") || readFileSync(file, "utf8").startsWith("/**");
  if (!opens) faults.push(`${file}: no sentence at the top says what it is`);
  return faults;
}

/** Runs the MLS working group's test vectors: every file of a folder, each vector by itself. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { CipherSuite } from "../../src/suite/cipher-suite.ts";
import { nativeSuites } from "../../src/suite/native-suites.ts";
import { cryptoBasics } from "./crypto-basics.ts";
import { integer, type Json, record } from "./json.ts";
import { keySchedule, pskSecret, transcriptHashes } from "./key-schedule.ts";
import { messageProtection, secretTree } from "./message-protection.ts";
import { messages } from "./messages.ts";
import { passiveClient } from "./passive-client.ts";
import { treeOperations, treeValidation } from "./tree.ts";
import { treeKem } from "./tree-kem.ts";
import { deserialization, treeMath } from "./tree-math.ts";
import { welcome } from "./welcome.ts";

export type VectorOutcome =
  | { readonly kind: "passed" }
  /** Of a suite that this engine does not have. */
  | { readonly kind: "skipped"; readonly suite: number }
  | { readonly kind: "failed"; readonly reason: string };

export type VectorFile = { readonly name: string; readonly outcomes: readonly VectorOutcome[] };

type Format =
  | { readonly kind: "any"; readonly verify: (vector: Json) => void }
  | { readonly kind: "suite"; readonly verify: (suite: CipherSuite, vector: Json) => void };

const any = (verify: (vector: Json) => void): Format => ({ kind: "any", verify });
const ofSuite = (verify: (suite: CipherSuite, vector: Json) => void): Format => ({ kind: "suite", verify });
const passive = ofSuite((_, vector) => passiveClient(vector));

/** By file name, with hyphens. */
const formats: Readonly<Record<string, Format>> = {
  "crypto-basics": ofSuite(cryptoBasics),
  deserialization: any(deserialization),
  "key-schedule": ofSuite(keySchedule),
  "message-protection": ofSuite(messageProtection),
  messages: any(messages),
  "passive-client-handling-commit": passive,
  "passive-client-random": passive,
  "passive-client-welcome": passive,
  "psk-secret": ofSuite(pskSecret),
  "secret-tree": ofSuite(secretTree),
  "transcript-hashes": ofSuite(transcriptHashes),
  "tree-math": any(treeMath),
  "tree-operations": ofSuite(treeOperations),
  "tree-validation": ofSuite(treeValidation),
  treekem: ofSuite(treeKem),
  welcome: ofSuite(welcome),
};

/** A file whose format is unknown fails: nothing is passed over in silence. */
export function* runVectors(folder: string): Generator<VectorFile> {
  for (const name of globSync("*.json", { cwd: folder }).sort()) {
    const vectors: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
    const format = formats[basename(name, ".json").replaceAll("_", "-")];
    yield { name, outcomes: (Array.isArray(vectors) ? vectors : [vectors]).map((vector) => runOne(format, vector)) };
  }
}

function runOne(format: Format | undefined, value: unknown): VectorOutcome {
  if (format === undefined) return { kind: "failed", reason: "no vector of the working group has this name" };
  try {
    const vector = record(value);
    if (format.kind === "any") {
      format.verify(vector);
      return { kind: "passed" };
    }
    const id = integer(vector["cipher_suite"]);
    const suite = nativeSuites(id);
    if (suite === undefined) return { kind: "skipped", suite: id };
    format.verify(suite, vector);
    return { kind: "passed" };
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

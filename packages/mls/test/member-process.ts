/**
 * `prepare` makes a large group and prints what one joiner needs. `member` is that joiner: it joins, reads a commit, makes
 * one, and prints its peak memory in MiB. `idle` prints that of a process that has only loaded the engine.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fromHex, toHex } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import { bulkAdded, candidate, committed, filled, memberOf, now } from "../bench/large-group.ts";
import { classicalSuite, commit, decodeMlsMessage, hybridSuite, joinByWelcome, processMessage } from "../src/index.ts";

const suite = process.env["MLS_SUITE"] === "0x0001" ? classicalSuite : hybridSuite;
const size = Number(process.env["MLS_MEMBERS"] ?? 1_000);

if (process.argv.includes("prepare")) prepare();
else if (process.argv.includes("member")) member();
else printPeak();

function prepare(): void {
  const candidates = Array.from({ length: size }, (_, at) => candidate(suite, `member ${at}`));
  const group = filled(bulkAdded(suite, candidates));
  const newcomer = candidate(suite, "newcomer");
  const author = memberOf(group, size > 2 ? size - 1 : 0);
  const proposals = [{ kind: "add", keyPackage: newcomer.created.keyPackage }] as const;
  const adding = committed(commit(author, { proposals, path: true, wire: "public", now, random }));
  const next = committed(commit(adding.next, { wire: "public", now, random }));
  const { initPrivateKey, encryptionPrivateKey } = newcomer.created.secrets;
  assert(adding.welcome !== undefined);
  const material = [
    newcomer.created.message,
    initPrivateKey,
    encryptionPrivateKey,
    newcomer.signatureKeyPair.privateKey,
    adding.welcome,
    next.message,
  ];
  process.stdout.write(material.map(toHex).join("\n"));
}

function member(): void {
  const [keyPackageMessage, initPrivateKey, encryptionPrivateKey, signaturePrivateKey, welcome, message] = readFileSync(
    0,
    "utf8",
  )
    .split("\n")
    .map((line) => fromHex(line));
  assert(keyPackageMessage && initPrivateKey && encryptionPrivateKey && signaturePrivateKey && welcome && message);
  const decoded = decodeMlsMessage(keyPackageMessage);
  assert(decoded.kind === "key-package");
  const { keyPackage } = decoded;
  const secrets = { initPrivateKey, encryptionPrivateKey };
  const outcome = joinByWelcome({ welcome, keyPackage, secrets, signaturePrivateKey });
  assert(outcome.kind === "joined");
  const processed = processMessage(outcome.state, message);
  assert(processed.kind === "commit");
  committed(commit(processed.state, { wire: "public", now, random }));
  printPeak();
}

/** On Linux `maxRSS` begins with what the parent had. */
function printPeak(): void {
  const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
  const highWater = /VmHWM:\s+(\d+) kB/.exec(status)?.[1];
  const kibibytes = highWater === undefined ? process.resourceUsage().maxRSS : Number(highWater);
  process.stdout.write((kibibytes / 1_024).toFixed(1));
}

/** The engine in groups of every size, beside the sum of the primitives that it must call, and beside ts-mls. */
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { type CipherSuite, classicalSuite, hybridSuite } from "../src/index.ts";
import { measureMemory } from "./memory.ts";
import {
  type GroupFigures,
  measureGroup,
  measureKeyPackages,
  measureMessages,
  measureOver,
  measurePrimitives,
  type PrimitiveRates,
  type Tree,
} from "./own-figures.ts";
import { measurePeer } from "./peer-figures.ts";

const SIZES = [2, 10, 100, 1_000];

export const bench: Trial = {
  name: "mls",
  describe: "groups of 2 to 1,000 members, both suites, beside the primitives and ts-mls: --members MAX --no-peer",
  async run({ args, log }) {
    const at = args.indexOf("--members");
    const sizes = SIZES.filter((size) => at < 0 || size <= Number(args[at + 1]));
    const figures: Figure[] = [];
    const suites = [
      { name: "0x004D", suite: hybridSuite },
      { name: "0x0001", suite: classicalSuite },
    ];
    for (const { name, suite } of suites) {
      log(`  ${name}: primitives, KeyPackages, messages`);
      const rates = measurePrimitives(suite);
      figures.push(...clientFigures(name, suite, rates));
      for (const size of sizes) {
        log(`  ${name}: ${size} members`);
        figures.push(...groupFigures(`${name}, ${size}`, measureGroup(suite, size), { suite, rates, size }));
      }
      figures.push(...measureMemory(name, Math.max(...sizes)));
    }
    if (!args.includes("--no-peer")) {
      figures.push(...(await measurePeer(figures, { sizes, log })));
    }
    return { name: "mls", figures, machine: thisMachine() };
  },
};

const BOUND = "primitives alone";

/** `peerValue` is the least time or the highest rate: `ratio` is how near it we come. */
const timed = (name: string, ms: number, boundMs: number): Figure => ({
  name,
  value: ms,
  unit: "ms",
  peer: BOUND,
  peerValue: boundMs,
  ratio: boundMs / ms,
});

const rated = (name: string, value: number, seconds: number): Figure =>
  besidePeer({ name, value, unit: "/s", peer: BOUND, peerValue: 1 / seconds });

function clientFigures(name: string, suite: CipherSuite, rates: PrimitiveRates): Figure[] {
  const { encryptRate, decryptRate, writtenBytes } = measureMessages(suite);
  // Content and sender data are sealed apart; key, nonce and next secret of the ratchet, key and nonce of the sender data.
  const framing = 2 / rates.aead + 5 / rates.expand;
  return [
    rated(`${name}: KeyPackages`, measureKeyPackages(suite), 2 / rates.keyPair + 2 / rates.sign),
    rated(`${name}: 1 KiB encrypted`, encryptRate, framing + 1 / rates.sign),
    rated(`${name}: 1 KiB decrypted`, decryptRate, framing + 1 / rates.verify),
    { name: `${name}: stored for one message`, value: writtenBytes, unit: "bytes" },
  ];
}

type Measured = { readonly suite: CipherSuite; readonly rates: PrimitiveRates; readonly size: number };

function groupFigures(name: string, group: GroupFigures, measured: Measured): Figure[] {
  const { suite, rates, size } = measured;
  // The GroupInfo with its tree: signed, sealed, and hashed once for the joiner's HPKE.
  const welcome = measureOver(suite, group.welcomeBytes);
  const add = 1_000 * (1 / rates.verify + 1 / rates.sign + 1 / rates.seal);
  const figures: Figure[] = [
    timed(
      `${name}: join by Welcome`,
      group.joinMs,
      1_000 * (size / rates.verify + 1 / rates.open) + welcome.verify + welcome.seal + welcome.hash,
    ),
    timed(`${name}: add one`, group.addMs, add + welcome.sign + welcome.seal + welcome.hash),
    { name: `${name}: Welcome for all`, value: group.welcomeBytes, unit: "bytes" },
  ];
  for (const tree of ["bulk", "filled"] as const) {
    figures.push(...treeFigures(`${name} ${tree}`, group.trees[tree], measured));
  }
  return figures;
}

function treeFigures(name: string, tree: GroupFigures["trees"][Tree], { suite, rates }: Measured): Figure[] {
  // The content: signed, tagged, and hashed into the transcript.
  const content = measureOver(suite, tree.commitBytes);
  const derived = (tree.pathLength + 1) / rates.derive;
  const commitMs = 1_000 * (tree.ciphertexts / rates.seal + derived + 1 / rates.sign) + content.sign;
  const processMs = 1_000 * (1 / rates.verify + 1 / rates.open + 1 / rates.derive) + content.verify;
  return [
    timed(`${name}: commit`, tree.commitMs, commitMs + content.mac + content.hash),
    // The reader sits beside the creator: it learns but the last node of the path.
    timed(`${name}: process`, tree.processMs, processMs + content.mac + content.hash),
    { name: `${name}: Commit`, value: tree.commitBytes, unit: "bytes" },
    { name: `${name}: state`, value: tree.stateBytes, unit: "bytes" },
    { name: `${name}: stored for one commit`, value: tree.commitWrites, unit: "bytes" },
  ];
}

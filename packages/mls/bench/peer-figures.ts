/** What ts-mls 1.6.4 takes for the same, in the same run: beside each figure of ours. */
import assert from "node:assert/strict";
import { toUtf8 } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import {
  acceptAll,
  type Capabilities,
  type CiphersuiteImpl,
  type ClientState,
  createApplicationMessage,
  createCommit,
  createGroup,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  type KeyPackage,
  makePskIndex,
  type PrivateKeyPackage,
  processMessage,
  processPrivateMessage,
} from "ts-mls";
import { besidePeer, type Figure } from "../../../scripts/trial.ts";
import { bestMsOf, bestRateOf } from "./measure.ts";
import { nodeCryptoSuite } from "./ts-mls-provider.ts";

type Peer = { readonly name: string; readonly suite: CiphersuiteImpl; readonly ours: string };

type Wanted = { readonly sizes: readonly number[]; readonly log: (line: string) => void };

/** `own` are the figures to compare with, by their names. */
export async function measurePeer(own: readonly Figure[], { sizes, log }: Wanted): Promise<Figure[]> {
  const classical = getCiphersuiteFromName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519");
  const peers: Peer[] = [
    { name: "ts-mls", suite: await getCiphersuiteImpl(classical), ours: "0x0001" },
    { name: "ts-mls on node:crypto", suite: nodeCryptoSuite("x25519"), ours: "0x0001" },
    { name: "ts-mls on node:crypto, X-Wing", suite: nodeCryptoSuite("xWing"), ours: "0x004D" },
  ];
  const figures: Figure[] = [];
  for (const peer of peers) {
    log(`  ${peer.name}`);
    for (const [what, value] of await measureOne(peer, sizes)) {
      const figure = own.find(({ name }) => name === `${peer.ours}${what}`);
      if (figure === undefined) continue;
      const { name, unit } = figure;
      figures.push(besidePeer({ name, value: figure.value, unit, peer: peer.name, peerValue: value }));
    }
  }
  return figures;
}

type Candidate = { readonly publicPackage: KeyPackage; readonly privatePackage: PrivateKeyPackage };

async function measureOne({ suite }: Peer, sizes: readonly number[]): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  values.set(": KeyPackages", await bestRateOf(2, 30, (call) => candidate(suite, `client ${call}`)));
  for (const size of sizes) {
    const candidates: Candidate[] = [];
    for (let at = 0; at < size; at++) candidates.push(await candidate(suite, `member ${at}`));
    const { creator, reader, welcome, joinMs } = await bulkAdded(suite, candidates);
    const made = async () => {
      const context = { state: creator, cipherSuite: suite };
      return createCommit(context, { wireAsPublicMessage: true });
    };
    const rounds = size > 200 ? 1 : 3;
    const { commit } = await made();
    assert(commit.wireformat === "mls_public_message");
    values.set(`, ${size}: join by Welcome`, joinMs);
    values.set(`, ${size}: Welcome for all`, welcome);
    values.set(`, ${size} bulk: commit`, await bestMsOf(rounds, made));
    values.set(`, ${size} bulk: Commit`, encodeMlsMessage(commit).length);
    const psks = makePskIndex(reader, {});
    values.set(
      `, ${size} bulk: process`,
      await bestMsOf(rounds, () => processMessage(commit, reader, psks, acceptAll, suite)),
    );
    if (size === 10) await measureMessages(values, suite, creator, reader);
  }
  return values;
}

async function measureMessages(
  values: Map<string, number>,
  suite: CiphersuiteImpl,
  creator: ClientState,
  reader: ClientState,
): Promise<void> {
  const data = random(1_024);
  let [author, listener] = [creator, reader];
  const messages: Awaited<ReturnType<typeof createApplicationMessage>>["privateMessage"][] = [];
  const encryptRate = await bestRateOf(3, 60, async () => {
    const made = await createApplicationMessage(author, data, suite);
    author = made.newState;
    messages.push(made.privateMessage);
  });
  const psks = makePskIndex(reader, {});
  const decryptRate = await bestRateOf(3, 60, async (call) => {
    const message = messages[call];
    assert(message !== undefined);
    listener = (await processPrivateMessage(listener, message, psks, suite)).newState;
  });
  values.set(": 1 KiB encrypted", encryptRate);
  values.set(": 1 KiB decrypted", decryptRate);
}

async function candidate(suite: CiphersuiteImpl, name: string): Promise<Candidate> {
  const now = BigInt(Math.floor(Date.now() / 1_000));
  const capabilities: Capabilities = {
    versions: ["mls10"],
    ciphersuites: [suite.name],
    extensions: [],
    proposals: [],
    credentials: ["basic"],
  };
  const lifetime = { notBefore: now - 3_600n, notAfter: now + 86_400n };
  const credential = { credentialType: "basic", identity: toUtf8(name) } as const;
  return generateKeyPackage(credential, capabilities, lifetime, [], suite);
}

/** As ours: one commit adds all. */
async function bulkAdded(suite: CiphersuiteImpl, candidates: readonly Candidate[]) {
  const [first, second, ...rest] = candidates;
  assert(first !== undefined && second !== undefined);
  const founded = await createGroup(random(16), first.publicPackage, first.privatePackage, [], suite);
  const extraProposals = [second, ...rest].map(
    ({ publicPackage }) => ({ proposalType: "add", add: { keyPackage: publicPackage } }) as const,
  );
  const added = await createCommit(
    { state: founded, cipherSuite: suite },
    { extraProposals, ratchetTreeExtension: true, wireAsPublicMessage: true },
  );
  const { welcome } = added;
  assert(welcome !== undefined);
  const join = () =>
    joinGroup(welcome, second.publicPackage, second.privatePackage, makePskIndex(undefined, {}), suite);
  const joinMs = await bestMsOf(candidates.length > 200 ? 1 : 3, join);
  const bytes = encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome }).length;
  return { creator: added.newState, reader: await join(), welcome: bytes, joinMs };
}

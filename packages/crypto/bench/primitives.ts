/** The primitives beside @noble, which does the same in JavaScript alone, in turns in one run. */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { expand } from "@noble/hashes/hkdf.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { XWing } from "@noble/post-quantum/hybrid.js";
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import {
  aeadSeal,
  generateSigningKeyPair,
  hkdfExpand,
  sha256,
  sign,
  systemRandom,
  verify,
  x25519HkdfSha256,
  xWing,
} from "../src/index.ts";

const ROUNDS = 5;
const ROUND_MS = 60;

type Pair = { readonly name: string; readonly ours: () => unknown; readonly theirs: () => unknown };

export const bench: Trial = {
  name: "crypto",
  describe: "operations a second of each primitive, beside @noble",
  async run({ log }) {
    const figures: Figure[] = [];
    for (const pair of pairs()) {
      log(`  ${pair.name}`);
      figures.push(measure(pair));
    }
    return { name: "crypto", figures, machine: thisMachine() };
  },
};

function pairs(): Pair[] {
  const kilobyte = systemRandom(1_024);
  const key = systemRandom(32);
  const nonce = systemRandom(12);
  const aad = systemRandom(32);
  const signing = generateSigningKeyPair(systemRandom);
  const signature = sign(signing.privateKey, kilobyte);
  const hybrid = xWing.generateKeyPair(systemRandom);
  const { enc } = xWing.encapsulate(hybrid.publicKey, systemRandom);
  const classical = x25519HkdfSha256.generateKeyPair(systemRandom);
  return [
    {
      name: "SHA-256 of 1 KiB",
      ours: () => sha256(kilobyte),
      theirs: () => nobleSha256(kilobyte),
    },
    {
      name: "HKDF-Expand, 32 bytes",
      ours: () => hkdfExpand(key, aad, 32),
      theirs: () => expand(nobleSha256, key, aad, 32),
    },
    {
      name: "ChaCha20-Poly1305 seal, 1 KiB",
      ours: () => aeadSeal({ algorithm: "chacha20-poly1305", key, nonce, aad, plaintext: kilobyte }),
      theirs: () => chacha20poly1305(key, nonce, aad).encrypt(kilobyte),
    },
    {
      name: "Ed25519 sign",
      ours: () => sign(signing.privateKey, kilobyte),
      theirs: () => ed25519.sign(kilobyte, signing.privateKey),
    },
    {
      name: "Ed25519 verify",
      ours: () => verify(signing.publicKey, kilobyte, signature),
      theirs: () => ed25519.verify(signature, kilobyte, signing.publicKey),
    },
    {
      name: "X25519 KEM encapsulate (peer: one key exchange)",
      ours: () => x25519HkdfSha256.encapsulate(classical.publicKey, systemRandom),
      theirs: () => x25519.getSharedSecret(classical.privateKey, classical.publicKey),
    },
    {
      name: "X-Wing encapsulate",
      ours: () => xWing.encapsulate(hybrid.publicKey, systemRandom),
      // It erases the key that it was given.
      theirs: () => XWing.encapsulate(hybrid.publicKey.slice()),
    },
    {
      name: "X-Wing decapsulate, key cached",
      ours: () => xWing.decapsulate(enc, hybrid.privateKey),
      theirs: () => XWing.decapsulate(enc, hybrid.privateKey),
    },
    {
      name: "X-Wing key pair",
      ours: () => xWing.generateKeyPair(systemRandom),
      theirs: () => XWing.keygen(),
    },
  ];
}

/** The best round of each: what else runs on the machine only ever slows. */
function measure({ name, ours, theirs }: Pair): Figure {
  let value = 0;
  let peerValue = 0;
  for (let round = 0; round < ROUNDS; round++) {
    value = Math.max(value, rate(ours));
    peerValue = Math.max(peerValue, rate(theirs));
  }
  return besidePeer({ name, value, unit: "/s", peer: "@noble", peerValue });
}

function rate(work: () => unknown): number {
  const started = performance.now();
  let done = 0;
  let spentMs = 0;
  for (; spentMs < ROUND_MS; spentMs = performance.now() - started) {
    for (let index = 0; index < 4; index++) work();
    done += 4;
  }
  return (done / spentMs) * 1_000;
}

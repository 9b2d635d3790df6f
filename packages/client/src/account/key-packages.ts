/** This device's KeyPackages: made, kept with their secrets, published, and erased once used. docs/protocol.md, "KeyPackages". */
import { DecodeError, decodeWhole, encodeWith, type Reader } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import {
  basicCredential,
  type CreatedKeyPackage,
  createKeyPackage,
  decodeMlsMessage,
  type KeyPackage,
  type KeyPackageSecrets,
  lastResortExtension,
} from "@quicprochat/mls";
import { methods, limits as protocolLimits } from "@quicprochat/protocol";
import type { Caller } from "../connection/connection-call.ts";
import { encodeDeliveryAddress, extensionTypes } from "../envelope/extensions.ts";
import { limits } from "../limits.ts";
import { capabilitiesOfDevices, suite } from "../step/suite.ts";
import type { Vault, VaultReader, VaultTransaction } from "../vault/vault.ts";
import { vaultFailure } from "../vault/vault-failure.ts";
import type { Account } from "./account.ts";

/** Key: KeyPackageRef. */
const TABLE = "account.key-package";
/** Those of them that the server may not have yet. Key: KeyPackageRef. */
const UNPUBLISHED = "account.unpublished";

const EMPTY = new Uint8Array(0);

type Kept = {
  /** MLSMessage. */
  readonly message: Uint8Array;
  readonly secrets: KeyPackageSecrets;
  readonly lastResort: boolean;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
};

export type OwnKeyPackage = Omit<Kept, "madeAt"> & { readonly keyPackage: KeyPackage };

/** Which a cell at the door may be sealed to, the one-time ones first. */
export function keyPackageCandidates(
  reader: VaultReader,
): { readonly reference: Uint8Array; readonly initPrivateKey: Uint8Array }[] {
  return keptIn(reader)
    .toSorted((one, other) => Number(one.lastResort) - Number(other.lastResort))
    .map(({ reference, secrets: { initPrivateKey } }) => ({ reference, initPrivateKey }));
}

export function loadKeyPackage(reader: VaultReader, reference: Uint8Array): OwnKeyPackage | undefined {
  const bytes = reader.get(TABLE, reference);
  if (bytes === undefined) return undefined;
  const { message, secrets, lastResort } = decodeKept(bytes);
  const decoded = decodeMlsMessage(message);
  if (decoded.kind !== "key-package") throw vaultFailure("vault_damaged");
  return { message, keyPackage: decoded.keyPackage, secrets, lastResort };
}

/** It has served, or never will: its secrets go. A last resort stays for others. */
export function consumeKeyPackage(tx: VaultTransaction, reference: Uint8Array): void {
  const bytes = tx.get(TABLE, reference);
  if (bytes === undefined || decodeKept(bytes).lastResort) return;
  tx.erase(TABLE, reference);
  tx.delete(UNPUBLISHED, reference);
}

export type Refilling = {
  readonly vault: Vault;
  readonly account: Account;
  /** On a connection with a session. */
  readonly call: Caller;
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** Publishes what the server's stock lacks. Run again after a failure, it goes on where it was. */
export async function refillKeyPackages(refilling: Refilling): Promise<void> {
  const { vault, call, now } = refilling;
  const { stock, hasLastResort } = await call(methods.keyPackageStock, {});
  const time = now();
  vault.transaction((tx) => {
    dropExpired(tx, time);
    const kept = keptIn(tx);
    const waiting = tx.keys(UNPUBLISHED).length;
    const missing = protocolLimits.keyPackagesPerDeviceMax - stock - waiting;
    dropSurplus(tx, kept, limits.keyPackagesKeptMax - missing);
    for (let made = 0; made < missing; made++) make(tx, refilling, { lastResort: false, time });
    const fresh = kept.some(({ lastResort, madeAt }) => lastResort && madeAt > time - limits.lastResortRenewMs);
    if (!fresh || !hasLastResort) make(tx, refilling, { lastResort: true, time });
  });
  await publish(refilling);
}

/** What was published already is known to the server by its content. */
async function publish({ vault, call }: Refilling): Promise<void> {
  for (;;) {
    const references = vault.keys(UNPUBLISHED, { limit: limits.keyPackagesPerCall });
    if (references.length === 0) return;
    const waiting = references.map((reference) => loadKeyPackage(vault, reference)).filter((one) => one !== undefined);
    const lastResort = waiting.findLast((one) => one.lastResort)?.message ?? EMPTY;
    const keyPackages = waiting.filter((one) => !one.lastResort).map(({ message }) => message);
    await call(methods.keyPackagePublish, { cipherSuite: suite.id, keyPackages, lastResort });
    vault.transaction((tx) => {
      for (const reference of references) tx.delete(UNPUBLISHED, reference);
    });
  }
}

type Making = { readonly lastResort: boolean; readonly time: number };

/** Persist first: a KeyPackage that is published without its secrets would take Welcomes that nobody can open. */
function make(tx: VaultTransaction, { account, random }: Refilling, { lastResort, time }: Making): void {
  const created = createOne(account, random, { lastResort, time });
  const { message, secrets, reference } = created;
  tx.put(TABLE, reference, encodeKept({ message, secrets, lastResort, madeAt: time }));
  tx.put(UNPUBLISHED, reference, EMPTY);
}

function createOne(account: Account, random: Random, { lastResort, time }: Making): CreatedKeyPackage {
  const { address } = account.door;
  // Strangers may claim it: the door key is for contacts, who get it elsewhere.
  const data = encodeDeliveryAddress({ kind: "door", address, doorKey: EMPTY });
  return createKeyPackage({
    suite,
    credential: basicCredential(account.credential),
    signatureKeyPair: account.leafKeyPair,
    capabilities: capabilitiesOfDevices,
    leafExtensions: [{ type: extensionTypes.deliveryAddress, data }],
    keyPackageExtensions: lastResort ? [lastResortExtension] : [],
    lifetime: {
      notBefore: secondsOf(time - limits.keyPackageSkewMs),
      notAfter: secondsOf(time + limits.keyPackageLifetimeMs),
    },
    random,
  });
}

/** Nobody may use them any more: their lifetime, and the patience for clocks that are behind, is over. */
function dropExpired(tx: VaultTransaction, time: number): void {
  for (const { reference, lastResort, madeAt } of keptIn(tx)) {
    const keptMs = lastResort ? limits.lastResortKeptMs : limits.keyPackageLifetimeMs + limits.keyPackageSkewMs;
    if (madeAt > time - keptMs) continue;
    tx.erase(TABLE, reference);
    tx.delete(UNPUBLISHED, reference);
  }
}

/** The oldest go: claimed long ago, and no Welcome came. */
function dropSurplus(tx: VaultTransaction, kept: ReturnType<typeof keptIn>, most: number): void {
  const oneTime = kept.filter(({ lastResort }) => !lastResort).toSorted((one, other) => other.madeAt - one.madeAt);
  for (const { reference } of oneTime.slice(Math.max(0, most))) {
    tx.erase(TABLE, reference);
    tx.delete(UNPUBLISHED, reference);
  }
}

const secondsOf = (milliseconds: number): bigint => BigInt(Math.floor(milliseconds / 1_000));

const keptIn = (reader: VaultReader) =>
  reader.list(TABLE).map(({ key: reference, value }) => ({ reference, ...decodeKept(value) }));

const VERSION = 1;
const MESSAGE_BYTES_MAX = protocolLimits.keyPackageBytesMax;
const SECRET_BYTES_MAX = 1_024;

const encodeKept = ({ message, secrets, lastResort, madeAt }: Kept): Uint8Array =>
  encodeWith((writer) => {
    writer
      .u8(VERSION)
      .u8(lastResort ? 1 : 0)
      .u64(BigInt(Math.floor(madeAt)))
      .vector32(message);
    writer.vector32(secrets.initPrivateKey).vector32(secrets.encryptionPrivateKey);
  });

function decodeKept(bytes: Uint8Array): Kept {
  try {
    return decodeWhole(bytes, readKept);
  } catch (error) {
    throw error instanceof DecodeError ? vaultFailure("vault_newer", error) : error;
  }
}

function readKept(reader: Reader): Kept {
  if (reader.u8() !== VERSION) throw reader.error("unknown-version");
  const lastResort = reader.u8() === 1;
  const madeAt = Number(reader.u64());
  const message = reader.vector32(MESSAGE_BYTES_MAX);
  const secrets = {
    initPrivateKey: reader.vector32(SECRET_BYTES_MAX).slice(),
    encryptionPrivateKey: reader.vector32(SECRET_BYTES_MAX).slice(),
  };
  return { message, secrets, lastResort, madeAt };
}

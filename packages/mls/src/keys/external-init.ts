/** External initialisation, RFC 9420 section 8.3: the init secret of an epoch that an outsider begins. */
import { toUtf8 } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import type { CipherSuite, HpkeExport } from "../suite/cipher-suite.ts";
import { deriveExternalKeyPair } from "./key-schedule.ts";

const LABEL = toUtf8("MLS 1.0 external init secret");
const EMPTY = new Uint8Array(0);

/** The joiner's side; `undefined` when `externalPub` is no public key. */
export const encapsulateInitSecret = (
  suite: CipherSuite,
  externalPub: Uint8Array,
  random: Random,
): HpkeExport | undefined => suite.hpkeExportTo({ publicKey: externalPub, info: EMPTY, random }, LABEL);

/** The members' side; `undefined` when the KEM output is malformed. */
export const decapsulateInitSecret = (
  suite: CipherSuite,
  externalSecret: Uint8Array,
  kemOutput: Uint8Array,
): Uint8Array | undefined =>
  suite.hpkeExportFrom(deriveExternalKeyPair(suite, externalSecret).privateKey, kemOutput, LABEL);

/** The key schedule, RFC 9420 section 8: from one epoch's init secret to the next epoch's secrets. */
import { erase } from "@quicprochat/crypto";
import type { CipherSuite, KeyPair } from "../suite/cipher-suite.ts";
import { deriveSecret, expandWithLabel } from "../suite/labels.ts";

/** What a member keeps of an epoch besides its message keys. */
export type EpochSecrets = {
  readonly initSecret: Uint8Array;
  readonly exporterSecret: Uint8Array;
  readonly externalSecret: Uint8Array;
  readonly membershipKey: Uint8Array;
  readonly resumptionPsk: Uint8Array;
  readonly epochAuthenticator: Uint8Array;
};

/** What is used up on entering the epoch. */
export type EpochEntry = {
  readonly secrets: EpochSecrets;
  readonly senderDataSecret: Uint8Array;
  /** The root of the secret tree. */
  readonly encryptionSecret: Uint8Array;
  readonly confirmationKey: Uint8Array;
};

type JoinerInput = {
  readonly initSecret: Uint8Array;
  readonly commitSecret: Uint8Array;
  /** Of the new epoch. */
  readonly encodedContext: Uint8Array;
};

export function deriveJoinerSecret(suite: CipherSuite, input: JoinerInput): Uint8Array {
  const secret = suite.extract(input.initSecret, input.commitSecret);
  const context = input.encodedContext;
  const joinerSecret = expandWithLabel(suite, { secret, label: "joiner", context, length: suite.hashBytes });
  erase(secret);
  return joinerSecret;
}

type EpochInput = {
  readonly joinerSecret: Uint8Array;
  readonly pskSecret: Uint8Array;
  readonly encodedContext: Uint8Array;
};

export function deriveEpoch(suite: CipherSuite, input: EpochInput): EpochEntry {
  const member = suite.extract(input.joinerSecret, input.pskSecret);
  const context = input.encodedContext;
  const epochSecret = expandWithLabel(suite, { secret: member, label: "epoch", context, length: suite.hashBytes });
  erase(member);
  const entry = epochFrom(suite, epochSecret);
  erase(epochSecret);
  return entry;
}

/** From the epoch secret itself: section 11 lets a new group draw it at random. */
export function epochFrom(suite: CipherSuite, epochSecret: Uint8Array): EpochEntry {
  const derive = (label: string): Uint8Array => deriveSecret(suite, epochSecret, label);
  return {
    senderDataSecret: derive("sender data"),
    encryptionSecret: derive("encryption"),
    confirmationKey: derive("confirm"),
    secrets: {
      initSecret: derive("init"),
      exporterSecret: derive("exporter"),
      externalSecret: derive("external"),
      membershipKey: derive("membership"),
      resumptionPsk: derive("resumption"),
      epochAuthenticator: derive("authentication"),
    },
  };
}

export type WelcomeKeys = { readonly key: Uint8Array; readonly nonce: Uint8Array };

/** Section 12.4.3.1: what seals the GroupInfo of a Welcome. */
export function deriveWelcomeKeys(suite: CipherSuite, joinerSecret: Uint8Array, pskSecret: Uint8Array): WelcomeKeys {
  const member = suite.extract(joinerSecret, pskSecret);
  const secret = deriveSecret(suite, member, "welcome");
  const key = expandWithLabel(suite, { secret, label: "key", context: EMPTY, length: suite.keyBytes });
  const nonce = expandWithLabel(suite, { secret, label: "nonce", context: EMPTY, length: suite.nonceBytes });
  erase(member, secret);
  return { key, nonce };
}

/** The key pair that external joiners encapsulate to. */
export const deriveExternalKeyPair = (suite: CipherSuite, externalSecret: Uint8Array): KeyPair =>
  suite.deriveKeyPair(externalSecret.slice());

export type Exported = { readonly label: string; readonly context: Uint8Array; readonly length: number };

/** MLS-Exporter, section 8.5. */
export function mlsExporter(suite: CipherSuite, exporterSecret: Uint8Array, exported: Exported): Uint8Array {
  const secret = deriveSecret(suite, exporterSecret, exported.label);
  const context = suite.hash(exported.context);
  const output = expandWithLabel(suite, { secret, label: "exported", context, length: exported.length });
  erase(secret);
  return output;
}

const EMPTY = new Uint8Array(0);

/** Making KeyPackages, RFC 9420 section 10. */
import { erase, type Random } from "@quicprochat/crypto";
import { defaultCapabilities, signLeafNode } from "../leaf/sign-leaf-node.ts";
import type { CipherSuite, KeyPair } from "../suite/cipher-suite.ts";
import { signWithLabel } from "../suite/labels.ts";
import { makeKeyPackageRef } from "../suite/references.ts";
import { extensionType, protocolVersion } from "../wire/code-points.ts";
import type { Credential } from "../wire/credential.ts";
import type { Extension } from "../wire/extension.ts";
import { type KeyPackage, keyPackageTbs } from "../wire/key-package.ts";
import type { Capabilities, Lifetime } from "../wire/leaf-node.ts";
import { encodeMlsMessage } from "../wire/mls-message.ts";

/** Stored by the client until a Welcome for the KeyPackage has come. */
export type KeyPackageSecrets = { readonly initPrivateKey: Uint8Array; readonly encryptionPrivateKey: Uint8Array };

export type CreatedKeyPackage = {
  readonly keyPackage: KeyPackage;
  /** MLSMessage. */
  readonly message: Uint8Array;
  /** KeyPackageRef. */
  readonly reference: Uint8Array;
  readonly secrets: KeyPackageSecrets;
};

export type KeyPackageOptions = {
  readonly suite: CipherSuite;
  readonly credential: Credential;
  readonly signatureKeyPair: KeyPair;
  /** By default this suite, this type of credential and the extensions of the leaf. */
  readonly capabilities?: Capabilities;
  readonly leafExtensions?: readonly Extension[];
  /** `lastResortExtension` among them makes it one that may be used more than once. */
  readonly keyPackageExtensions?: readonly Extension[];
  readonly lifetime: Lifetime;
  readonly random: Random;
};

export const lastResortExtension: Extension = { type: extensionType.lastResort, data: new Uint8Array(0) };

export const isLastResort = (keyPackage: KeyPackage): boolean =>
  keyPackage.extensions.some(({ type }) => type === extensionType.lastResort);

export function createKeyPackage(options: KeyPackageOptions): CreatedKeyPackage {
  const { suite, credential, signatureKeyPair, random, leafExtensions = [], keyPackageExtensions = [] } = options;
  const init = suite.generateKeyPair(random);
  const encryption = suite.generateKeyPair(random);
  const leaf = {
    encryptionKey: encryption.publicKey,
    signatureKey: signatureKeyPair.publicKey,
    credential,
    capabilities:
      options.capabilities ?? defaultCapabilities(suite, credential, [...leafExtensions, ...keyPackageExtensions]),
    source: { kind: "key-package", lifetime: options.lifetime },
    extensions: leafExtensions,
  } as const;
  const unsigned = {
    version: protocolVersion.mls10,
    cipherSuite: suite.id,
    initKey: init.publicKey,
    leafNode: signLeafNode(suite, signatureKeyPair.privateKey, leaf, undefined),
    extensions: keyPackageExtensions,
  };
  const content = keyPackageTbs(unsigned);
  const signature = signWithLabel(suite, signatureKeyPair.privateKey, { label: "KeyPackageTBS", content });
  const keyPackage = { ...unsigned, signature };
  return {
    keyPackage,
    message: encodeMlsMessage({ kind: "key-package", keyPackage }),
    reference: makeKeyPackageRef(suite, keyPackage),
    secrets: { initPrivateKey: init.privateKey, encryptionPrivateKey: encryption.privateKey },
  };
}

export const eraseKeyPackageSecrets = (secrets: KeyPackageSecrets): void =>
  erase(secrets.initPrivateKey, secrets.encryptionPrivateKey);

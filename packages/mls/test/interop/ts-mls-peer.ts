/** A member of a group whose engine is ts-mls 1.6.4: MLSMessages in and out, as one of ours. */
import assert from "node:assert/strict";
import { toUtf8 } from "@quicprochat/bytes";
import {
  acceptAll,
  type Capabilities,
  type CiphersuiteImpl,
  type ClientState,
  type CreateCommitOptions,
  createApplicationMessage,
  createCommit,
  createGroup,
  createProposal,
  type Decoder,
  decodeMlsMessage,
  type Extension,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  joinGroupExternal,
  type KeyPackage,
  type MLSMessage,
  makePskIndex,
  mlsExporter,
  type PrivateKeyPackage,
  type Proposal,
  processMessage,
} from "ts-mls";
import { createGroupInfo } from "ts-mls/createCommit.js";
import { decodeRatchetTree, encodeRatchetTree } from "ts-mls/ratchetTree.js";

/** Seconds since 1970: ts-mls looks at the clock. */
export const clockNow = BigInt(Math.floor(Date.now() / 1_000));
export const clockLifetime = { notBefore: clockNow - 3_600n, notAfter: clockNow + 86_400n };

export type PeerHeard = { readonly kind: "application"; readonly data: Uint8Array } | { readonly kind: "handshake" };

const suite: CiphersuiteImpl = await getCiphersuiteImpl(
  getCiphersuiteFromName("MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"),
);

const capabilities: Capabilities = {
  versions: ["mls10"],
  ciphersuites: ["MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"],
  extensions: [],
  proposals: [],
  credentials: ["basic"],
};

export class TsMlsPeer {
  readonly #publicPackage: KeyPackage;
  readonly #privatePackage: PrivateKeyPackage;
  #state: ClientState | undefined;

  private constructor(publicPackage: KeyPackage, privatePackage: PrivateKeyPackage) {
    this.#publicPackage = publicPackage;
    this.#privatePackage = privatePackage;
  }

  static async named(name: string): Promise<TsMlsPeer> {
    const credential = { credentialType: "basic", identity: toUtf8(name) } as const;
    const made = await generateKeyPackage(credential, capabilities, clockLifetime, [], suite);
    return new TsMlsPeer(made.publicPackage, made.privatePackage);
  }

  get keyPackage(): Uint8Array {
    return encodeMlsMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage: this.#publicPackage });
  }

  get epochAuthenticator(): Uint8Array {
    return this.#member.keySchedule.epochAuthenticator;
  }

  exported(label: string, context: Uint8Array, length: number): Promise<Uint8Array> {
    return mlsExporter(this.#member.keySchedule.exporterSecret, label, context, length, suite);
  }

  async create(groupId: Uint8Array): Promise<void> {
    this.#state = await createGroup(groupId, this.#publicPackage, this.#privatePackage, [], suite);
  }

  async join(welcome: Uint8Array, ratchetTree?: Uint8Array): Promise<void> {
    const message = decoded(decodeMlsMessage, welcome);
    assert(message.wireformat === "mls_welcome");
    const tree = ratchetTree === undefined ? undefined : decoded(decodeRatchetTree, ratchetTree);
    const psks = makePskIndex(undefined, {});
    const [publicPackage, privatePackage] = [this.#publicPackage, this.#privatePackage];
    this.#state = await joinGroup(message.welcome, publicPackage, privatePackage, psks, suite, tree);
  }

  /** Returns its commit. */
  async joinExternally(groupInfo: Uint8Array): Promise<Uint8Array> {
    const message = decoded(decodeMlsMessage, groupInfo);
    assert(message.wireformat === "mls_group_info");
    const [publicPackage, privatePackage] = [this.#publicPackage, this.#privatePackage];
    const made = await joinGroupExternal(message.groupInfo, publicPackage, privatePackage, false, suite);
    this.#state = made.newState;
    const { publicMessage } = made;
    return encodeMlsMessage({ version: "mls10", wireformat: "mls_public_message", publicMessage });
  }

  /** By itself it writes the external_pub without its length, which section 12.4.3.2 has. */
  async groupInfo(): Promise<Uint8Array> {
    const { groupContext, confirmationTag, keySchedule, ratchetTree } = this.#member;
    const pair = await suite.hpke.deriveKeyPair(keySchedule.externalSecret);
    const key = await suite.hpke.exportPublicKey(pair.publicKey);
    const extensions: Extension[] = [
      { extensionType: "external_pub", extensionData: Uint8Array.of(key.length, ...key) },
      { extensionType: "ratchet_tree", extensionData: encodeRatchetTree(ratchetTree) },
    ];
    const groupInfo = await createGroupInfo(groupContext, confirmationTag, this.#member, extensions, suite);
    return encodeMlsMessage({ version: "mls10", wireformat: "mls_group_info", groupInfo });
  }

  async commit(options: CreateCommitOptions = {}): Promise<{ message: Uint8Array; welcome: Uint8Array | undefined }> {
    const pskIndex = makePskIndex(this.#member, {});
    const made = await createCommit({ state: this.#member, cipherSuite: suite, pskIndex }, options);
    this.#state = made.newState;
    const { welcome } = made;
    return {
      message: encodeMlsMessage(made.commit),
      welcome: welcome && encodeMlsMessage({ version: "mls10", wireformat: "mls_welcome", welcome }),
    };
  }

  async propose(proposal: Proposal, publicMessage: boolean): Promise<Uint8Array> {
    const made = await createProposal(this.#member, publicMessage, proposal, suite);
    this.#state = made.newState;
    return encodeMlsMessage(made.message);
  }

  async send(data: Uint8Array): Promise<Uint8Array> {
    const { newState, privateMessage } = await createApplicationMessage(this.#member, data, suite);
    this.#state = newState;
    return encodeMlsMessage({ version: "mls10", wireformat: "mls_private_message", privateMessage });
  }

  async hear(bytes: Uint8Array): Promise<PeerHeard> {
    const message = decoded(decodeMlsMessage, bytes);
    assert(message.wireformat === "mls_private_message" || message.wireformat === "mls_public_message");
    const psks = makePskIndex(this.#member, {});
    const outcome = await processMessage(message, this.#member, psks, acceptAll, suite);
    this.#state = outcome.newState;
    return outcome.kind === "applicationMessage"
      ? { kind: "application", data: outcome.message }
      : { kind: "handshake" };
  }

  get #member(): ClientState {
    assert(this.#state !== undefined, "the peer is in a group");
    return this.#state;
  }
}

/** Of a KeyPackage message, for an Add. */
export function addForPeer(keyPackage: Uint8Array): Proposal {
  const message: MLSMessage = decoded(decodeMlsMessage, keyPackage);
  assert(message.wireformat === "mls_key_package");
  return { proposalType: "add", add: { keyPackage: message.keyPackage } };
}

function decoded<T>(decoder: Decoder<T>, bytes: Uint8Array): T {
  const outcome = decoder(bytes, 0);
  assert(outcome !== undefined, "ts-mls decodes what we made");
  assert.equal(outcome[1], bytes.length, "ts-mls reads all of it");
  return outcome[0];
}

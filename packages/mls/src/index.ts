/** MLS, RFC 9420: pure and without I/O. Time and randomness are arguments, outcomes are values. */
export { adoptCommitted } from "./group/adopt-committed.ts";
export { type CommitOptions, commit, type LeafChanges } from "./group/commit.ts";
export { type CreateGroupOptions, createGroup } from "./group/create-group.ts";
export { type EncryptOptions, encrypt } from "./group/encrypt.ts";
export { forgetEpochsBefore } from "./group/forget-epochs.ts";
export type { GroupInfoOptions } from "./group/group-info.ts";
export type { GroupState } from "./group/group-state.ts";
export { type JoinOptions, joinByWelcome, type NotForUs } from "./group/join-by-welcome.ts";
export { type ExternalJoinOptions, joinExternally } from "./group/join-externally.ts";
export type {
  AppliedProposal,
  Authorize,
  ChangedParts,
  CommitSummary,
  Committed,
  Encrypted,
  Joined,
  Processed,
  ProcessOptions,
  Proposed,
  PskStore,
  Refused,
  SameClient,
} from "./group/outcome.ts";
export { processMessage } from "./group/process-message.ts";
export { type ProposeOptions, propose, proposeUpdate } from "./group/propose.ts";
export { type ExternalProposalOptions, proposeExternally } from "./group/propose-externally.ts";
export {
  cipherSuite,
  epoch,
  epochAuthenticator,
  exportSecret,
  externalPublicKey,
  groupContextExtension,
  groupContextExtensions,
  groupId,
  groupInfo,
  type Member,
  member,
  members,
  ownLeafIndex,
  pastEpochs,
  pendingProposals,
  pendingReinit,
  ratchetTree,
} from "./group/read-group.ts";
export { branch, reinitialise, type SuccessorOptions } from "./group/succeed.ts";
export {
  type CreatedKeyPackage,
  createKeyPackage,
  eraseKeyPackageSecrets,
  isLastResort,
  type KeyPackageOptions,
  type KeyPackageSecrets,
  lastResortExtension,
} from "./key-package/create-key-package.ts";
export { validateKeyPackage } from "./key-package/validate-key-package.ts";
export { greaseExtension, greaseValue, withGrease } from "./leaf/grease.ts";
export { limits } from "./limits.ts";
export { type Refusal, type RefusalCode, type RefusalPhase, refusalMeaning } from "./refusal.ts";
export { eraseState } from "./state/erase-state.ts";
export { type Loaded, type LoadOptions, loadGroup } from "./state/load-group.ts";
export { type SavedPart, type SaveOptions, saveGroup } from "./state/save-group.ts";
export type { CipherSuite, CipherSuiteProvider, KeyPair } from "./suite/cipher-suite.ts";
export {
  type CipherSuiteId,
  cipherSuiteId,
  classicalSuite,
  hybridSuite,
  nativeSuites,
  sha256Ed25519Suite,
} from "./suite/native-suites.ts";
export { makeKeyPackageRef, makeProposalRef } from "./suite/references.ts";
export { credentialType, extensionType, proposalType } from "./wire/code-points.ts";
export { basicCredential, type Credential } from "./wire/credential.ts";
export {
  type Extension,
  type ExternalSender,
  externalSendersExtension,
  findExtension,
  type RequiredCapabilities,
  requiredCapabilitiesExtension,
} from "./wire/extension.ts";
export type { Sender } from "./wire/framed-content.ts";
export type { KeyPackage } from "./wire/key-package.ts";
export type { Capabilities, LeafNode, Lifetime } from "./wire/leaf-node.ts";
export { decodeMlsMessage, encodeMlsMessage, type MlsMessage } from "./wire/mls-message.ts";
export type { PreSharedKeyId } from "./wire/pre-shared-key-id.ts";
export type { Proposal, ReInit } from "./wire/proposal.ts";

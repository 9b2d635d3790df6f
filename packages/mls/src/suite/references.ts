/** KeyPackageRef and ProposalRef, RFC 9420 section 5.2. */
import { type AuthenticatedContent, writeAuthenticatedContent } from "../wire/framed-content.ts";
import { type KeyPackage, writeKeyPackage } from "../wire/key-package.ts";
import { encode } from "../wire/presentation.ts";
import type { CipherSuite } from "./cipher-suite.ts";
import { refHash } from "./labels.ts";

export const makeKeyPackageRef = (suite: CipherSuite, keyPackage: KeyPackage): Uint8Array =>
  refHash(suite, "MLS 1.0 KeyPackage Reference", encode(writeKeyPackage, keyPackage));

export const makeProposalRef = (suite: CipherSuite, proposal: AuthenticatedContent): Uint8Array =>
  refHash(suite, "MLS 1.0 Proposal Reference", encode(writeAuthenticatedContent, proposal));

/** The cipher suite of all groups, hybrid post-quantum, and what a leaf must support. docs/protocol.md, "MLS". */
import { type Capabilities, credentialType, hybridSuite } from "@quicprochat/mls";
import { extensionTypes } from "../envelope/extensions.ts";

export const suite = hybridSuite;

/** What every leaf of ours supports: the extension of a group's context needs it of all members. */
export const capabilitiesOfDevices: Capabilities = {
  versions: [1],
  cipherSuites: [suite.id],
  extensions: [extensionTypes.deliveryAddress, extensionTypes.conversation],
  proposals: [],
  credentials: [credentialType.basic],
};

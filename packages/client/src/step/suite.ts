/** The cipher suite of all groups: hybrid post-quantum. docs/protocol.md, "MLS". */
import assert from "node:assert/strict";
import { type Capabilities, type CipherSuite, cipherSuiteId, nativeSuites } from "@quicprochat/mls";
import { extensionTypes } from "../envelope/extensions.ts";

export const suiteId = cipherSuiteId.mls256XWingChaCha20Poly1305Sha256Ed25519;

export const suite: CipherSuite = required(nativeSuites(suiteId));

/** What every leaf of ours supports; a group's context needs it of all members. */
export const capabilitiesOfDevices: Capabilities = {
  versions: [1],
  cipherSuites: [suiteId],
  extensions: [extensionTypes.deliveryAddress, extensionTypes.conversation],
  proposals: [],
  credentials: [1],
};

function required(found: CipherSuite | undefined): CipherSuite {
  assert.ok(found !== undefined, "the engine has no hybrid suite");
  return found;
}

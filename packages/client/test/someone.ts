/** Somebody with a chain of keys, for tests of what it signs. */
import { generateSigningKeyPair, systemRandom as random } from "@quicprochat/crypto";
import { signDevice, signIdentity } from "@quicprochat/protocol";
import { type Credential, encodeCredential } from "../src/envelope/credential.ts";

export function someone(username: string, serverId: Uint8Array) {
  const [root, identityPair, leafKeyPair, session] = [newPair(), newPair(), newPair(), newPair()];
  const owner = { serverId, username };
  const identity = signIdentity(root.privateKey, {
    ...owner,
    rootKey: root.publicKey,
    identityKey: identityPair.publicKey,
    version: 1,
  });
  const keys = { id: random(16), leafKey: leafKeyPair.publicKey, sessionKey: session.publicKey };
  const device = signDevice(identityPair.privateKey, { ...owner, ...keys, identityVersion: 1 });
  const { rootKey, identityKey, version, signature } = identity;
  const credential: Credential = {
    ...owner,
    identity: { rootKey, identityKey, version, signature },
    deviceId: keys.id,
    sessionKey: keys.sessionKey,
    deviceSignature: device.signature,
  };
  return { credential, credentialBytes: encodeCredential(credential), leafKeyPair };
}

const newPair = () => generateSigningKeyPair(random);

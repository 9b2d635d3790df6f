/** Cells to a device's door, from people who share no group with it yet. docs/protocol.md, "Cells". */
import { concatBytes, DecodeError, decodeWhole, encodeWith, type Reader, toUtf8 } from "@quicprochat/bytes";
import {
  aeadTagBytes,
  type HpkeSuite,
  hpkeOpen,
  hpkeSealFor,
  KemError,
  type Random,
  type SigningKeyPair,
  sha256,
  signatureBytes,
  signingKeyBytes,
  signLabelled,
  verifyLabelled,
  xWing,
} from "@quicprochat/crypto";
import { cellSizeFor, limits as protocolLimits, validCellSize } from "@quicprochat/protocol";
import { limits } from "../limits.ts";
import { type Credential, decodeCredential, verifyCredential } from "./credential.ts";
import { type Framed, pad, unpad } from "./sealed.ts";

const hpke: HpkeSuite = { kem: xWing, aead: "chacha20-poly1305" };
const OUTSIDE_BYTES = xWing.encBytes + aeadTagBytes;
const FRAME_BYTES = 5;

const kinds = { welcome: 1, "resync-request": 2, "contact-request": 3 } as const;
export type DoorKind = keyof typeof kinds;

/** The KeyPackage and the door that it names. */
type Recipient = { readonly reference: Uint8Array; readonly address: Uint8Array };

type DoorMessage = {
  readonly kind: DoorKind;
  readonly payload: Uint8Array;
  readonly to: Recipient & { readonly initKey: Uint8Array };
  readonly from: { readonly credential: Uint8Array; readonly leafKeyPair: SigningKeyPair };
  readonly random: Random;
};

/** `undefined` when it does not fit the largest cell, or the recipient's init key is none. */
export function sealDoorCell({ kind, payload, to, from, random }: DoorMessage): Uint8Array | undefined {
  const { leafKeyPair, credential } = from;
  const bodyFor = (signature: Uint8Array): Uint8Array =>
    encodeWith((writer) => writer.vector32(credential).fixed(leafKeyPair.publicKey).fixed(signature).vector32(payload));
  const bodyBytes = bodyFor(new Uint8Array(signatureBytes)).length;
  const size = cellSizeFor(OUTSIDE_BYTES + FRAME_BYTES + bodyBytes, protocolLimits.doorCellBytesMin);
  if (size === undefined) return undefined;
  const plaintextFor = (enc: Uint8Array): Uint8Array => {
    const signature = signLabelled(leafKeyPair.privateKey, "door", signedBody(to, enc, payload));
    return pad({ kind: kinds[kind], body: bodyFor(signature) }, size - OUTSIDE_BYTES);
  };
  try {
    const options = { publicKey: to.initKey, info: infoFor(to), aad: to.address, random, plaintextFor };
    const { enc, ciphertext } = hpkeSealFor(hpke, options);
    return concatBytes(enc, ciphertext);
  } catch (error) {
    if (error instanceof KemError) return undefined;
    throw error;
  }
}

export type OpenedDoorCell = {
  readonly kind: DoorKind;
  readonly payload: Uint8Array;
  readonly credential: Credential;
  readonly credentialBytes: Uint8Array;
  readonly leafKey: Uint8Array;
};

/**
 * Its sender's chain and signature hold. Whether the sender is of our server and is who their name was before, is for
 * the caller. `undefined` when it is not for this KeyPackage, or is anything less.
 */
export function openDoorCell(
  cell: Uint8Array,
  own: Recipient & { readonly initPrivateKey: Uint8Array },
): OpenedDoorCell | undefined {
  if (!validCellSize(cell.length) || cell.length < protocolLimits.doorCellBytesMin) return undefined;
  const enc = cell.subarray(0, xWing.encBytes);
  const plaintext = hpkeOpen(hpke, {
    privateKey: own.initPrivateKey,
    enc,
    info: infoFor(own),
    aad: own.address,
    ciphertext: cell.subarray(xWing.encBytes),
  });
  if (plaintext === undefined) return undefined;
  try {
    const { signature, ...opened } = decodeFramed(unpad(plaintext));
    const holds =
      verifyCredential(opened.credential, opened.leafKey) &&
      verifyLabelled(opened.leafKey, "door", signedBody(own, enc, opened.payload), signature);
    return holds ? opened : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** credential, u32 length | leaf key 32 | signature 64 | payload, u32 length. */
function decodeFramed({ kind: number, body }: Framed): OpenedDoorCell & { readonly signature: Uint8Array } {
  return decodeWhole(body, (reader) => {
    const credentialBytes = reader.vector32(limits.credentialBytesMax);
    return {
      kind: doorKind(number, reader),
      credential: decodeCredential(credentialBytes),
      credentialBytes,
      leafKey: reader.fixed(signingKeyBytes),
      signature: reader.fixed(signatureBytes),
      payload: reader.vector32(body.length),
    };
  });
}

function doorKind(number: number, reader: Reader): DoorKind {
  switch (number) {
    case kinds.welcome:
      return "welcome";
    case kinds["resync-request"]:
      return "resync-request";
    case kinds["contact-request"]:
      return "contact-request";
    default:
      throw reader.error("unknown-door-kind");
  }
}

const infoFor = ({ reference }: Recipient): Uint8Array => concatBytes(toUtf8("qpc1 door\0"), reference);

const signedBody = ({ reference, address }: Recipient, enc: Uint8Array, payload: Uint8Array): Uint8Array =>
  encodeWith((writer) => writer.fixed(reference).fixed(address).fixed(enc).fixed(sha256(payload)));

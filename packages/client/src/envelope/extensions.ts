/** Our two MLS extensions: where a leaf takes its cells, and what a group is. docs/protocol.md, "MLS". */
import { decodeWhole, encodeWith, fromHex, fromUtf8, type Reader, toHex, toUtf8 } from "@quicprochat/bytes";
import { signingKeyBytes } from "@quicprochat/crypto";
import { limits as protocolLimits } from "@quicprochat/protocol";
import { limits } from "../limits.ts";

export const extensionTypes = {
  /** In leaves. */
  deliveryAddress: 0xf0a1,
  /** In the GroupContext. */
  conversation: 0xf0a2,
} as const;

const EMPTY = new Uint8Array(0);
const deliveryKinds = { door: 1, mailbox: 2 } as const;

export type DeliveryAddress =
  /** Of a KeyPackage. The door key has 0 or 16 bytes. */
  | { readonly kind: "door"; readonly address: Uint8Array; readonly doorKey: Uint8Array }
  /** Of a leaf from its first own commit on. */
  | { readonly kind: "mailbox"; readonly address: Uint8Array };

/** kind u8 | address 32 | door key of 0 or 16 bytes. */
export function encodeDeliveryAddress(delivery: DeliveryAddress): Uint8Array {
  const doorKey = delivery.kind === "door" ? delivery.doorKey : EMPTY;
  return encodeWith((writer) => writer.u8(deliveryKinds[delivery.kind]).fixed(delivery.address).fixed(doorKey));
}

/** Throws `DecodeError`. */
export const decodeDeliveryAddress = (data: Uint8Array): DeliveryAddress => decodeWhole(data, readDeliveryAddress);

function readDeliveryAddress(reader: Reader): DeliveryAddress {
  const kind = reader.u8();
  const address = reader.fixed(protocolLimits.addressBytes);
  if (kind === deliveryKinds.mailbox) return { kind: "mailbox", address };
  if (kind !== deliveryKinds.door) throw reader.error("unknown-delivery-kind");
  return { kind: "door", address, doorKey: reader.fixed(reader.remaining === 0 ? 0 : protocolLimits.doorKeyBytes) };
}

/** The place of each is its number on the wire: append only. */
const roleNames = ["owner", "admin", "member"] as const;
export type RoleName = (typeof roleNames)[number];

export type ConversationRules = {
  /** 16 bytes. */
  readonly conversationId: Uint8Array;
  /** Empty in a direct conversation. */
  readonly title: string;
  /** By hex of the account's root key. */
  readonly roles: ReadonlyMap<string, RoleName>;
};

const POLICY_VERSION = 1;
const CONVERSATION_ID_BYTES = 16;

/** conversation id 16 | policy version u16 | title, u32 length | role u8 and root key 32 for each, by ascending key. */
export const encodeConversationRules = ({ conversationId, title, roles }: ConversationRules): Uint8Array =>
  encodeWith((writer) => {
    writer.fixed(conversationId).u16(POLICY_VERSION).vector32(toUtf8(title)).u32(roles.size);
    const sorted = [...roles].toSorted(([one], [other]) => (one < other ? -1 : 1));
    for (const [rootKey, role] of sorted) writer.u8(roleNames.indexOf(role)).fixed(fromHex(rootKey));
  });

/** Throws `DecodeError`, also for a policy that this program does not know. */
export const decodeConversationRules = (data: Uint8Array): ConversationRules => decodeWhole(data, readRules);

function readRules(reader: Reader): ConversationRules {
  const conversationId = reader.fixed(CONVERSATION_ID_BYTES);
  if (reader.u16() !== POLICY_VERSION) throw reader.error("unknown-policy");
  const title = fromUtf8(reader.vector32(limits.titleBytesMax));
  const roles = new Map<string, RoleName>();
  let previous = "";
  for (let left = reader.u32(); left > 0; left--) {
    const role = roleNames[reader.u8()];
    const rootKey = toHex(reader.fixed(signingKeyBytes));
    if (role === undefined) throw reader.error("unknown-role");
    if (rootKey <= previous) throw reader.error("unsorted-roles");
    roles.set(rootKey, role);
    previous = rootKey;
  }
  return { conversationId, title, roles };
}

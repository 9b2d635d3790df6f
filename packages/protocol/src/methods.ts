/** Every call: its number, its messages and the classes of connection that may make it. */
import type { DescMessage } from "@bufbuild/protobuf";
import * as account from "./gen/qpc/v1/account_pb.ts";
import * as connection from "./gen/qpc/v1/connection_pb.ts";
import * as delivery from "./gen/qpc/v1/delivery_pb.ts";
import * as keyPackage from "./gen/qpc/v1/key_package_pb.ts";
import * as slot from "./gen/qpc/v1/slot_pb.ts";

/** What the first call on a connection declares. */
export const connectionClasses = { account: 1, receive: 2, send: 3, errand: 4 } as const;
export type ConnectionClass = keyof typeof connectionClasses;

export type Method<Request extends DescMessage = DescMessage, Response extends DescMessage = DescMessage> = {
  readonly number: number;
  readonly name: string;
  readonly classes: readonly ConnectionClass[];
  /** Whether the connection needs a session (class `account` only). */
  readonly session: boolean;
  readonly request: Request;
  readonly response: Response;
};

function method<Request extends DescMessage, Response extends DescMessage>(
  number: number,
  name: string,
  classes: readonly ConnectionClass[],
  [request, response]: readonly [Request, Response],
  { session = false }: { readonly session?: boolean } = {},
): Method<Request, Response> {
  return { number, name, classes, session, request, response };
}

const { HelloRequestSchema, HelloResponseSchema } = connection;
const withSession = { session: true } as const;

// biome-ignore format: one line for each call reads as the table that it is
export const methods = {
  hello: method(1, "hello", ["account", "receive", "send", "errand"], [HelloRequestSchema, HelloResponseSchema]),
  registerStart: method(100, "opaque.register-start", ["account"], [account.RegisterStartRequestSchema, account.RegisterStartResponseSchema]),
  registerFinish: method(101, "opaque.register-finish", ["account"], [account.RegisterFinishRequestSchema, account.RegisterFinishResponseSchema]),
  loginStart: method(102, "opaque.login-start", ["account"], [account.LoginStartRequestSchema, account.LoginStartResponseSchema]),
  loginFinish: method(103, "opaque.login-finish", ["account"], [account.LoginFinishRequestSchema, account.LoginFinishResponseSchema]),
  enqueue: method(200, "enqueue", ["send", "errand"], [delivery.EnqueueRequestSchema, delivery.EnqueueResponseSchema]),
  mailboxCreate: method(201, "mailbox.create", ["receive"], [delivery.MailboxCreateRequestSchema, delivery.MailboxCreateResponseSchema]),
  mailboxAttach: method(202, "mailbox.attach", ["receive"], [delivery.MailboxAttachRequestSchema, delivery.MailboxAttachResponseSchema]),
  mailboxFetch: method(203, "mailbox.fetch", ["receive"], [delivery.FetchRequestSchema, delivery.FetchResponseSchema]),
  mailboxAcknowledge: method(204, "mailbox.acknowledge", ["receive"], [delivery.AcknowledgeRequestSchema, delivery.AcknowledgeResponseSchema]),
  mailboxSubscribe: method(205, "mailbox.subscribe", ["receive"], [delivery.SubscribeRequestSchema, delivery.SubscribeResponseSchema]),
  mailboxClose: method(206, "mailbox.close", ["receive"], [delivery.MailboxCloseRequestSchema, delivery.MailboxCloseResponseSchema]),
  slotPut: method(210, "slot.put", ["send"], [slot.SlotPutRequestSchema, slot.SlotPutResponseSchema]),
  slotGet: method(211, "slot.get", ["errand"], [slot.SlotGetRequestSchema, slot.SlotGetResponseSchema]),
  doorPut: method(220, "door.put", ["account"], [delivery.DoorPutRequestSchema, delivery.DoorPutResponseSchema], withSession),
  doorFetch: method(221, "door.fetch", ["account"], [delivery.FetchRequestSchema, delivery.FetchResponseSchema], withSession),
  doorAcknowledge: method(222, "door.acknowledge", ["account"], [delivery.AcknowledgeRequestSchema, delivery.AcknowledgeResponseSchema], withSession),
  doorSubscribe: method(223, "door.subscribe", ["account"], [delivery.SubscribeRequestSchema, delivery.SubscribeResponseSchema], withSession),
  keyPackagePublish: method(300, "key-package.publish", ["account"], [keyPackage.KeyPackagePublishRequestSchema, keyPackage.KeyPackagePublishResponseSchema], withSession),
  keyPackageClaim: method(301, "key-package.claim", ["errand"], [keyPackage.KeyPackageClaimRequestSchema, keyPackage.KeyPackageClaimResponseSchema]),
  keyPackageStock: method(302, "key-package.stock", ["account"], [keyPackage.KeyPackageStockRequestSchema, keyPackage.KeyPackageStockResponseSchema], withSession),
  sessionOpen: method(900, "session.open", ["account"], [account.SessionOpenRequestSchema, account.SessionOpenResponseSchema]),
  devicesPublish: method(901, "devices.publish", ["account"], [account.DevicesPublishRequestSchema, account.DevicesPublishResponseSchema], withSession),
  lookUp: method(902, "account.look-up", ["errand"], [account.LookUpRequestSchema, account.LookUpResponseSchema]),
} as const;

/** What a server sends on streams that it opens itself. */
export const pushes = {
  mailboxWake: { number: 250, name: "mailbox.wake", message: connection.MailboxWakeSchema },
  doorWake: { number: 251, name: "door.wake", message: connection.DoorWakeSchema },
} as const;

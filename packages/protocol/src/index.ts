/** The contract between server and client: messages, methods, refusals, limits and signed statements. */
export {
  cellSizeFor,
  type EnqueueOutcome,
  enqueueOutcomes,
  entrySizeFor,
  validCellSize,
  validEntrySize,
} from "./cells.ts";
export * from "./gen/qpc/v1/account_pb.ts";
export * from "./gen/qpc/v1/connection_pb.ts";
export * from "./gen/qpc/v1/content_pb.ts";
export * from "./gen/qpc/v1/delivery_pb.ts";
export * from "./gen/qpc/v1/key_package_pb.ts";
export * from "./gen/qpc/v1/slot_pb.ts";
export {
  type Address,
  type DeviceId,
  type MessageId,
  parseAddress,
  parseDeviceId,
  parseMessageId,
  parseUsername,
  type Username,
  UsernameError,
} from "./ids.ts";
export { limits } from "./limits.ts";
export { type ConnectionClass, connectionClasses, type Method, methods, pushes } from "./methods.ts";
export { isRefusalCode, type RefusalCode, RefusalError, refusalOfStatus, refusals } from "./refusal.ts";
export {
  type Owner,
  signDevice,
  signDeviceList,
  signIdentity,
  verifyDevice,
  verifyDeviceList,
  verifyIdentity,
} from "./signed/identity.ts";
export {
  mailboxAddress,
  signMailboxCreate,
  signMailboxRead,
  verifyMailboxCreate,
  verifyMailboxRead,
} from "./signed/mailbox.ts";
export { bindLogin, sessionExporter, signSession, verifySession } from "./signed/session.ts";
export { signReceipt, signSlot, verifyReceipt, verifySlot } from "./signed/slot.ts";

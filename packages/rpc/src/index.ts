/** Calls and pushes over an abstract connection. */
export { type BoundMethod, bind } from "./bind.ts";
export { type CallOptions, call } from "./call.ts";
export { closeCodes } from "./close-codes.ts";
export { limits, type RpcLimits } from "./limits.ts";
export { decodePush, push, type ReceivedPush, receivePushes } from "./push.ts";
export { RpcError, type RpcErrorKind } from "./rpc-error.ts";
export { type ServeOptions, serve } from "./serve.ts";
export type { CallMemory } from "./serve-call.ts";

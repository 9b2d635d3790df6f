/** Calls and pushes over an abstract connection. */
export { type CallOptions, call } from "./call.ts";
export { closeCodes } from "./close-codes.ts";
export { decodePush, push, type ReceivedPush, receivePushes } from "./push.ts";
export { RpcError, type RpcErrorKind } from "./rpc-error.ts";
export { type BoundMethod, bind, type ServeOptions, serve } from "./serve.ts";

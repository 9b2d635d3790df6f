/** Every method with its handler. */
import { type Method, methods } from "@quicprochat/protocol";
import { type BoundMethod, bind } from "@quicprochat/rpc";
import type { Call, Handler } from "./call-context.ts";
import { lookUp } from "./handlers/account/look-up.ts";
import { devicesPublish } from "./handlers/devices/publish.ts";
import { doorAcknowledge } from "./handlers/door/acknowledge.ts";
import { doorFetch } from "./handlers/door/fetch.ts";
import { doorPut } from "./handlers/door/put.ts";
import { doorSubscribe } from "./handlers/door/subscribe.ts";
import { enqueue } from "./handlers/enqueue.ts";
import { hello } from "./handlers/hello.ts";
import { keyPackageClaim } from "./handlers/key-package/claim.ts";
import { keyPackagePublish } from "./handlers/key-package/publish.ts";
import { keyPackageStock } from "./handlers/key-package/stock.ts";
import { mailboxAcknowledge } from "./handlers/mailbox/acknowledge.ts";
import { mailboxAttach } from "./handlers/mailbox/attach.ts";
import { mailboxClose } from "./handlers/mailbox/close.ts";
import { mailboxCreate } from "./handlers/mailbox/create.ts";
import { mailboxFetch } from "./handlers/mailbox/fetch.ts";
import { mailboxSubscribe } from "./handlers/mailbox/subscribe.ts";
import { loginFinish } from "./handlers/opaque/login-finish.ts";
import { loginStart } from "./handlers/opaque/login-start.ts";
import { registerFinish } from "./handlers/opaque/register-finish.ts";
import { registerStart } from "./handlers/opaque/register-start.ts";
import { sessionOpen } from "./handlers/session/open.ts";
import { slotGet } from "./handlers/slot/get.ts";
import { slotPut } from "./handlers/slot/put.ts";
import { inSteps } from "./held-answer.ts";

export type Route = {
  readonly method: Method;
  /** What answers one call of one connection. */
  readonly bind: (call: Call) => BoundMethod;
};

function route<M extends Method>(method: M, handler: Handler<M>): Route {
  return { method, bind: (call) => bind(method, (request) => handler(request, call)) };
}

/** For calls whose time could tell whether a name is known. */
function heldRoute<M extends Method>(method: M, handler: Handler<M>): Route {
  return route(method, (request, call) => inSteps(call.server.limits.answerStepMs, () => handler(request, call)));
}

const all: readonly Route[] = [
  route(methods.hello, hello),
  heldRoute(methods.registerStart, registerStart),
  heldRoute(methods.registerFinish, registerFinish),
  heldRoute(methods.loginStart, loginStart),
  heldRoute(methods.loginFinish, loginFinish),
  heldRoute(methods.sessionOpen, sessionOpen),
  route(methods.devicesPublish, devicesPublish),
  route(methods.lookUp, lookUp),
  route(methods.keyPackagePublish, keyPackagePublish),
  route(methods.keyPackageClaim, keyPackageClaim),
  route(methods.keyPackageStock, keyPackageStock),
  route(methods.enqueue, enqueue),
  route(methods.mailboxCreate, mailboxCreate),
  route(methods.mailboxAttach, mailboxAttach),
  route(methods.mailboxFetch, mailboxFetch),
  route(methods.mailboxAcknowledge, mailboxAcknowledge),
  route(methods.mailboxSubscribe, mailboxSubscribe),
  route(methods.mailboxClose, mailboxClose),
  route(methods.doorPut, doorPut),
  route(methods.doorFetch, doorFetch),
  route(methods.doorAcknowledge, doorAcknowledge),
  route(methods.doorSubscribe, doorSubscribe),
  route(methods.slotPut, slotPut),
  route(methods.slotGet, slotGet),
];

export const routes: ReadonlyMap<number, Route> = new Map(all.map((one) => [one.method.number, one]));

/** Registration and log-in on an `account` connection. docs/protocol.md, "Sessions". */
import {
  bindLogin,
  type DeviceList,
  type KeyStretching,
  methods,
  RefusalError,
  sessionExporter,
} from "@quicprochat/protocol";
import type { Fresh } from "../connection/prepare.ts";
import { Failure } from "../failure.ts";
import type { Account } from "./account.ts";
import { finishLogin, finishRegistration, startLogin, startRegistration } from "./opaque-client.ts";

type Naming = { readonly username: string; readonly registrationSecret: Uint8Array };
type Password = { readonly password: string; readonly stretching: KeyStretching | undefined };

/** The record to finish with. Throws `RefusalError`: `name_taken`, `bad_registration_secret`. */
export async function beginRegistration(
  { call }: Pick<Fresh, "call">,
  { password, stretching, ...naming }: Naming & Password,
): Promise<Uint8Array> {
  const { request, state } = await startRegistration(password);
  const { response } = await call(methods.registerStart, { ...naming, request });
  return await finishRegistration({ password, state, response, stretching });
}

export async function endRegistration(
  { call }: Pick<Fresh, "call">,
  { identity, record, ...naming }: Naming & Pick<Account, "identity"> & { readonly record: Uint8Array },
): Promise<void> {
  await call(methods.registerFinish, { ...naming, record, identity });
}

/** Opens a session on this connection, and lists the device. Throws `Failure("bad_login")`. */
export async function logIn(
  { call, connection }: Fresh,
  options: Password & Pick<Account, "username" | "deviceId"> & { readonly devices: DeviceList },
): Promise<void> {
  const { username, password, stretching, deviceId, devices } = options;
  const { ke1, state } = await startLogin(password);
  const { ke2 } = await call(methods.loginStart, { username, ke1 });
  const finished = await finishLogin({ password, state, response: ke2, stretching });
  if (finished === undefined) throw badLogin();
  const { ke3, sessionKey } = finished;
  const bind = bindLogin(sessionKey, connection.exportKey(sessionExporter));
  sessionKey.fill(0);
  try {
    await call(methods.loginFinish, { ke3, bind, deviceId, devices });
  } catch (error) {
    throw error instanceof RefusalError && error.code === "bad_login" ? badLogin(error) : error;
  }
}

const badLogin = (cause?: unknown): Failure =>
  new Failure("bad_login", "The user name or the password is wrong. Check both and try again.", { cause });

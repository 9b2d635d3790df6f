/** The client's half of OPAQUE (RFC 9807): the password never leaves this process. docs/protocol.md, "Sessions". */
import { Worker } from "node:worker_threads";
import { DecodeError, fromBase64Url, toBase64Url } from "@quicprochat/bytes";
import type { KeyStretching } from "@quicprochat/protocol";
import { client, ready } from "@serenity-kit/opaque";
import { Failure } from "../failure.ts";
import { limits } from "../limits.ts";

type Finish<Name extends "finishRegistration" | "finishLogin"> = Parameters<(typeof client)[Name]>[0];

/** What the worker is given. */
export type OpaqueWork =
  | { readonly kind: "registration"; readonly params: Finish<"finishRegistration"> }
  | { readonly kind: "login"; readonly params: Finish<"finishLogin"> };

export type StartedRegistration = { readonly request: Uint8Array; readonly state: string };

export async function startRegistration(password: string): Promise<StartedRegistration> {
  await ready;
  const { clientRegistrationState, registrationRequest } = client.startRegistration({ password: normal(password) });
  return { request: fromBase64Url(registrationRequest), state: clientRegistrationState };
}

type Finishing = {
  readonly password: string;
  readonly state: string;
  readonly response: Uint8Array;
  readonly stretching: KeyStretching | undefined;
};

/** The RegistrationRecord for the server to keep. */
export async function finishRegistration({ password, state, response, stretching }: Finishing): Promise<Uint8Array> {
  const params = {
    password: normal(password),
    clientRegistrationState: state,
    registrationResponse: toBase64Url(response),
    keyStretching: stretchingOf(stretching),
  };
  const finished = await inWorker({ kind: "registration", params });
  return bytesAt(finished, "registrationRecord");
}

export type StartedLogin = { readonly ke1: Uint8Array; readonly state: string };

export async function startLogin(password: string): Promise<StartedLogin> {
  await ready;
  const { clientLoginState, startLoginRequest } = client.startLogin({ password: normal(password) });
  return { ke1: fromBase64Url(startLoginRequest), state: clientLoginState };
}

export type FinishedLogin = { readonly ke3: Uint8Array; readonly sessionKey: Uint8Array };

/** `undefined` when the password is another one, or nobody has this name. */
export async function finishLogin(finishing: Finishing): Promise<FinishedLogin | undefined> {
  const { password, state, response, stretching } = finishing;
  const params = {
    password: normal(password),
    clientLoginState: state,
    loginResponse: toBase64Url(response),
    keyStretching: stretchingOf(stretching),
  };
  const finished = await inWorker({ kind: "login", params });
  if (finished === undefined) return undefined;
  return { ke3: bytesAt(finished, "finishLoginRequest"), sessionKey: bytesAt(finished, "sessionKey") };
}

/** Composed and decomposed letters are one password. */
const normal = (password: string): string => password.normalize("NFC");

const VERSION = 1;

function stretchingOf(stretching: KeyStretching | undefined): NonNullable<Finish<"finishLogin">["keyStretching"]> {
  const { stretchingMemoryKiBMax, stretchingPassesMax, stretchingLanesMax } = limits;
  const known = stretching?.version === VERSION;
  const bearable =
    known &&
    stretching.memoryKib <= stretchingMemoryKiBMax &&
    stretching.passes <= stretchingPassesMax &&
    stretching.parallelism <= stretchingLanesMax;
  if (bearable) {
    const { memoryKib: memory, passes: iterations, parallelism } = stretching;
    return { "argon2id-custom": { memory, iterations, parallelism } };
  }
  const why = known ? "asks for more work than this program does for a password" : "stretches passwords in a newer way";
  throw new Failure("bad_key_stretching", `The server ${why}. Update the program, or ask whoever runs the server.`);
}

async function inWorker(work: OpaqueWork): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const worker = new Worker(new URL("./opaque-worker.ts", import.meta.url), { workerData: work });
  worker.once("message", resolve);
  // The library throws texts, and only for answers that are none.
  worker.once("error", (cause) => reject(new Failure("server_lied", UNREADABLE, { cause })));
  try {
    return await promise;
  } finally {
    await worker.terminate();
  }
}

const UNREADABLE = "The server's answer to the password is none. One of the two programs may be older: update it.";

function bytesAt(finished: unknown, name: string): Uint8Array {
  if (typeof finished !== "object" || finished === null) throw new DecodeError("no-answer");
  const text: unknown = Reflect.get(finished, name);
  if (typeof text !== "string") throw new DecodeError("no-answer");
  return fromBase64Url(text);
}

/** The server's half of OPAQUE (RFC 9807), over bytes. User identifier: the user name; no other identifiers. */
import { fromBase64Url, toBase64Url } from "@quicprochat/bytes";
import { RefusalError } from "@quicprochat/protocol";
import { client, ready, server } from "@serenity-kit/opaque";

type LoginStart = {
  readonly username: string;
  /** `null`: the name is unknown, which the answer does not show. */
  readonly record: Uint8Array | null;
  readonly ke1: Uint8Array;
};

export class OpaqueServer {
  readonly #setup: string;

  private constructor(setup: string) {
    this.#setup = setup;
  }

  /** `setup` as `createOpaqueSetup` made it. Throws when it is none. Await `opaqueReady` before. */
  static parse(setup: string): OpaqueServer {
    server.getPublicKey(setup);
    return new OpaqueServer(setup);
  }

  /** RegistrationResponse; refuses what is no RegistrationRequest. */
  register(username: string, request: Uint8Array): Uint8Array {
    return orRefuse("malformed", () => {
      const registrationRequest = toBase64Url(request);
      const options = { serverSetup: this.#setup, userIdentifier: username, registrationRequest };
      return fromBase64Url(server.createRegistrationResponse(options).registrationResponse);
    });
  }

  startLogin({ username, record, ke1 }: LoginStart): { readonly ke2: Uint8Array; readonly serverLoginState: string } {
    return orRefuse("malformed", () => {
      const { loginResponse, serverLoginState } = server.startLogin({
        serverSetup: this.#setup,
        userIdentifier: username,
        registrationRecord: record === null ? null : toBase64Url(record),
        startLoginRequest: toBase64Url(ke1),
      });
      return { ke2: fromBase64Url(loginResponse), serverLoginState };
    });
  }

  /** The session key; refuses every KE3 that the password did not make. */
  finishLogin(serverLoginState: string, ke3: Uint8Array): Uint8Array {
    return orRefuse("bad_login", () => {
      const { sessionKey } = server.finishLogin({ serverLoginState, finishLoginRequest: toBase64Url(ke3) });
      return fromBase64Url(sessionKey);
    });
  }

  /** Whether this is a RegistrationRecord: one that is none would make its account fail later and look unlike others. */
  acceptsRecord(username: string, record: Uint8Array): boolean {
    try {
      const ke1 = fromBase64Url(client.startLogin({ password: "" }).startLoginRequest);
      this.startLogin({ username, record, ke1 });
      return true;
    } catch {
      return false;
    }
  }
}

/** The WebAssembly is loaded. */
export const opaqueReady: Promise<void> = ready;

/** Keys and OPRF seed of a new server: losing them makes every password useless. */
export const createOpaqueSetup = (): string => server.createSetup();

function orRefuse<T>(code: "malformed" | "bad_login", work: () => T): T {
  try {
    return work();
  } catch {
    throw new RefusalError(code);
  }
}

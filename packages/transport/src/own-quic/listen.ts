/** Opens a server's socket on our own transport: from then on every connection hears first who the server is. */
import { kdf, systemRandom } from "@quicprochat/crypto";
import { limits } from "../limits.ts";
import { introducer, type ListenOptions } from "../quic/listen.ts";
import { ListenError } from "../quic/listen-error.ts";
import { addressText } from "../quic/peer-address.ts";
import { EndpointListener } from "./endpoint-listener.ts";
import { serverTls } from "./server-tls.ts";

const TOKEN_KEY_BYTES = 16;

/** Throws `ListenError` and `TlsUnavailableError`. */
export async function listenEndpoint(options: ListenOptions): Promise<EndpointListener> {
  const { host, port, identity } = options;
  const context = serverTls(identity.tlsKey);
  return await EndpointListener.bind({
    host,
    port,
    context,
    endpoint: {
      // The same after a restart, which then tells clients at once that they are forgotten.
      resetKey: kdf(identity.tlsKey.privateKey, "stateless reset", new Uint8Array(0)),
      server: { tls: context.handshakes(), tokenKey: systemRandom(TOKEN_KEY_BYTES), retry: "when-busy" },
    },
    limits: { ...limits, ...options.limits },
    introduce: introducer(identity),
  }).catch((cause: unknown) => {
    context[Symbol.dispose]();
    throw new ListenError(addressText({ address: host, port }), cause);
  });
}

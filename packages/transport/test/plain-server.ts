/** Our transport as a server for other implementations: any certificate, any group, and no word of who it is. */
import { systemRandom } from "@quicprochat/crypto";
import { TlsContext } from "@quicprochat/tls";
import { limits } from "../src/limits.ts";
import { ServerListener } from "../src/quic/server-listener.ts";
import type { WriteBudget } from "../src/quic/write-budget.ts";

type PlainServerOptions = {
  readonly certificate: Uint8Array;
  readonly privateKey: Uint8Array;
  readonly groups?: string;
  readonly retry?: "always" | "when-busy";
  readonly engine?: "best" | "dgram";
  readonly budget?: WriteBudget;
};

/** quiche 0.29 sends more than a connection may where a stream may: its connections get the larger window from the start. */
export function plainServer({
  retry = "when-busy",
  engine = "best",
  budget,
  ...tls
}: PlainServerOptions): Promise<ServerListener> {
  const context = TlsContext.server({ alpn: "qpc", ...tls });
  const server = { tls: context.handshakes(), tokenKey: systemRandom(16), retry };
  return ServerListener.bind({
    host: "127.0.0.1",
    port: 0,
    engine,
    ...(budget === undefined ? {} : { budget }),
    context,
    limits,
    introduce: async () => {},
    endpoint: { resetKey: systemRandom(32), server, config: { connectionWindowBytes: 4 * 1024 * 1024 } },
  });
}

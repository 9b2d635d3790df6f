/** Whether TLS works on this Node, found out before anybody connects. */
import { TlsContext } from "./tls-context.ts";
import { TlsUnavailableError } from "./tls-unavailable-error.ts";

const CLIENT_HELLO = 1;
let passed = false;

/**
 * Makes a ClientHello, which takes the functions, callbacks and memory layout of a whole handshake. Once per process.
 * Throws `TlsUnavailableError`.
 */
export function checkTls(): void {
  if (passed) return;
  using context = TlsContext.client({ alpn: "self-test" });
  const handshake = context.handshakes()(Uint8Array.of(1, 1, 0));
  const { outgoing, secrets, alert } = handshake.start();
  handshake.free();
  const [hello] = outgoing;
  passed = alert === undefined && secrets.length === 0 && hello?.level === "initial" && hello.bytes[0] === CLIENT_HELLO;
  if (!passed) throw new TlsUnavailableError("self-test");
}

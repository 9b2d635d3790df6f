/** Who a profile is, as a line of output. */
import type { Engine } from "@quicprochat/client";
import type { Result } from "./output.ts";

export function identityResult(engine: Pick<Engine, "identity" | "status">): Result {
  const { user, device, fingerprint, server } = engine.identity;
  const { profile } = engine.status();
  return {
    line: { user, device, fingerprint, server: server.address, serverFingerprint: server.fingerprint, profile },
    text: [
      `user         ${user}`,
      `fingerprint  ${fingerprint}`,
      `device       ${device}`,
      `server       ${server.address}`,
      `its key      ${server.fingerprint}`,
      `profile      ${profile}`,
    ].join("\n"),
  };
}

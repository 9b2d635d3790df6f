/** Who may register. */
import { equalBytes } from "@quicprochat/bytes";
import { RefusalError } from "@quicprochat/protocol";
import type { Registration } from "./call-context.ts";

export function requireRegistration(registration: Registration, secret: Uint8Array): void {
  if (registration.kind === "open") return;
  if (registration.kind === "invite" && equalBytes(registration.secret, secret)) return;
  throw new RefusalError("bad_registration_secret");
}

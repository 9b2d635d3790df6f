/** What a person is told when a server's statement does not hold. */
import { fingerprint } from "../identity/fingerprint.ts";
import type { ServerPin, StatementRefusal } from "../identity/verify-statement.ts";
import { DialError } from "./dial-error.ts";

const clock = "Check the date and time of this computer and of the server.";

const texts: Readonly<Record<StatementRefusal, string>> = {
  "other-server": "Another server answers than the one that is pinned.",
  "broken-rotations": "The server's key has changed, and the key before did not agree to it.",
  "bad-signature": "The server's statement is not signed by its key.",
  "other-tls-key": "Somebody stands between this computer and the server.",
  "counter-lower": "The server shows an older statement than before: somebody may have copied its keys.",
  "not-yet-valid": `The server's statement is not valid yet. ${clock}`,
  expired: `The server's statement is no longer valid. ${clock}`,
};

type Seen = { readonly pin: ServerPin | null; readonly shown: Uint8Array };

export function refusal(why: StatementRefusal, { pin, shown }: Seen): DialError {
  if (why === "not-yet-valid" || why === "expired") return new DialError("handshake_failed", texts[why]);
  const text = `${texts[why]} Ask whoever runs the server; if the change is meant, accept it with "qpc server-accept".`;
  const pinned = pin === null ? "nothing" : fingerprint(pin.serverId);
  return new DialError("server_changed", text, { change: { pinned, shown: fingerprint(shown) } });
}

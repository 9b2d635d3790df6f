/** `qpc server-accept`: trust, on purpose, the identity that the server now shows. */
import { acceptServer } from "@quicprochat/client";
import { interrupted } from "../failure.ts";
import { unlessAborted } from "../interruption.ts";
import type { Invocation } from "../invocation.ts";
import { askSecret } from "../terminal/secrets.ts";

export async function serverAccept({ profile, output, signal }: Invocation): Promise<void> {
  const passphrase = await askSecret("passphrase", signal);
  const accepted = await unlessAborted(acceptServer({ profile, passphrase }), signal, interrupted);
  const { old, new: current } = accepted;
  output.result({ old, new: current }, `Was ${old}\nNow ${current}`);
}
